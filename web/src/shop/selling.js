// A date on sale, or the seats of a pass: the map, the list, the panel and the cart, kept in step. Whatever is chosen is asked of the server at
// once: in a rush a seat that one has only pointed at is somebody else's a moment later, and here nobody is let fill a
// form for it. What is refused is said in a sentence, with what can be had instead.
import { House } from "../seatmap/house.js";
import { make } from "../seatmap/list.js";
import { FREE, ranges } from "../seatmap/states.js";
import { PickList } from "../seatmap/picklist.js";
import { Photos } from "../seatmap/photos.js";
import { PickMap } from "../seatmap/picker.js";
import { Pricing } from "../seatmap/pricing.js";
import { documents } from "../seatmap/seatmap.js";
import { Basket } from "./basket.js";
import { ChosenPanel } from "./chosen.js";
import { countdown, clock } from "./clock.js";
import { counter } from "./counter.js";
import { PriceLegend } from "./legend.js";
import { Proposals } from "./proposals.js";
import { fresh, post } from "./request.js";
import { forget, showCart, visitor } from "./visit.js";

const ALTERNATIVES = 3;
const OPENING_S = [0.5, 2.5];
const UNFOLDED_MAX = 12;
const COUNTDOWN_S_MAX = 86_400;
const ENGLISH = "en-150";
const LAPSED_MS = 1500;
const SEATS_OF_PASS_MS = 5000;
const NARROW = "(max-width: 61rem)";

export async function selling(document) {
  const element = document.querySelector("[data-sell]");
  if (!element) return;
  const words = JSON.parse(element.dataset.words);
  const stage = element.querySelector("[data-map]");
  stage.replaceChildren(make("p", words.loading, "quiet"));
  const query = element.dataset.link ? `?link=${encodeURIComponent(element.dataset.link)}` : "";
  try {
    const answer = await fetch(`${element.dataset.sell}/offer.json${query}`, { headers: { accept: "application/json" } });
    const offer = await answer.json();
    if (!answer.ok) throw new Error(offer.detail);
    const [plan, placeList] = await documents(offer.plan, offer.place_list);
    const house = new House(plan, placeList);
    if (matchMedia("(hover: none)").matches) words.hint = words.hintTouch;
    const page = { document, element, stage, words, query };
    element.selling = new Selling(page, house, offer);
  } catch (error) {
    stage.replaceChildren(make("p", words.failed, "warned"));
    throw error;
  }
}

export class Selling {
  constructor(page, house, offer) {
    Object.assign(this, { ...page, house, offer, path: page.element.dataset.sell, tips: [] });
    this.open = offer.sale === "open";
    this.shop = this.document.body.dataset.shop;
    this.money = amounts(this.document.documentElement.lang, offer.currency);
    const pricing = new Pricing(house, offer);
    this.passType = this.element.dataset.pass ?? null;
    this.basket = new Basket(offer.performance, (body) => this._send(body), this.passType);
    this._views();
    this.map = new PickMap(this._mapBox, house, this.words, pricing, this.money);
    this.map.photos = new Photos(this.map, (photo) => `${this.shop}/pictures/${photo}`);
    this.picking = this.map.picking;
    this.list = new PickList(this._listBox, this.map, {
      choose: (seat, wanted) => this.choose(seat, wanted),
      area: (area) => this.countArea(area),
      show: (section) => this._showSection(section),
    });
    const legend = new PriceLegend(this.element.querySelector("[data-legend]"), this.map, () => this.map.filtered());
    this.map.parts = [this.list, legend];
    this._sell();
    this._unfold();
    if (this.passType) this.map.follow(`${this.path}/availability`, SEATS_OF_PASS_MS);
    else this.map.follow(`/api/v1/performances/${offer.performance}/availability${this.query}`);
    this._mapBox.addEventListener("seat", ({ detail: { index } }) => this.choose(index));
    this._mapBox.addEventListener("area", ({ detail }) => this.countArea(detail));
    this.element.classList.add("ready");
    if (!this.open) this._awaitOpening();
  }

