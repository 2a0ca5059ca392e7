// The map of seats: one component to look at a house, to pick seats in it, and to draw it.
//
// What is here is looking (picker.js grows it into picking): house.js (the plan as arrays, a model without any view), states.js (what is free, counted),
// view.js (the canvas), list.js (its equal in words), legend.js, live.js (states as they change), and this file, which
// puts them on a page and gives them hands: wheel, fingers, keys.
//
// Where the rest hooks in:
// - Picking listens for "seat" events on the element ({detail: house.seat(index)}): a click or Enter on a seat sends
//   one; and for "area" events ({detail: index}). What is picked is drawn by a layer: `map.view.layers.push((context, view) => …)`, in CSS pixels, with
//   `view.project(x, y)`; then `map.redraw()`.
// - Editing makes a new House of its changed document and gives it to `map.replace(house)`; transform and focus stay.
// - Whoever has photos of the view from seats sets `map.photos` (photos.js).
// - Whoever has states from elsewhere fills a States and calls `map.changed(sections)`.
import { select } from "d3-selection";
import { zoom, zoomIdentity } from "d3-zoom";
import { House } from "./house.js";
import { Legend } from "./legend.js";
import { List, make, told } from "./list.js";
import { follow, poll } from "./live.js";
import { FREE, HELD, SOLD, States } from "./states.js";
import { View } from "./view.js";

const SEAT_PX_NEAR = 26, SEAT_PX_MAX = 64;
const ZOOM_STEP = 1.6;
const GLIDE_MS = 220;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// The map of a plan and, with a place list and `live` (where what is free is told), its states; the documents are fetched.
export async function load(element, { plan, placeList, live, prices, words }) {
  const [drawing, places] = await documents(plan, placeList);
  const map = new SeatMap(element, new House(drawing, places), words, prices);
  if (places && live) map.follow(live);
  return map;
}

// A plan's document and its place list (null without one).
export function documents(plan, placeList) {
  return Promise.all([fetched(`/api/v1/plans/${plan}`), placeList ? fetched(`/api/v1/place-lists/${placeList}`) : null]);
}

