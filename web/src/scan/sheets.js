// What is laid over the door: typing a code, searching, the last scans, counts, conflicts, settings, and questions before
// something is done. One at a time; the door takes no codes meanwhile.
import { Refused, uuid } from "./api.js";
import { button, choice, field, h, icon } from "./dom.js";
import { PROFILES } from "./lasers.js";
import { refusalOf, wordOf } from "./said.js";
import { lineShown } from "./verdicts.js";
import { moment, number, t } from "./words.js";

const REASON_CHARS_MAX = 300, SEARCH_CHARS_MIN = 2, LINES_MAX = 50;

export class Sheets {
  constructor({ door, app }) {
    Object.assign(this, { _door: door, app, _redraw: null });
    this.element = h("dialog", { class: "sheet", "aria-labelledby": "sheet-title" });
    this.element.addEventListener("close", () => {
      if (this.open) return; // the next one is there already
      this._redraw = null;
      this.element.replaceChildren();
      door.focus();
    });
  }

  get open() {
    return this.element.open;
  }

  changed() {
    if (!this.open || !this._redraw) return;
    const drawn = JSON.stringify([this.app.gate.journal.history().slice(0, LINES_MAX), this.app.sync.counts]);
    if (drawn !== this._drawn) this._redraw();
    this._drawn = drawn;
  }

  show(name) {
    ({ type: () => this._type(), search: () => this._search(), history: () => this._history(), more: () => this._more(), counts: () => this._counts(), conflicts: () => this._conflicts(), settings: () => this._settings(), cancel: () => this._cancel() })[name]();
  }

  _lay(title, ...children) {
    this._problem = h("p", { class: "problem", role: "alert", hidden: true });
    this.element.replaceChildren(
      h("header", { class: "bar" }, h("h2", { id: "sheet-title", tabindex: "-1" }, title), button({ class: "close", "aria-label": t("Close") }, () => this.close(), icon("x"))),
      this._problem, h("div", { class: "page" }, ...children));
    if (!this.open) this.element.showModal();
    (this.element.querySelector("[autofocus]") ?? this.element.querySelector("h2")).focus();
  }

  close() {
    if (this.open) this.element.close();
  }

  _tell(error) {
    this._problem.textContent = typeof error === "string" ? error : refusalOf(error);
    this._problem.hidden = false;
  }

  // Do something, and say why not.
  async _try(act) {
    try {
      await act();
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return this.app.ended();
      this._tell(error);
    }
  }