  // Take a seat, or give it back; with a whole table all of its seats.
  async choose(seat, wanted = !this.picking.mine.has(seat)) {
    const seats = this.house.soldWith(seat);
    if (!this.open || seats.some((one) => this.picking.asked.has(one))) return;
    if (!wanted) return void (await this.change([], seats));
    if (!seats.every((one) => this.picking.open(one))) return this._taken(seat);
    await this.change(seats, []);
  }

  // Take some seats and leave others, all or nothing; resolves to whether it was done. `tariffs` are given in turn.
  async change(take, leave, tariffs = [], wheelchairs = false) {
    const { picking, house } = this;
    if (this.basket.items.length + take.length - leave.length > this.offer.places_max && take.length) return this._tooMany();
    for (const seat of [...take, ...leave]) picking.asked.add(seat);
    this._redraw();
    const body = { seats: take.map((seat) => house.ids[seat]), drop: leave.map((seat) => house.place[seat]) };
    if (!this.passType) Object.assign(body, { tariffs, wheelchairs });
    const problem = await this.basket.change(body);
    for (const seat of [...take, ...leave]) picking.asked.delete(seat);
    if (!problem) this._given(leave);
    this._held();
    if (problem) this._refused(problem, take);
    else this._advise(take.length ? this.words.done : this.words.back, take.length ? take : leave);
    return !problem;
  }

  // The stream tells it a moment later; who gives a seat back may take it again at once. What is taken is mine, and not
  // marked as held: a seat that was given back before the stream told of it would never be told to be free.
  _given(leave) {
    this.picking.recount(this.map.states.mark(leave.map((seat) => this.house.place[seat]), FREE));
    this.map.view.forget();
  }

  // Ask how many of an area, and take them.
  countArea(area) {
    const group = this.map.pricing.area(area);
    if (!this.open || group < 0) return;
    const most = Math.min(this.offer.places_max - this.basket.items.length, this.picking.section(this.house.areas[area].section).free);
    counter(this.stage, this.words, this.house.areas[area].name, Math.max(1, most), async (count) => {
      const problem = await this.basket.change({ area: this.house.areas[area].id, count });
      this._held();
      if (problem) this._refused(problem, []);
    });
  }

  _views() {
    const { words, stage } = this;
    this._mapBox = make("div", "", "seat-map picking");
    this._listBox = make("div", "", "pick-list");
    this._listBox.setAttribute("role", "region");
    this._listBox.setAttribute("aria-label", words.listView);
    const bar = make("div", "", "views");
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", words.view);
    const buttons = [[words.mapView, this._mapBox], [words.listView, this._listBox]].map(([text, shown]) => {
      const button = make("button", text, "plain");
      button.type = "button";
      button.addEventListener("click", () => this._view(shown));
      bar.append(button);
      return [button, shown];
    });
    this._view = (wanted) => {
      for (const [button, shown] of buttons) {
        button.setAttribute("aria-pressed", String(shown === wanted));
        shown.hidden = shown !== wanted;
      }
    };
    stage.replaceChildren(bar, this._mapBox, this._listBox);
    this._view(this._mapBox);
  }

  // A link may ask for the list, open zone by zone.
  _unfold() {
    if (this.element.dataset.unfolded === undefined) return;
    this._view(this._listBox);
    for (const zone of [...this._listBox.querySelectorAll("details")].slice(0, UNFOLDED_MAX)) zone.open = true;
  }

  _sell() {
    const side = this.element.querySelector("[data-chosen]");
    if (!this.open) return;
    this.panel = new ChosenPanel(side, this.words, this.money, `${this.shop}/cart`, {
      leave: (place) => this._leave(place),
      tariff: (place, tariff) => this._tariff(place, tariff),
      show: (place) => this._show(place),
      lapsed: () => setTimeout(() => this._again(), LAPSED_MS),
    });
    const form = this.element.querySelector("[data-best]");
    const found = this.element.querySelector("[data-proposals]");
    new Proposals(form, found, this.map, this.path, {
      seats: (ids) => ids.map((id) => this.house.ids.indexOf(id)).filter((seat) => seat >= 0),
      take: (one) => this._takeProposal(one),
    });
    if (matchMedia(NARROW).matches) this.element.querySelector("details.best").open = false;
    this._again(true);
    this.document.addEventListener("visibilitychange", () => this.document.hidden || this._again());
    this.document.defaultView.addEventListener("pageshow", ({ persisted }) => persisted && this._again());
  }

