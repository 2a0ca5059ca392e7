// The plan as the shopper sees it: the shop's own map over the sheet, on which seats are taken and given back as there, with
// what a choice leaves alone; the best places for any party with the reasons why; and sample sales, played to the end.
import { House } from "../src/seatmap/house.js";
import { Legend } from "../src/seatmap/legend.js";
import { make } from "../src/seatmap/list.js";
import { Photos } from "../src/seatmap/photos.js";
import { PickMap } from "../src/seatmap/picker.js";
import { Pricing } from "../src/seatmap/pricing.js";
import { SOLD } from "../src/seatmap/states.js";
import { button, field, group } from "./fields.js";
import { ask } from "./saving.js";

const PLAYED_S = 12, FRAME_MS = 40;
const SALES = ["couples", "families", "groups"];

export class Preview {
  constructor(editor) {
    Object.assign(this, { editor, title: editor.words.acts.preview, element: make("div", "", "preview"), party: { party: 2, wheelchairs: 0, companions: 0, together: true, clear_view: false } });
    this._overlay = make("div", "", "seat-map picking editor-preview");
    editor.sheet.element.append(this._overlay);
    this._overlay.addEventListener("seat", ({ detail: { index } }) => this._taken(index));
    this._furnish();
    this._mapped();
  }