  _form(label, sign, act, ...children) {
    const form = h("form", {}, ...children, h("button", { type: "submit", class: "primary large" }, icon(sign), label));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      act(form.elements);
    });
    return form;
  }

  _type() {
    this._lay(t("Type a code"), this._form(t("Scan"), "scan", ({ typed }) => {
      const code = typed.value.trim();
      if (!code) return;
      this.close();
      this._door.scan({ code });
    }, field("typed", t("What stands on the ticket"), { autofocus: true, autocapitalize: "characters", spellcheck: "false", class: "code" }, t("Who has no code at hand is found by name or order number, with Find."))));
  }

  _search() {
    const found = h("div", { "aria-live": "polite" });
    this._lay(t("Search an order"), this._form(t("Search"), "search", ({ text }) => this._find(text.value.trim(), found), field("text", t("Name, order number or code"), { autofocus: true, enterkeyhint: "search" })), found);
  }

  async _find(text, found) {
    if (text.length < SEARCH_CHARS_MIN) return this._tell(t("Type two letters at least."));
    this._problem.hidden = true;
    found.replaceChildren(h("p", { class: "quiet" }, t("Searching…")));
    await this._try(async () => {
      const { api, settings } = this.app.gate;
      const query = new URLSearchParams(settings.dates.map((date) => ["performance", date.id]));
      query.set("text", text);
      const orders = await api.get(`search?${query}`);
      found.replaceChildren(...(orders.length ? orders.map((order) => this._order(order)) : [h("p", { class: "note" }, t("Nobody is found with tickets at these dates. Try the last name alone, or the order's number."))]));
    });
    if (!this._problem.hidden) found.replaceChildren();
  }

  _order(order) {
    return h("section", { class: "card" }, h("h3", { dir: "auto" }, order.buyer_name || t("Without a name"), " ", h("span", { class: "quiet" }, order.code)),
      h("ul", { class: "lines" }, order.tickets.map((ticket) => this._ticket(ticket, order))));
  }

  _ticket(ticket, order) {
    const place = [ticket.zone, ticket.row_label, ticket.seat_label].filter(Boolean).join(" ");
    const stands = { new: t("Not in yet"), inside: t("Inside"), outside: t("Went out") }[ticket.standing];
    const status = { valid: stands, reserved: wordOf("not_paid")[0], cancelled: wordOf("cancelled")[0], opposed: wordOf("opposed")[0] }[ticket.status];
    const direction = this.app.gate.direction;
    return h("li", { class: "line found" },
      h("span", {}, h("b", {}, place), " ", ticket.tariff_name ?? "", " ", ticket.pass_name && h("span", {}, icon("id-badge-2"), ticket.pass_name)),
      ticket.holder_name !== order.buyer_name && h("span", { dir: "auto" }, ticket.holder_name), h("span", { class: "quiet" }, status),
      button({ "aria-label": `${direction === "in" ? t("Let them in") : t("Let them out")} ${place}` }, () => this._let(ticket.ticket_id), icon(direction === "in" ? "door-enter" : "door-exit"), direction === "in" ? t("Let them in") : t("Let them out")));
  }

  async _let(ticket) {
    this.close();
    await this._door.scan({ ticket });
  }

  // Somebody is let in whatever the verdict is: a reason is asked for, and kept.
  admit(shown) {
    const reasons = [t("Checked by hand"), t("Allowed by the organiser"), t("Mistake at the gate")];
    const input = field("reason", t("Reason"), { required: true, maxlength: String(REASON_CHARS_MAX), autofocus: true }, t("It is kept in the organiser's log, with the name of this scanner."));
    this._lay(t("Let in all the same"), h("p", {}, t("The verdict is: {verdict}", { verdict: wordOf(shown.verdict)[0] })),
      this._form(t("Let them in"), "door-enter", ({ reason }) => {
        this.close();
        this._door.scan({ code: shown.code, ticket: shown.ticket, despite: reason.value.trim(), direction: shown.direction });
      }, input, h("div", { class: "quick" }, reasons.map((text) => h("button", { type: "button", onclick: () => (input[1].value = text) }, text)))));
  }

  undo(shown) {
    this._lay(t("Undo this scan"), h("p", {}, t("The ticket stands as before this scan, and may be scanned again.")),
      this._form(t("Undo"), "arrow-back-up", ({ reason }) => this._try(async () => {
        const { api, journal } = this.app.gate;
        const undone = await api.post("undos", { scan: uuid(), undoes: shown.scan, reason: reason.value.trim() });
        await journal.note({ ...shown, undone: true });
        this.app.gate.undone(shown, undone);
        this.close();
        this._door.clear();
        this._door.note(t("Undone."));
        this.app.sync.step(true);
      }), field("reason", t("Reason (may be left empty)"), { maxlength: String(REASON_CHARS_MAX) })));
  }

  _history() {
    const draw = () => {
      const lines = this.app.gate.journal.history().slice(0, LINES_MAX);
      const undo = (one) => one.through && !one.undone && !one.offline && this._door.may.has("undo") && button({}, () => this.undo(one), icon("arrow-back-up"), t("Undo"));
      list.replaceChildren(...lines.map((one) => lineShown(one, undo(one))));
      empty.hidden = lines.length > 0;
    };
    const list = h("ul", { class: "lines" }), empty = h("p", { class: "note" }, t("Nothing was scanned on this device yet."));
    this._lay(t("Last scans of this device"), empty, list);
    draw();
    this._redraw = draw;
  }

  _more() {
    const { gate } = this.app, entry = (name, sign, label) => h("li", {}, button({ class: "large" }, () => this.show(name), icon(sign), label));
    this._lay(t("More"), h("ul", { class: "choices" },
      entry("counts", "chart-bar", t("Counts by gate and zone")),
      this._door.may.has("search") && entry("conflicts", "alert-triangle", t("Conflicts of offline scans")),
      this._door.may.has("cancel") && entry("cancel", "ticket", t("Cancel unsold tickets")),
      entry("settings", "settings", t("Settings of this scanner")),
      h("li", {}, button({ class: "large" }, () => (this.close(), this.app.choose()), icon("calendar"), t("Other dates or zones"))),
      h("li", {}, button({ class: "large" }, () => this.leave(), icon("logout"), t("Leave: forget this scanner")))),
    h("p", { class: "quiet" }, t("For when the network is gone: {count} tickets are kept here.", { count: number(gate.lists.count) })),
    h("p", { class: "quiet" }, t("{name} · number {number} · version {version}", { name: this.app.profile.device_name, number: this.app.profile.device_number, version: this.app.version })));
  }

  _counts() {
    const box = h("div", {});
    const draw = () => box.replaceChildren(...(this.app.sync.counts.length ? this.app.sync.counts.map((one) => this._countsOf(one)) : [h("p", { class: "note" }, t("Counts come with the network."))]));
    this._lay(t("Counts by gate and zone"), box);
    draw();
    this._redraw = draw;
  }

  _countsOf(counts) {
    const date = this.app.gate.settings.dates.find((one) => one.id === counts.performance_id);
    const table = (title, heads, rows) => h("table", {}, h("caption", {}, title), h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows.map(([first, ...rest]) => h("tr", {}, h("th", { scope: "row" }, first), rest.map((one) => h("td", {}, number(one)))))));
    return h("section", { class: "card" }, h("h3", {}, date?.event_name ?? ""), date && h("p", { class: "quiet" }, moment(Date.parse(date.starts_at), date.time_zone)),
      table(t("By gate"), [t("Gate"), t("In"), t("Out")], counts.gates.map((one) => [one.gate, one.entered, one.left])),
      table(t("By zone"), [t("Zone"), t("Inside"), t("Came"), t("Expected")], counts.zones.map((one) => [one.zone, one.inside, one.came, one.expected])),
      counts.conflicts > 0 && h("p", { class: "warned" }, t("Conflicts: {count}", { count: number(counts.conflicts) })));
  }

  _conflicts() {
    const box = h("div", {}, h("p", { class: "quiet" }, t("Searching…")));
    this._lay(t("Conflicts of offline scans"), h("p", { class: "quiet" }, t("Who was let in by a scanner without a network, though the server knew better.")), box);
    return this._try(async () => {
      const { api, settings } = this.app.gate;
      const found = await api.get(`conflicts?${new URLSearchParams(settings.dates.map((date) => ["performance", date.id]))}`);
      box.replaceChildren(found.length ? h("ul", { class: "lines" }, found.map(conflictShown)) : h("p", { class: "note" }, t("There is none.")));
    }).finally(() => this._problem.hidden || box.replaceChildren());
  }

  _cancel() {
    this._lay(t("Cancel unsold tickets"), h("p", {}, t("For printed tickets that come back from a point of sale. Each one that you scan, and confirm, is cancelled, and its place is on sale again. Tickets that somebody has paid for, or came in with, are refused.")),
      button({ class: "primary large" }, () => (this.close(), this._door.cancelling(true)), icon("ticket"), t("Begin")));
  }

  confirmCancel(code) {
    this._lay(t("Cancel this ticket?"), h("p", { class: "code" }, `…${code.slice(-10)}`), h("p", {}, t("Its place goes back on sale at once. This cannot be undone.")),
      h("div", { class: "actions" },
        button({ class: "primary large", autofocus: true }, () => this._try(async () => {
          const told = await this.app.gate.api.post("cancellations", { code });
          this.close();
          const fields = { event: told.event_name, starts_at: told.starts_at, time_zone: told.time_zone, zone: told.zone, row: told.row_label, seat: told.seat_label, answers: [] };
          const shown = { scan: uuid(), at: Date.now(), verdict: "cancelled_now", code, direction: "in", fields, through: false };
          this._door.tell(shown);
          await this.app.gate.journal.note(shown);
        }), t("Cancel it")),
        button({ class: "large" }, () => this.close(), t("Keep it"))));
  }

  _settings() {
    const { settings, save } = this.app;
    const set = (name) => (event) => save({ [name]: event.target.checked });
    const cameras = h("div", {});
    this._lay(t("Settings of this scanner"),
      h("fieldset", { class: "card" }, h("legend", {}, t("When a ticket was scanned")),
        choice("checkbox", "sound", "on", t("Sound"), { checked: settings.sound !== false, onchange: set("sound") }),
        choice("checkbox", "vibration", "on", t("Vibration"), { checked: settings.vibration !== false, onchange: set("vibration") })),
      h("fieldset", { class: "card" }, h("legend", {}, t("Camera")), cameras),
      this._reader(settings), this.app.languages(() => this._respoken()));
    this._cameras(cameras).catch(() => {});
  }

  // Another language was chosen: the door beneath is drawn anew, too.
  _respoken() {
    this.close();
    this._door.close();
    this._door.show();
    this._settings();
  }

  async _cameras(box) {
    const found = this._door.camera.on ? await this._door.camera.choices() : [];
    const wanted = this.app.settings.camera;
    box.replaceChildren(...(found.length
      ? found.map((one, n) => choice("radio", "camera", one.id || String(n), one.label || t("Camera {number}", { number: n + 1 }), { checked: one.id === wanted, onchange: () => this._door.lookWith(one.id) }))
      : [h("p", { class: "quiet" }, t("Turn the camera on at the door to choose between several."))]));
  }

  _reader(settings) {
    const names = { keyboard: t("Any reader that types"), zebra: t("Zebra, with DataWedge"), bluebird: t("Bluebird") };
    const keep = async (change) => {
      await this.app.save(change);
      this._door.readerChanged();
    };
    return h("fieldset", { class: "card" }, h("legend", {}, t("Reader")),
      Object.keys(PROFILES).map((name) => choice("radio", "reader", name, names[name], { checked: (settings.reader ?? "keyboard") === name, onchange: () => keep({ reader: name }) })),
      field("prefix", t("What it types before a code"), { value: settings.prefix ?? "", maxlength: "20", onchange: (event) => keep({ prefix: event.target.value }) }),
      field("suffix", t("What it types after a code, before Enter or Tab"), { value: settings.suffix ?? "", maxlength: "20", onchange: (event) => keep({ suffix: event.target.value }) }, t("Leave both empty unless your reader is set so.")));
  }

  leave() {
    const { journal } = this.app.gate, waiting = journal.waiting;
    this._lay(t("Leave: forget this scanner"), h("p", {}, t("This device then scans nothing until somebody logs in again.")),
      waiting > 0 && h("p", { class: "problem" }, t("Scans kept on this device that were not sent: {count}. They stay here, and are sent once somebody logs in on it again.", { count: number(waiting) })),
      h("div", { class: "actions" }, button({ class: "primary large" }, () => this.app.leave(), icon("logout"), t("Leave")), button({ class: "large" }, () => this.close(), t("Stay"))));
  }
}

function conflictShown(one) {
  const place = [one.zone, one.row_label, one.seat_label].filter(Boolean).join(" ");
  const here = t("Let in at {time}, gate {gate} ({device})", { time: moment(Date.parse(one.at)), gate: one.gate, device: one.device });
  const there = one.other_gate && t("And at {time}, gate {gate} ({device})", { time: moment(Date.parse(one.other_at)), gate: one.other_gate, device: one.other_device });
  return h("li", { class: "line attention" }, icon("alert-triangle"), h("b", {}, wordOf(one.found)[0]), h("span", {}, [place, one.order_code].filter(Boolean).join(" · ")), h("span", {}, here), there && h("span", {}, there));
}