  // Ask what the cart has: at first, when its time is over, and when one comes back from elsewhere.
  async _again(first = false) {
    if (!first) forget();
    const told = first || this.basket.items.length;
    const { cart } = await visitor(this.document).catch(() => ({}));
    if (cart === undefined) return this._held();
    this.basket.set(cart);
    showCart(this.document, cart);
    this._held();
    if (told && this.basket.lapsed) this._tell([{ text: this.words.lapsed, urgent: true }]);
  }

  // -- asking ------------------------------------------------------------------------------------------------------

  async _send(body) {
    const path = this.passType ? `${this.path}/cart` : `${this.shop}/cart/places${this.query}`;
    const answer = await post(this.document, path, { ...body, key: fresh() });
    if (answer.cart) showCart(this.document, answer.cart);
    return answer;
  }

  async _tariff(place, tariff) {
    const body = { performance: this.offer.performance, place, tariff };
    const { cart, problem } = await post(this.document, `${this.shop}/cart/tariffs${this.query}`, body);
    if (cart) {
      this.basket.set(cart);
      showCart(this.document, cart);
    }
    this._held();
    if (problem) this._refused(problem, []);
  }

  async _leave(place) {
    const seat = this.picking.at(place);
    if (seat !== undefined) return this.choose(seat, false);
    const problem = await this.basket.change({ drop: [place] });
    this._held();
    if (problem) this._refused(problem, []);
  }

  async _takeProposal({ seats, tariffs, area, count, wheelchairs }) {
    const found = seats.map((id) => this.house.ids.indexOf(id));
    if (!area) return this.change(found, [], tariffs, wheelchairs);
    const problem = await this.basket.change({ area, count, tariffs });
    this._held();
    if (problem) this._refused(problem, []);
    return !problem;
  }

  // -- saying ------------------------------------------------------------------------------------------------------

  // The cart is another one: everything shows it.
  _held() {
    this.picking.hold(this.basket.places);
    this._redraw();
    this.panel?.show(this.basket.items.map((item) => this._named(item)), this.basket);
  }

  _redraw() {
    this.map.chosen();
    this.map.retell();
  }

  _named(item) {
    const seat = this.picking.at(item.place);
    const area = seat === undefined ? this.house.areas.findIndex(({ ranges }) => ranges.some(([start, count]) => item.place >= start && item.place < start + count)) : -1;
    const group = seat === undefined ? (area < 0 ? -1 : this.map.pricing.area(area)) : this.picking.group[seat];
    const offered = group < 0 ? [] : this.map.pricing.offered(group);
    return { ...item, name: seat === undefined ? item.zone : this._called(seat), offered };
  }

  _called(seat) {
    const { row, label } = this.house.seat(seat);
    return this.words.seatAt.replace("{row}", row).replace("{label}", label);
  }

  // The same where a table is taken whole: the table.
  _told(seat) {
    return this.house.soldWith(seat).length > 1 ? this.house.tables[this.house.table[seat]].label : this._called(seat);
  }

  // What the choice leaves to be said, after what has just been done.
  _advise(done, seats) {
    const { words, picking, house } = this;
    this.map.told.textContent = done.replace("{seat}", [...new Set(seats.map((seat) => this._told(seat)))].join(", "));
    const things = [];
    const apart = picking.clumps().length > 1;
    const gather = apart ? picking.mendApart() : null;
    const lone = gather ? [] : picking.lone();
    if (lone.length) things.push({ text: this._loneText(lone[0]), acts: this._mending(words.shift, picking.mendLone()) });
    if (apart) things.push({ text: words.apart, acts: this._mending(gather && this._gathered(gather), gather) });
    this._tell(things);
    if (seats.length === 1 && house.seat(seats[0]).note && picking.mine.has(seats[0])) {
      this.map.told.textContent += ` ${house.seat(seats[0]).note}`;
    }
  }

  _mending(label, mend) {
    return mend ? [[label, () => this.change(mend.take, mend.leave, this._tariffsOf(mend.leave))]] : [];
  }