  changed() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._mapped(), 300);
  }

  close() {
    clearTimeout(this._timer);
    this._closed = true;
    this._stop();
    this._overlay.remove();
    this.editor.sheet.redraw();
  }

  get words() {
    return this.editor.words;
  }

  _mapped() {
    this._stop();
    const { plan } = this.editor.drawing.assembled();
    const place = { runs: [] };
    for (const zone of plan.zones) {
      for (const row of zone.rows) place.runs.push({ type: "seats", seats: row.seats.map(({ id }) => id) });
      for (const area of zone.areas) if (area.capacity) place.runs.push({ type: "area", area: area.id, count: area.capacity });
    }
    const house = new House(plan, place);
    const tariff = { id: "hint", name: "" };
    const groups = plan.categories.map(({ name, price_hint: hint = 100 }) => ({ name, category: name, zone: "", prices: { hint } }));
    this.house = house;
    this.map = new PickMap(this._overlay, house, { ...this.words, ...this.words.shop }, new Pricing(house, { groups, tariffs: [tariff] }), (percent) => `${percent} %`);
    this.map.photos = new Photos(this.map, (photo) => `${this.editor.urls.photos}/${photo}`);
    this.map.parts = [this._legend(plan, house)];
    for (const part of [this.map.view, ...this.map.parts]) part.states = this.map.states;
    this._free();
  }

  // The categories with their colours, what each costs, and how much of it is left.
  _legend(plan, house) {
    const prices = Object.fromEntries(plan.categories.map(({ name, price_hint: hint = 100 }) => [name, `${hint} %`]));
    const box = make("div", "", "seat-map-side");
    const legend = new Legend(box, house, { ...this.words, freeShort: this.words.shop.leftShort }, prices);
    this._legended.replaceChildren(box);
    return legend;
  }

  _free() {
    this.map.states.whole(new Uint8Array(Math.ceil(this.house.placeCount / 4)));
    this.map.picking.mine = new Set();
    this.map.changed(null);
  }

  // A seat is taken or given back, as in the shop; what it leaves alone is said.
  _taken(seat) {
    const { picking, states } = this.map;
    const seats = this.house.soldWith(seat);
    const mine = new Set(picking.mine);
    for (const one of seats) mine.has(one) ? mine.delete(one) : states.of(one) !== SOLD && mine.add(one);
    picking.hold([...mine].map((one) => this.house.place[one]));
    this.map.chosen();
    const lone = picking.lone();
    const { words } = this;
    this._hint.textContent = lone.length ? words.shop.loneTold.replace("{seats}", lone.map(({ seat: one }) => `${this.house.seat(one).row} ${this.house.labels[one]}`).join(", ")) : mine.size ? words.shop.noLone : "";
  }

  _furnish() {
    const { words } = this;
    this._legended = make("div", "");
    this._hint = make("p", "", "hint");
    this._hint.setAttribute("role", "status");
    const form = make("div", "", "fields");
    const number = (name, min, max) => field({ name, type: "number", label: words.fields[name], value: this.party[name], min, max }, (value) => (this.party[name] = value));
    const tick = (name) => field({ name, type: "checkbox", label: words.fields[name], value: this.party[name] }, (value) => (this.party[name] = value));
    form.append(number("party", 1, 20), number("wheelchairs", 0, 20), number("companions", 0, 20), tick("together"), tick("clear_view"));
    this._found = make("ol", "", "proposals");
    const find = button(words.shop.find, () => this._find(find), { className: "btn btn-primary" });
    const sales = make("div", "", "acts");
    for (const kind of SALES) {
      const play = button(words.shop.sales[kind], () => this._play(kind, play), { className: "btn" });
      sales.append(play);
    }
    const empty = button(words.shop.empty, () => (this._stop(), this._free(), (this._hint.textContent = "")), { className: "btn" });
    this._sold = make("p", "", "help");
    this._sold.setAttribute("role", "status");
    this.element.append(
      make("p", words.shop.help, "help"), this._hint, group(words.shop.legendTitle, [this._legended]),
      group(words.shop.best, [form, find, this._found]),
      group(words.shop.sample, [make("p", words.shop.sampleHelp, "help"), sales, empty, this._sold]),
    );
  }

  async _find(pressed) {
    const { saving, urls, words } = this.editor;
    pressed.disabled = true;
    await saving.now();
    const taken = this._takenIds();
    const answer = await ask(urls.trial, urls.token, { ...this.party, taken });
    pressed.disabled = false;
    if (this._closed) return;
    if (answer.problem) return void this._found.replaceChildren(make("li", answer.problem.detail ?? words.saving.offline));
    const sets = answer.proposals.map(({ seats }) => seats.map((id) => this.house.ids.indexOf(id)).filter((seat) => seat >= 0));
    this.map.propose(sets);
    this._found.replaceChildren(...answer.proposals.map((one, number) => this._card(one, sets, number)));
    if (!sets.length) this._found.replaceChildren(make("li", words.shop.noFit));
  }

  _card({ where, because }, sets, number) {
    const card = make("li", "", "proposal");
    card.append(make("b", where), make("p", because, "quiet"), button(this.words.doctor.show, () => this.map.propose(sets, number), { className: "btn" }));
    return card;
  }

  _takenIds() {
    const found = [];
    for (let seat = 0; seat < this.house.count; seat++) if (this.map.states.of(seat) === SOLD || this.map.picking.mine.has(seat)) found.push(this.house.ids[seat]);
    return found;
  }

  // A sale is asked for whole, and played.
  async _play(kind, pressed) {
    const { saving, urls, words } = this.editor;
    this._stop();
    pressed.disabled = true;
    this._sold.textContent = words.shop.playing;
    await saving.now();
    const answer = await ask(urls.sale, urls.token, { kind });
    pressed.disabled = false;
    if (this._closed) return;
    if (answer.problem) return void (this._sold.textContent = answer.problem.detail ?? words.saving.offline);
    this._free();
    this.map.propose([]);
    this._found.replaceChildren();
    this.map.showWhole();
    const { parties, together_count: together, lone_count: lone } = answer;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const each = still ? parties.length : Math.max(1, Math.ceil(parties.length / ((PLAYED_S * 1000) / FRAME_MS)));
    let at = 0;
    this._playing = setInterval(() => {
      const places = parties.slice(at, at + each).flat().map((seat) => this.house.place[seat]);
      this.map.picking.recount(this.map.states.mark(places, SOLD));
      this.map.changed(null);
      at += each;
      this._sold.textContent = words.shop.sold.replace("{parties}", Math.min(at, parties.length)).replace("{together}", Math.round((100 * together) / (parties.length || 1))).replace("{lone}", lone);
      if (at >= parties.length) this._stop();
    }, FRAME_MS);
  }

  _stop() {
    clearInterval(this._playing);
    this._playing = null;
  }
}
