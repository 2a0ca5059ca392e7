// A verdict as it fills the screen: its colour, sign and word, why, and of the ticket what the organiser chose.
import { toneOf } from "./doors.js";
import { button, h, icon } from "./dom.js";
import { refusalOf, whyOf, wordOf } from "./said.js";
import { clockWithSeconds, day, moment, t } from "./words.js";

// `may`: a set of rights; `acts`: {admit, undo, next}.
export function verdictShown(shown, { may, online, acts }) {
  const [word, sign] = wordOf(shown.verdict);
  return h("div", { class: `verdict ${toneOf(shown.verdict)}`, role: "alert", "data-verdict": shown.verdict },
    icon(sign), h("p", { class: "word" }, word),
    h("div", { class: "facts-of-ticket" }, whyShown(shown), ticketShown(shown.fields)),
    h("div", { class: "actions" },
      mayAdmit(shown, may) && button({ class: "large", "data-act": "admit" }, () => acts.admit(shown), icon("door-enter"), t("Let in all the same")),
      shown.through && may.has("undo") && !shown.offline && online && button({ "data-act": "undo" }, () => acts.undo(shown), icon("arrow-back-up"), t("Undo")),
      button({ "data-act": "next" }, acts.next, t("Next"))));
}

// Somebody may be let in against what is said of a ticket, or offline of whatever the device cannot know.
function mayAdmit({ verdict, through, code, ticket, direction }, may) {
  return may.has("admit") && !through && direction === "in" && (code || ticket) && !["forged", "refused", "unknown"].includes(verdict);
}

function whyShown(shown) {
  const { verdict, just, entered, left, gates, despite, offline, unlisted, refusal } = shown;
  const told = [];
  if (refusal) told.push(refusalOf(refusal));
  else if (just !== undefined && verdict === "already_in") told.push(t("You scanned this ticket {seconds} s ago: it was let in then.", { seconds: Math.max(1, Math.round(just / 1000)) }));
  else if (verdict === "already_in" && entered) told.push(t("Came in at {time}, at gate {gate}.", { time: moment(entered.at, shown.fields?.time_zone), gate: entered.gate }));
  else if (verdict === "not_in" && left) told.push(t("Went out at {time}, at gate {gate}.", { time: moment(left.at, shown.fields?.time_zone), gate: left.gate }));
  else if (whyOf(verdict)) told.push(whyOf(verdict));
  if (gates?.length) told.push(t("Send them to: {gates}", { gates: gates.join(", ") }));
  if (despite) told.push(t("Let in against: {verdict}", { verdict: wordOf(despite)[0] }));
  if (unlisted) told.push(t("Checked by its signature alone: it is in no list yet."));
  if (offline) told.push(t("Checked on this device, offline."));
  return told.map((text) => h("p", { class: "why" }, text));
}

export function ticketShown(fields) {
  if (!fields) return null;
  const { event, starts_at: at, time_zone: zone } = fields;
  const seat = [fields.zone, fields.row && t("Row {row}", { row: fields.row }), fields.seat && t("Seat {seat}", { seat: fields.seat })].filter(Boolean);
  return h("div", { class: "ticket" },
    fields.name && h("p", { class: "name", dir: "auto" }, fields.name),
    seat.length > 0 && h("p", { class: "seat" }, seat.join(" · ")),
    fields.tariff && h("p", { class: "tariff" }, icon("tag"), fields.tariff),
    fields.pass && h("p", { class: "pass" }, icon("id-badge-2"), fields.pass),
    fields.answers.map(({ question, answer }) => h("p", { class: "answer" }, `${question}: `, h("b", {}, answer))),
    event && h("p", { class: "quiet" }, `${event}, ${day(Date.parse(at), zone)}, ${moment(Date.parse(at), zone, Date.parse(at))}`));
}

// A line of the history.
export function lineShown(shown, act) {
  const [word, sign] = wordOf(shown.verdict);
  const who = [shown.fields?.name, shown.fields?.zone, shown.fields?.row, shown.fields?.seat].filter(Boolean).join(" ") || `…${(shown.code || "").slice(-6)}`;
  return h("li", { class: `line ${toneOf(shown.verdict)}` }, icon(sign),
    h("span", {}, h("b", {}, word), " ", shown.undone && h("em", {}, t("(undone)"))),
    h("span", {}, who), h("time", {}, clockWithSeconds(shown.at)),
    shown.offline && h("span", { class: "quiet" }, shown.dropped ? t("Offline, not taken by the server") : shown.sent ? t("Offline, sent") : t("Offline, not sent yet")),
    shown.conflict && h("span", { class: "warned" }, t("Conflict: the server knew “{verdict}”", { verdict: wordOf(shown.found)[0] })),
    act);
}