  _gathered({ take, leave }) {
    return this.words.gather.replace("{where}", this._where([...this.picking.mine].filter((seat) => !leave.includes(seat)).concat(take)));
  }

  // The tariffs of seats that are left for others, which keep them.
  _tariffsOf(seats) {
    const places = seats.map((seat) => this.house.place[seat]);
    return this.basket.items.filter(({ place }) => places.includes(place)).map(({ tariff }) => tariff).filter(Boolean);
  }

  _loneText({ seat, between: [before, after] }) {
    const { words, house } = this;
    const { row, label } = house.seat(seat);
    const text = before >= 0 && after >= 0 ? words.lone : words.loneEnd;
    return text.replace("{seat}", label).replace("{row}", row)
      .replace("{before}", house.labels[before] ?? "").replace("{after}", house.labels[after] ?? "")
      .replace("{next}", house.labels[before >= 0 ? before : after] ?? "");
  }

  _where(seats) {
    const sorted = seats.sort((a, b) => a - b);
    const { section, row } = this.house.seat(sorted[0]);
    return this.words.rowSeats.replace("{zone}", section).replace("{row}", row).replace("{seats}", ranges(sorted.map((seat) => this.house.labels[seat])));
  }

  _taken(seat) {
    const { words, picking } = this;
    if (picking.group[seat] < 0) return;
    const near = picking.nearest(seat, ALTERNATIVES);
    const text = `${words.takenBy.replace("{seat}", this._called(seat))} ${near.length ? words.nearest : words.noOther}`;
    const acts = near.map((other) => [words.take.replace("{seat}", this._called(other)), () => this.choose(other, true)]);
    this._tell([{ text: capital(text), urgent: true, acts }]);
    this._redraw();
  }

  _tooMany() {
    this._tell([{ text: this.words.tooMany.replace("{count}", this.offer.places_max), urgent: true }]);
    this._redraw();
    return false;
  }

  _refused({ code, detail, fields }, take) {
    if (code === "seats-taken" && take.length === 1) return this._taken(take[0]);
    if (code === "offline") return this._tell([{ text: this.words.offline, urgent: true }]);
    const acts = fields?.queue ? [[this.words.toQueue, () => this.document.defaultView.location.assign(fields.queue)]] : [];
    this._tell([{ text: detail || this.words.offline, urgent: true, acts }]);
  }

  _tell(things) {
    this.panel?.tell(things);
  }

  // -- showing -----------------------------------------------------------------------------------------------------

  _show(place) {
    const seat = this.picking.at(place);
    if (seat === undefined) return;
    this._view(this._mapBox);
    this.map.focusOn(seat);
    this.map.stage.scrollIntoView({ block: "nearest" });
  }

  _showSection(section) {
    this._view(this._mapBox);
    this.map.showSection(section);
  }

  // The sale is still to open: the page counts down and comes again by itself, not all browsers in one instant.
  _awaitOpening() {
    if (this.offer.opens_in_s > COUNTDOWN_S_MAX) return;
    const banner = this.document.querySelector(".standing");
    const shown = make("b", "", "opens-in");
    banner?.append(" ", shown);
    countdown(this.offer.opens_in_s, (left) => {
      shown.textContent = this.words.opensIn.replace("{time}", left >= 3600 ? `${Math.floor(left / 3600)}:${clock(left % 3600).padStart(5, "0")}` : clock(left));
      if (left <= 0) setTimeout(() => this.document.defaultView.location.reload(), 1000 * (OPENING_S[0] + Math.random() * OPENING_S[1]));
    });
  }
}

// Writes amounts in minor units, as the page's language does; whole ones without decimals.
export function amounts(language, currency) {
  const tag = language === "en" ? ENGLISH : language;
  const exact = new Intl.NumberFormat(tag, { style: "currency", currency });
  const digits = exact.resolvedOptions().maximumFractionDigits;
  const whole = new Intl.NumberFormat(tag, { style: "currency", currency, minimumFractionDigits: 0, maximumFractionDigits: 0 });
  return (cents) => (cents % 10 ** digits ? exact : whole).format(cents / 10 ** digits);
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
