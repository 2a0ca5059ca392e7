// The counter: a queue of people, served by keys. Everything is asked of the server, one act after the other, and answered
// with the block that it changes; what is typed meanwhile waits its turn, so "2 F Enter 5 0 Enter" may be typed at once.
//
// The keys act in the command line, the field that has the focus whenever nothing else was chosen; in the payment, in
// the field of what is given. A window names itself (sessionStorage), and has a cart of its own by that name.
import { fresh } from "../shop/request.js";
import { clock, countdown } from "../shop/clock.js";
import { CounterMap } from "./counter_map.js";
import { CounterPrinting } from "./counter_printing.js";

const DIGIT = /^(?:Digit|Numpad)(\d)$/;
const DATES_MS = 15_000;
const FIND_MS = 200;
const COUNT_MAX = 20;
// What is looked up beside a payment says nothing of how the payment went.
const LISTS = ["dates", "people"];
const WINDOW = "placeur-counter";
const TYPED = "placeur-counter-typed";
const TYPES = ["file", "hidden"];

export function counter(page) {
  const element = page.querySelector("[data-counter]");
  if (element) element.counter = new Counter(page, element);
}

export class Counter {
  constructor(page, element) {
    Object.assign(this, { page, element, at: element.dataset.counter, words: JSON.parse(element.dataset.words) });
    this.window = sessionStorage.getItem(WINDOW) ?? fresh();
    sessionStorage.setItem(WINDOW, this.window);
    this.performance = element.dataset.shows;
    this.pass = "";
    this.last = Promise.resolve();
    this.touch = matchMedia("(pointer: coarse)").matches;
    this.command = this._one("[data-command]");
    this.dialog = this._one("[data-pay-dialog]");
    this.form = this._one("[data-pay-form]");
    this.given = this._one("[data-given]");
    this.told = this._one("[data-customer-told]").textContent;
    this.map = new CounterMap(this);
    this.printing = new CounterPrinting(this);
    this._listen();
    this._paying();
    this._mark();
    this.act(() => this._show("cart", `${this.at}/cart?window=${this.window}`)).then(() => this._again());
    this.ready();
  }

  // -- asking the server ---------------------------------------------------------------------------------------------

  // One act after the other. What fails is told, and the acts after it go on.
  act(does) {
    const done = this.last.then(does).catch((problem) => this.tell(problem.sentence ?? this.words.offline));
    this.last = done;
    return done;
  }

  // An answer's text. What got lost is asked for once more, under the same key, so that it is done once.
  async ask(path, fields = null, tries = 2) {
    const headers = { accept: "text/html, application/problem+json", "x-csrf-token": this.element.dataset.token };
    try {
      const answer = await fetch(path, fields ? { method: "POST", headers, body: fields } : { headers });
      const text = await answer.text();
      const block = answer.headers.get("counter-block");
      if (answer.redirected) this.page.defaultView.location.reload();
      if (answer.ok || answer.headers.get("content-type")?.startsWith("text/html")) return { text, ok: answer.ok, block };
      throw Object.assign(new Error(String(answer.status)), { sentence: JSON.parse(text).detail });
    } catch (problem) {
      if (problem.sentence !== undefined || tries < 2) throw problem;
      return this.ask(path, fields, tries - 1);
    }
  }

  async _show(name, path, fields = null) {
    const { text, ok } = await this.ask(path, fields);
    this._one(`[data-block="${name}"]`).innerHTML = text;
    if (!this.dialog.open || !LISTS.includes(name)) this.tell("");
    if (name === "cart") this._carted();
    return ok;
  }

  // Change the cart: {act, ...}; values that are lists are sent one by one.
  change(told) {
    return this.act(() => this._changed(told));
  }

  _changed(told) {
    const fields = new URLSearchParams({ window: this.window, key: fresh() });
    for (const [name, value] of Object.entries(told)) for (const one of [value].flat()) fields.append(name, one);
    return this._show("cart", `${this.at}/cart`, fields);
  }

  // So many of the best places at a tariff.
  take(tariff, count) {
    if (!this.performance) return this.tell(this.words.noDate);
    return this.change({ act: "take", count, tariff, ...this.bounds() });
  }