async function fetched(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

export class SeatMap {
  constructor(element, house, words, prices = {}) {
    Object.assign(this, { element, house, words, prices, focus: -1, states: null, photos: null });
    this._frame = 0;
    this._furnish();
    this.replace(house);
    this._zoom = zoom().on("zoom", ({ transform }) => this._moved(transform)).on("end", () => this.redraw());
    this._stage = select(this.canvas).call(this._zoom).on("dblclick.zoom", null);
    new ResizeObserver(() => this._resized()).observe(this.stage);
    this._listen();
  }

  // Another house in place of this one: a plan that was changed.
  replace(house) {
    const transform = this.view?.transform;
    const floor = house.floors.indexOf(this.house.floors[this.house.floor]);
    if (floor >= 0) house.floor = floor;
    this.house = house;
    this.view = new View(this.canvas, house, this.words);
    this.view.layers.push((context) => this._paintFocus(context));
    this.parts = this._beside(house);
    this._floorButtons();
    if (!transform) return;
    this._resized();
    this._moved(transform);
    this.redraw();
  }

  // What stands beside the drawing and says the same: each has `states` and `refresh(sections)`.
  _beside(house) {
    this.side.replaceChildren(this._legendTitle, this._listTitle);
    const [legend, list] = [make("div", ""), make("div", "", "seat-map-list")];
    this._legendTitle.after(legend);
    this._listTitle.after(list);
    return [
      new Legend(legend, house, this.words, this.prices),
      new List(list, house, this.words, (section) => this.showSection(section)),
    ];
  }

  // Tell the states of a house as they change; with `everyMs` asked for so often, where nothing streams them.
  follow(path, everyMs = 0) {
    this.states ??= new States(this.house);
    for (const part of [this.view, ...this.parts]) part.states = this.states;
    const tell = (how) => {
      this.badge.textContent = this.words[how];
      this.badge.className = `badge ${how === "live" ? "bg-green-lt" : "bg-secondary-lt"}`;
    };
    this.unfollow = (everyMs ? poll : follow)(path, this.states, (sections) => this.changed(sections), tell, everyMs);
  }

  // States have changed: in some sections, or (null) everywhere.
  changed(sections) {
    if (sections && !sections.size) return;
    for (const part of this.parts) part.refresh(sections);
    this.view.forget();
    this.redraw();
  }

  // Draw again, sharp, in the next frame.
  redraw() {
    this._ask(false);
  }

  showWhole() {
    this._go(this.view.fitting());
  }

  // Look at one floor, or (-1) at all of them.
  showFloor(floor) {
    this._turnTo(floor);
    this.showWhole();
  }

  // The floor of what is to be seen; everything is on the one floor of a house that is seen whole.
  _turnTo(floor) {
    this.house.floor = floor;
    for (const [index, button] of this._floors.entries()) button.setAttribute("aria-pressed", String(index - 1 === floor));
    this.view.forget();
    this._measured();
    this.redraw();
  }

  _turnToSee(floor) {
    if (!this.house.shows(floor)) this._turnTo(floor);
  }

  showSection(index) {
    this._turnToSee(this.house.sections[index].floor);
    this._go(this._bounded(this.view.fitting(this.house.sections[index].box, 40)));
    this.canvas.focus({ preventScroll: true });
    this.canvas.scrollIntoView({ block: "nearest" });
  }

  // Put the focus on a seat, and bring it before the eye.
  focusOn(seat) {
    this._turnToSee(this.house.floorOf(seat));
    this.focus = seat;
    this.told.textContent = this.sentence(seat);
    this.photos?.show(seat);
    const [x, y] = this.view.project(this.house.x[seat], this.house.y[seat]);
    const { width, height, transform } = this.view;
    const edge = 40;
    const out = x < edge || y < edge || x > width - edge || y > height - edge;
    if (this.view.seatPx < SEAT_PX_NEAR / 2) this._near(seat, SEAT_PX_NEAR / this.house.pitch);
    else if (out) this._near(seat, transform.k);
    else this.redraw();
  }

  // A seat in a sentence: where it is, what it is, whether it is free.
  sentence(index) {
    const seat = this.house.seat(index);
    const { words } = this;
    return [
      seat.section, `${words.row} ${seat.row}`, `${words.seat} ${seat.label}`, seat.category,
      this._priced(index, seat.category), this._stands(index), ...seat.attributes.map((name) => words[name]), seat.note,
      this.photos?.of(index) && words.photo,
    ].filter(Boolean).join(", ");
  }

  _priced(_seat, category) {
    return this.prices[category];
  }

  // How a seat stands, in a word.
  _stands(seat) {
    const { words, states } = this;
    if (!states?.known) return "";
    return { [FREE]: words.free, [HELD]: words.held, [SOLD]: words.sold }[states.of(seat)] ?? words.off;
  }

  _furnish() {
    const { words, element } = this;
    this.stage = make("div", "", "seat-map-stage");
    this.canvas = make("canvas", "");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-label", words.map);
    this.tip = make("div", "", "seat-map-tip");
    this.tip.hidden = true;
    this.told = make("p", words.hint, "seat-map-told");
    this.told.setAttribute("aria-live", "polite");
    this.badge = make("span", "");
    const bar = make("div", "", "seat-map-bar");
    bar.append(
      this._button("+", words.zoomIn, () => this._by(ZOOM_STEP)),
      this._button("−", words.zoomOut, () => this._by(1 / ZOOM_STEP)),
      this._button("⤢", words.whole, () => this.showWhole()),
    );
    this.badge.className = "badge";
    this.side = make("div", "", "seat-map-side");
    [this._legendTitle, this._listTitle] = [make("h2", words.legend), make("h2", words.list)];
    this._floorBar = make("div", "", "seat-map-floors");
    this._floorBar.setAttribute("role", "group");
    this._floorBar.setAttribute("aria-label", words.floors);
    this.stage.append(this.canvas, bar, this.badge, this.tip);
    element.replaceChildren(this._floorBar, this.stage, this.side, this.told);
  }

  // A house of several floors: a button for each, and one for all where they are not drawn over one another.
  _floorButtons() {
    const { words, house } = this;
    const buttons = ["", ...house.floors].map((name, index) => {
      const button = make("button", name || words.allFloors, "seat-map-floor");
      button.type = "button";
      button.setAttribute("aria-pressed", String(index - 1 === house.floor));
      button.addEventListener("click", () => this.showFloor(index - 1));
      return button;
    });
    this._floors = buttons;
    buttons[0].hidden = house.stacked;
    this._floorBar.hidden = house.floors.length < 2;
    this._floorBar.replaceChildren(...buttons);
  }

  _button(sign, label, act) {
    const button = make("button", sign, "btn btn-icon");
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.addEventListener("click", act);
    return button;
  }

  _listen() {
    this.canvas.addEventListener("keydown", (event) => this._key(event));
    this.canvas.addEventListener("click", (event) => this._click(event));
    this.canvas.addEventListener("pointermove", (event) => event.pointerType === "mouse" && this._hover(event));
    this.canvas.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.canvas.addEventListener("focus", () => this.redraw());
    this.canvas.addEventListener("blur", () => this.redraw());
  }

  _key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      "+": () => this._by(ZOOM_STEP), "=": () => this._by(ZOOM_STEP), "-": () => this._by(1 / ZOOM_STEP),
      0: () => this.showWhole(), Home: () => this.showWhole(), Escape: () => this.showWhole(),
      Enter: () => this._chosen(this.focus), " ": () => this._chosen(this.focus),
    };
    const act = ARROWS[event.key] ? () => this._arrow(...ARROWS[event.key]) : acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  // To the next seat; the first time to the one in the middle of what is seen.
  _arrow(dx, dy) {
    if (!this.house.count) return;
    const middle = this.view.unproject(this.view.width / 2, this.view.height / 2);
    this.focusOn(this.focus < 0 ? this.house.at(...middle, Infinity) : this.house.toward(this.focus, dx, dy));
    this._tipAt(this.focus);
  }

  _chosen(seat) {
    if (seat < 0) return;
    this.told.textContent = "";
    this.told.textContent = this.sentence(seat);
    this._tipAt(seat);
    this.element.dispatchEvent(new CustomEvent("seat", { detail: this.house.seat(seat), bubbles: true }));
  }

  _click(event) {
    const [x, y] = this.view.unproject(event.offsetX, event.offsetY);
    const seat = this.view.showsSeats ? this._seatAt(x, y) : -1;
    if (seat >= 0) {
      this.focusOn(seat);
      this._chosen(seat);
      return;
    }
    const area = this.house.areaAt(x, y);
    if (area >= 0) this.element.dispatchEvent(new CustomEvent("area", { detail: area, bubbles: true }));
    const section = this.view.showsSeats ? -1 : this.house.sectionAt(x, y);
    if (section >= 0) this.showSection(section);
  }

  _hover(event) {
    const [x, y] = this.view.unproject(event.offsetX, event.offsetY);
    const seat = this.view.showsSeats ? this._seatAt(x, y) : -1;
    const section = seat < 0 && !this.view.showsSeats ? this.house.sectionAt(x, y) : -1;
    const area = seat < 0 ? this.house.areaAt(x, y) : -1;
    if (seat >= 0) this._tip(this.sentence(seat), event.offsetX, event.offsetY, this.photos?.small(seat));
    else if (section >= 0) this._tip(this._sectionSentence(section), event.offsetX, event.offsetY);
    else if (area >= 0) this._tip(this._areaSentence(area), event.offsetX, event.offsetY);
    else this.tip.hidden = true;
  }

  _sectionSentence(index) {
    const { name, count } = this.house.sections[index];
    return `${name}: ${told(count, this.states?.section(index), this.words)}`;
  }

  _areaSentence(index) {
    const { name, capacity } = this.house.areas[index];
    return `${name}: ${told(capacity, this.states?.area(index), this.words)}`;
  }

  _seatAt(x, y) {
    return this.house.at(x, y, Math.max(this.house.pitch * 0.55, 6 / this.view.transform.k));
  }

  _tipAt(seat) {
    if (seat < 0) return;
    this._tip(this.sentence(seat), ...this.view.project(this.house.x[seat], this.house.y[seat]));
  }

  _tip(text, x, y, photo = null) {
    this.tip.replaceChildren(...(photo ? [photo] : []), text);
    this.tip.hidden = false;
    const { offsetWidth: wide, offsetHeight: high } = this.tip;
    const below = y + 18 + high < this.view.height, above = y - 12 - high > 0;
    const left = Math.min(Math.max(8, x + 14), this.view.width - wide - 8);
    if (below || above) this.tip.style.transform = `translate(${left}px, ${below ? y + 16 : y - 12 - high}px)`;
    else this.tip.style.transform = `translate(${left > x ? left : Math.max(8, x - 14 - wide)}px, ${Math.max(8, this.view.height - high - 8)}px)`;
  }

  _by(factor) {
    const at = this.focus >= 0 && this.view.showsSeats ? this.view.project(this.house.x[this.focus], this.house.y[this.focus]) : undefined;
    this._zoom.scaleBy(this._glide(), factor, at);
  }

  _near(seat, k) {
    const { width, height } = this.view;
    this._go({ k, x: width / 2 - k * this.house.x[seat], y: height / 2 - k * this.house.y[seat] });
  }

  _go({ x, y, k }) {
    this.tip.hidden = true;
    this._zoom.transform(this._glide(), zoomIdentity.translate(x, y).scale(k));
  }

  _bounded({ x, y, k }) {
    const most = SEAT_PX_MAX / this.house.pitch;
    if (k <= most) return { x, y, k };
    const [px, py] = [this.view.width / 2, this.view.height / 2];
    return { k: most, x: px - ((px - x) / k) * most, y: py - ((py - y) / k) * most };
  }

  _glide() {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    return still ? this._stage : this._stage.transition().duration(GLIDE_MS);
  }

  _moved(transform) {
    this.view.transform = { x: transform.x, y: transform.y, k: transform.k };
    this.tip.hidden = true;
    this._ask(true);
  }

  _ask(moving) {
    this._moving = this._frame ? this._moving && moving : moving;
    this._frame ||= requestAnimationFrame(() => {
      this._frame = 0;
      if (this.view.width) this.view.draw(this._moving);
    });
  }

  _resized() {
    const { width, height } = this.stage.getBoundingClientRect();
    if (!width || !height) return;
    const whole = !this.view.width;
    this.view.resize(width, height, Math.min(devicePixelRatio || 1, 3));
    const least = this._measured();
    if (whole && this._zoom) this._zoom.transform(this._stage, zoomIdentity.translate(least.x, least.y).scale(least.k));
    this.redraw();
  }

  // How far what is looked at may be moved and magnified; the transform at which all of it fits.
  _measured() {
    const { width, height } = this.view;
    const { minX, minY, maxX, maxY } = this.house.seen;
    const least = this.view.fitting();
    const margin = Math.max(maxX - minX, maxY - minY) * 0.15;
    const most = Math.max(least.k * 2, SEAT_PX_MAX / this.house.pitch);
    this._zoom?.scaleExtent([least.k * 0.8, most]);
    this._zoom?.extent([[0, 0], [width, height]]);
    this._zoom?.translateExtent([[minX - margin, minY - margin], [maxX + margin, maxY + margin]]);
    return least;
  }

  _paintFocus(context) {
    if (this.focus < 0) return;
    const [x, y] = this.view.project(this.house.x[this.focus], this.house.y[this.focus]);
    const r = Math.max(7, this.view.seatPx * 0.55);
    for (const [color, width] of [["#ffffff", 5], ["#16181d", 2.5]]) {
      context.beginPath();
      context.arc(x, y, r, 0, Math.PI * 2);
      context.strokeStyle = color;
      context.lineWidth = width;
      context.stroke();
    }
  }
}
