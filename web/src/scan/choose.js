// Choosing what is scanned: dates, today's first, and zones, within what the profile allows.
import { button, choice, h, icon } from "./dom.js";
import { clock, day, t } from "./words.js";

export const DATES_MAX = 50;
const MODES = { once: () => t("Once"), entry_exit: () => t("Entry and exit"), multiple: () => t("Many times") };

// Dates in the groups that a steward looks through: [title, dates], of today, before and later; a date is today's by the
// day in its own zone, or when its doors are open.
export function grouped(dates, now) {
  const today = (date) => day(Date.parse(date.starts_at), date.time_zone) === day(now, date.time_zone)
    || (Date.parse(date.doors_at) <= now && now <= Date.parse(date.ends_at));
  const over = (date) => Date.parse(date.ends_at) < now;
  return [
    [t("Today"), dates.filter(today)],
    [t("Later"), dates.filter((date) => !today(date) && !over(date))],
    [t("Just over"), dates.filter((date) => !today(date) && over(date))],
  ].filter(([, some]) => some.length);
}

// The zones of some dates, each once.
export function zonesOf(dates) {
  const names = new Map();
  for (const date of dates) for (const zone of date.zones) if (!names.has(zone.id)) names.set(zone.id, zone.name);
  return [...names].map(([id, name]) => ({ id, name }));
}

export class Choose {
  constructor({ screen, profile, dates, chosen, problem = null, languages, leave, again, done }) {
    Object.assign(this, { screen, profile, dates, chosen, _problem: problem, _languages: languages, _leave: leave, _again: again, _done: done });
  }

  show(now = Date.now()) {
    const groups = grouped(this.dates, now);
    const first = groups[0]?.[0] === t("Today") ? groups[0][1].map((date) => date.id) : [];
    const wanted = new Set(this.chosen?.dates?.length ? this.chosen.dates : first.slice(0, 1));
    this._zones = h("fieldset", { class: "card", hidden: true });
    this._told = h("p", { class: "problem", role: "alert", hidden: !this._problem }, this._problem ?? "");
    this._list = h("div", {}, groups.map(([title, some]) => h("fieldset", { class: "card" }, h("legend", {}, title), some.map((date) => dateChoice(date, wanted)))));
    this._list.addEventListener("change", () => this._changed());
    const { gate, mode, role, name, box_office_name: office } = this.profile;
    this.screen.replaceChildren(
      h("div", { class: "page" },
        h("h1", {}, t("What is scanned here?")),
        h("dl", { class: "facts" },
          fact(t("Profile"), name), fact(t("Gate"), gate), fact(t("Counts"), MODES[mode]()),
          fact(t("You are"), role === "supervisor" ? t("Supervisor") : t("Steward")), fact(t("Box office"), office)),
        this._told,
        groups.length ? this._list : h("p", { class: "note" }, icon("calendar"), t("No date can be scanned with this profile today. Ask the organiser, or look again later.")),
        this._zones,
        h("div", { class: "actions" },
          groups.length > 0 && button({ class: "primary large" }, () => this._start(), icon("scan"), t("Start scanning")),
          button({}, this._again, icon("refresh"), t("Look again")), button({}, this._leave, icon("logout"), t("Leave"))),
        this._languages,
      ),
    );
    this._changed();
  }

  _picked() {
    const ids = [...this._list.querySelectorAll("input:checked")].map((input) => input.value);
    return this.dates.filter((date) => ids.includes(date.id));
  }

  _changed() {
    const zones = zonesOf(this._picked());
    this._zones.hidden = zones.length < 2;
    const kept = this.chosen?.zones;
    this._zones.replaceChildren(h("legend", {}, t("Zones at this gate")),
      ...zones.map((zone) => choice("checkbox", "zone", zone.id, zone.name, { checked: !kept || kept.includes(zone.id) })));
  }

  async _start() {
    const picked = this._picked();
    const boxes = [...this._zones.querySelectorAll("input")], zones = boxes.filter((box) => box.checked).map((box) => box.value);
    if (!picked.length) return this._tell(t("Choose a date first."));
    if (picked.length > DATES_MAX) return this._tell(t("Choose at most {most} dates.", { most: DATES_MAX }));
    if (boxes.length && !zones.length) return this._tell(t("Choose a zone, or all of them."));
    await this._done({ dates: picked.map((date) => date.id), zones: zones.length === boxes.length ? null : zones });
  }

  _tell(text) {
    this._told.textContent = text;
    this._told.hidden = false;
    this._told.scrollIntoView({ block: "nearest" });
  }
}

function dateChoice(date, wanted) {
  const at = Date.parse(date.starts_at), cancelled = date.status === "cancelled";
  return choice("checkbox", "date", date.id, h("b", {}, date.event_name), { checked: wanted.has(date.id) },
    h("span", {}, `${day(at, date.time_zone)}, ${clock(at, date.time_zone)}`), h("span", { class: "quiet" }, date.venue_name),
    cancelled && h("span", { class: "warned" }, t("Cancelled")));
}

function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", {}, value));
}