  // At which date, where, and from which allotments.
  bounds() {
    const wheelchairs = this._one("[data-wheelchairs]")?.checked ? { wheelchairs: "1" } : {};
    const allotment = [...this.page.querySelectorAll("[data-allotment]:checked")].map(({ value }) => value);
    const pass = this.pass ? { pass: this.pass } : {};
    return { performance: this.performance, ...pass, where: this._one("[data-where]")?.value ?? "", allotment, ...wheelchairs };
  }

  choose(performance) {
    if (!performance) return;
    this.performance = performance;
    this.pass = "";
    this._mark();
    this.map.leave();
    this.act(async () => {
      await this._show("date", `${this.at}/dates/${performance}`);
      await this.map.follow();
    });
  }

  // A pass: its house is that of its first date.
  choosePass(pass) {
    this.pass = pass;
    this._mark();
    this.map.leave();
    this.act(async () => {
      await this._show("date", `${this.at}/passes/${pass}`);
      this.performance = this._one("[data-first]").dataset.first;
      await this.map.follow();
    });
  }

  // -- telling -------------------------------------------------------------------------------------------------------

  tell(text) {
    const told = this._one("[data-problem]");
    told.textContent = text;
    told.hidden = !text;
    if (this.dialog.open) this._one("[data-change]").textContent = text;
  }

  // The next customer: the command line waits.
  ready() {
    this.command.value = "";
    if (!this.touch) this.command.focus();
  }

  get places() {
    return [...this.page.querySelectorAll("[data-item]")].map(({ dataset }) => ({ name: dataset.item, performance: dataset.performance, place: Number(dataset.place) }));
  }

  get totalCents() {
    return Number(this._one("[data-total]")?.dataset.total ?? 0);
  }

  _carted() {
    this._stop?.();
    const timer = this._one("[data-ends-in]");
    if (timer) {
      this._stop = countdown(Number(timer.dataset.endsIn), (left) => {
        timer.textContent = clock(left);
        if (left <= 0) this.act(() => this._show("cart", `${this.at}/cart?window=${this.window}`));
      });
    }
    this.map.held();
    if (this._one("[data-none]") && !this._one("[data-lost]") && !this.dialog.open) this._forget();
  }

  _mark() {
    for (const button of this.page.querySelectorAll("[data-date]")) button.setAttribute("aria-pressed", String(!this.pass && button.dataset.date === this.performance));
    for (const button of this.page.querySelectorAll("[data-pass]")) button.setAttribute("aria-pressed", String(button.dataset.pass === this.pass));
  }

  // -- hands ---------------------------------------------------------------------------------------------------------

  _listen() {
    this.page.addEventListener("click", ({ target }) => this._clicked(target.closest("button, a")));
    this.command.addEventListener("keydown", (event) => this._typed(event));
    const find = this._one("[data-find]");
    const list = () => this.act(() => this._show("dates", `${this.at}/dates?q=${encodeURIComponent(find.value)}`).then(() => this._mark()));
    let soon = 0;
    find.addEventListener("input", () => {
      clearTimeout(soon);
      soon = setTimeout(list, FIND_MS);
    });
    find.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.act(() => this._chosen(this._one("[data-date], [data-pass]"))).then(() => this.ready());
    });
    setInterval(() => this.page.hidden || this.page.activeElement?.dataset.date || list(), DATES_MS);
    this.page.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.dialog.open && event.target !== this.command) this.ready();
    });
    this.page.addEventListener("change", ({ target }) => {
      const choices = target.closest("[data-choices]");
      if (choices) this._choices(choices);
      if (target.matches("[data-allotment], [data-wheelchairs]")) this.map.allotted();
      if (target.id === "till") target.form.requestSubmit();
    });
    this.element.addEventListener("submit", (event) => event.preventDefault());
  }

  _choices(form) {
    const told = {};
    for (const [name, value] of new FormData(form)) told[name] = [...(told[name] ?? []), value];
    this.change({ act: "choose", ...told });
  }

  _clicked(button) {
    if (!button) return;
    const { date, tariff, drop, step, note, person } = button.dataset;
    if (date || button.dataset.pass) this._chosen(button);
    else if (tariff) this._take(tariff);
    else if (drop) this.change({ act: "drop", place: drop });
    else if (step) this.command.value = Math.min(COUNT_MAX, Math.max(1, (Number(this.command.value) || 1) + Number(step)));
    else if ("empty" in button.dataset) this.change({ act: "drop", all: "1" });
    else if ("pay" in button.dataset) this.pay();
    else if ("back" in button.dataset) this.dialog.close();
    else if ("part" in button.dataset) this.sell(true);
    else if (button.dataset.same) this._same(button.dataset.same);
    else if ("next" in button.dataset) this.dialog.close();
    else if ("keys" in button.dataset) this._one("[data-keys-dialog]").showModal();
    else if ("mapButton" in button.dataset) this.map.toggle(button);
    else if (note !== undefined) this._noted(note);
    else if (person) this._person(button.dataset);
  }

  _take(tariff) {
    this.take(tariff, Math.max(1, Number(this.command.value) || 1));
    this.command.value = "";
  }

  // A key in the command line. Digits are read by their place on the keyboard too: French ones want Shift for them.
  _typed(event) {
    const { key, code } = event;
    if (event.ctrlKey || event.metaKey || event.isComposing || key === "Tab") return;
    const digit = /^\d$/.test(key) ? key : !event.shiftKey && !event.altKey && !/^[a-z]$/i.test(key) ? DIGIT.exec(code)?.[1] : undefined;
    const does = this._keys(key, digit);
    if (!does && key.length > 1) return;
    event.preventDefault();
    does?.();
  }

  _keys(key, digit) {
    if (digit !== undefined) return () => (this.command.value = Number(this.command.value + digit) <= COUNT_MAX ? Number(this.command.value + digit) || "" : digit);
    const focus = (selector) => () => this._one(selector).focus();
    const known = {
      Enter: () => this.pay(),
      ArrowDown: () => this._step(1),
      ArrowUp: () => this._step(-1),
      Backspace: () => (this.command.value ? (this.command.value = this.command.value.slice(0, -1)) : this._undo()),
      "/": focus("[data-find]"),
      "*": () => this.map.toggle(this._one("[data-map-button]")),
      "?": () => this._one("[data-keys-dialog]").showModal(),
      "@": () => this.pay().then(() => this._customer()),
    };
    if (known[key]) return known[key];
    if (/^[a-z]$/i.test(key)) return () => this._letter(key.toUpperCase());
    return null;
  }

  // A letter waits for what is under way, since the date may be another one then.
  _letter(key) {
    const count = Math.max(1, Number(this.command.value) || 1);
    this.command.value = "";
    this.act(() => {
      const button = this._one(`[data-tariff][data-key="${key}"]`);
      if (!button) return this.tell(this.words.noKey.replace("{key}", key));
      return this._changed({ act: "take", count, tariff: button.dataset.tariff, ...this.bounds() });
    });
  }

  _step(by) {
    const all = [...this.page.querySelectorAll("[data-date], [data-pass]")];
    const next = all[all.findIndex((one) => one.getAttribute("aria-pressed") === "true") + by];
    next?.scrollIntoView({ block: "nearest" });
    this._chosen(next);
  }

  _chosen(button) {
    if (button?.dataset.pass) this.choosePass(button.dataset.pass);
    else this.choose(button?.dataset.date);
  }

  _undo() {
    const name = this.places.at(-1)?.name;
    if (name) this.change({ act: "drop", place: name });
  }

  // -- paying --------------------------------------------------------------------------------------------------------

  // The payment opens at once, so that what is typed next is given there; what it comes to follows.
  pay() {
    this.form.hidden = false;
    this._one('[data-block="sold"]').hidden = true;
    this.dialog.showModal();
    if (this.touch) this._one("[data-sell]").focus();
    else this.given.focus();
    return this.act(async () => {
      await this._show("asked", `${this.at}/payment?window=${this.window}`);
      if (!this._one("[name=hold]")?.value && !this._one("[name=order]")) {
        this.dialog.close();
        return this.tell(this.words.empty);
      }
      this._asked();
    });
  }

  _paying() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sell();
    });
    this.given.addEventListener("keydown", (event) => this._givenKey(event));
    this.given.addEventListener("input", () => this._change());
    this.form.addEventListener("change", ({ target }) => {
      if (target.name === "way") this.given.value = "";
      this._change();
    });
    for (const kind of ["input", "change"]) this.form.addEventListener(kind, () => this._keep());
    this.dialog.addEventListener("close", () => this._closed());
    const email = this._one("[data-email]");
    let soon = 0;
    email.addEventListener("input", () => {
      clearTimeout(soon);
      soon = setTimeout(() => this.act(() => this._show("people", `${this.at}/customers?q=${encodeURIComponent(email.value)}`).catch(() => {})), FIND_MS);
    });
    this.dialog.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "p" && !this._one('[data-block="sold"]').hidden) this._one("[data-print]")?.click();
    });
  }

  _givenKey(event) {
    const way = event.ctrlKey || event.metaKey ? null : this._one(`[data-way="${event.key.toUpperCase()}"]`);
    if (event.key === "+") {
      event.preventDefault();
      this.sell(true);
    } else if (way && !way.parentElement.hidden) {
      event.preventDefault();
      this._way(way);
    } else if (event.key === "@") {
      event.preventDefault();
      this._customer();
    }
  }

  // Another way to pay: what was typed for the one before is not its amount.
  _way(way) {
    if (!way.checked) this.given.value = "";
    way.checked = true;
    this._change();
    this._keep();
  }

  _customer() {
    if (this._one("[data-customer]").hidden) return;
    this._one("[data-customer]").open = true;
    this._one("[data-email]").focus();
  }

  _person({ person, name }) {
    this._one("[data-email]").value = person;
    this._one("#name").value = name;
    this._one('[data-block="people"]').replaceChildren();
    this._one("[data-customer-told]").textContent = `${name}, ${person}`;
    this._keep();
    (this.touch ? this._one("[data-sell]") : this.given).focus();
  }

  // The answers of one ticket for the others that are asked the same.
  _same(prefix) {
    const said = new FormData(this.form);
    for (const one of this._fields) {
      const asked = /^(.+\.answers\.)([^.]+)$/.exec(one.name);
      if (!asked || asked[1] === prefix || !this.form.elements[prefix + asked[2]]) continue;
      const values = said.getAll(prefix + asked[2]);
      if (one.type === "radio" || one.type === "checkbox") one.checked = values.includes(one.value);
      else one.value = values[0] ?? "";
    }
    this._keep();
  }

  _noted(note) {
    this.given.value = note;
    this._change();
    this._keep();
  }

  _asked() {
    const invoice = this._one('[data-way="I"]').parentElement;
    invoice.hidden = this._one("[data-ways]")?.dataset.ways !== "invoice";
    this._one("[data-customer]").hidden = Boolean(this._one("[name=order]"));
    if (this._one("[data-asks-customer]")) this._one("[data-customer]").open = true;
    this._restore();
    this._change();
  }

  // -- what was typed ------------------------------------------------------------------------------------------------
  // It outlives a reload and a lost connection: this window's storage keeps it, for who typed it, until the sale is made
  // or the cart is empty. Files are chosen anew.

  get _saved() {
    const kept = JSON.parse(sessionStorage.getItem(TYPED) ?? "null");
    return kept?.person === this.element.dataset.person ? kept : { fields: {}, open: false };
  }

  get _fields() {
    return [...this.form.elements].filter(({ name, type }) => name && !TYPES.includes(type));
  }

  _keep(open = this.dialog.open) {
    const { fields } = this._saved;
    for (const { name } of this._fields) fields[name] = [];
    for (const [name, value] of new FormData(this.form)) if (typeof value === "string" && fields[name]) fields[name].push(value);
    sessionStorage.setItem(TYPED, JSON.stringify({ person: this.element.dataset.person, open, fields }));
  }

  _forget() {
    sessionStorage.removeItem(TYPED);
    this.form.reset();
    this._one("[data-customer-told]").textContent = this.told;
    this._one("[data-customer]").open = false;
  }

  _restore() {
    const { fields } = this._saved;
    for (const one of this._fields) {
      const values = fields[one.name];
      if (!values) continue;
      if (one.type === "radio" || one.type === "checkbox") one.checked = values.includes(one.value);
      else if (one.options) for (const option of one.options) option.selected = values.includes(option.value);
      else one.value = values[0] ?? "";
    }
    const said = ["name", "email"].map((name) => fields[name]?.[0]).filter(Boolean).join(", ");
    if (said) this._one("[data-customer-told]").textContent = said;
  }

  // After a reload: the payment that was under way.
  _again() {
    if (this._saved.open && this._one("[data-pay]")) this.pay();
  }

  get dueCents() {
    return Number(this._one("[data-due]")?.dataset.due ?? 0);
  }

  // What goes back, as it is typed.
  _change() {
    const { words, form } = this;
    const way = form.elements.way.value;
    this._one("[data-cash]").hidden = way !== "cash";
    this._one("[data-amount]").hidden = way === "invoice";
    this._one("[data-given-label]").textContent = way === "cash" ? words.given : words.amount;
    this._one("[data-part]").hidden = true;
    const typed = this.given.value.trim().replace(",", ".");
    const told = this._one("[data-change]");
    told.textContent = "";
    if (way === "invoice" || !/^\d+(\.\d+)?$/.test(typed) || !this._one("[data-due]")) return;
    const { money, digits } = amounts(this.page.documentElement.lang, this.element.dataset.zero);
    const back = Math.round(Number(typed) * 10 ** digits) - this.dueCents;
    this._one("[data-part]").hidden = back >= 0;
    if (way === "cash" || back < 0) told.textContent = `${back < 0 ? words.missing : words.change} ${money(Math.abs(back))}`;
    told.classList.toggle("missing", back < 0);
  }

  // Enter again is the same sale: its fields are the same, and so is the order.
  // A `part` is what is typed and no more: what is left is asked for then, and may be typed at once.
  sell(part = false) {
    const button = this._one("[data-sell]");
    if (button.disabled) return this.last;
    button.disabled = !part;
    const now = { window: this.window, way: this.form.elements.way.value, given: this.given.value, ...(part ? { part: "1" } : {}) };
    if (part) this._given("");
    return this.act(async () => {
      const fields = new FormData(this.form);
      for (const [name, value] of Object.entries(now)) fields.set(name, value);
      const { text, ok, block } = await this.ask(`${this.at}/orders`, fields).catch((problem) => {
        if (part) this._given(now.given);
        throw Object.assign(problem, { sentence: problem.sentence ?? this.words.unsure });
      });
      const sold = ok && block !== "asked";
      this._one(`[data-block="${sold ? "sold" : "asked"}"]`).innerHTML = text;
      if (part && !ok) this._given(now.given);
      this._asked();
      if (sold) this._sold();
      else if (ok) this._parted(now.way);
    }).finally(() => (button.disabled = false));
  }

  // What was typed as a part is on its way, or back again, unless the next amount is being typed.
  _given(value) {
    if (!value || !this.given.value) this.given.value = value;
    this._keep();
  }

  // A part is taken: the cart is an order now, and what is left is paid.
  _parted(way) {
    this.printing.parted(this._one("[name=order]")?.value, way);
    this._keep();
    this.act(async () => {
      await this._show("cart", `${this.at}/cart?window=${this.window}`);
      const told = this._one("[data-change]");
      if (this.dialog.open && !this.given.value) told.textContent = `${this.words.left} ${this._one("[data-due]")?.textContent ?? ""}`;
      told.classList.remove("missing");
    });
  }

  _sold() {
    this.printing.sold();
    this._forget();
    this.form.hidden = true;
    this._one('[data-block="sold"]').hidden = false;
    this._one("[data-next]").focus();
    this.act(() => this._show("cart", `${this.at}/cart?window=${this.window}`));
  }

  _closed() {
    const sold = this._one('[data-block="sold"]');
    if (sold.hidden) this._keep(false);
    if (!sold.hidden) this._one("[data-told]").textContent = this.words.done;
    sold.hidden = true;
    this.form.hidden = false;
    this.ready();
  }

  _one(selector) {
    return this.page.querySelector(selector);
  }
}

// Writes amounts in minor units as the page writes them: `zero` is nothing, so written.
export function amounts(language, zero) {
  const digits = /0[.,](0+)/.exec(zero)?.[1].length ?? 0;
  const written = new Intl.NumberFormat(language === "en" ? "en-150" : language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return { digits, money: (cents) => zero.replace(/0([.,]0+)?/, written.format(cents / 10 ** digits)) };
}
