// The drawing as it is edited, on the seat map's canvas: its house is made anew after each change, the selection and what
// the tool shows lie over it, paper, grid and the picture to trace under it. Which hand does what is the tool's: this turns
// pointers into plan coordinates, and keeps moving and magnifying for the wheel, two fingers, the middle button and space.
import { boxOf, inside } from "../src/seatmap/geometry.js";
import { House } from "../src/seatmap/house.js";
import { make } from "../src/seatmap/list.js";
import { SeatMap } from "../src/seatmap/seatmap.js";
import { View } from "../src/seatmap/view.js";
import { Selection, cornersOf } from "./model/selection.js";
import { paintGhosts } from "./versions.js";

const CHOSEN = "#066fd1", CHOSEN_FILL = "rgba(6, 111, 209, .16)", GUIDE = "#d6336c", PAPER = "#ffffff", EDGE = "#c3c9d1", GRID = "#eef0f3";
const GRID_STEPS = [10, 50, 100, 500, 1000, 5000];
const GRID_PX_MIN = 22;
const AREA_PX = 5, EDGE_PX = 52;
const MARGIN = 2;
const HEAT_PX_MIN = 3;

export class Sheet extends SeatMap {
  constructor(element, editor) {
    const house = houseOf(editor.drawing);
    super(element, house, editor.words);
    Object.assign(this, { editor, picture: null, heat: null, ghosts: null, space: false, guides: [] });
    this._zoom.filter((event) => this._moves(event));
    this.canvas.classList.add("sheet");
    this._index();
  }

  get drawing() {
    return this.editor.drawing;
  }

  // The drawing has changed: the house is made anew, once a frame at most.
  refresh() {
    this._stale = true;
    this._ask(false);
  }

  // The same at once, for who needs the house as it is now.
  settle() {
    if (!this._stale) return;
    this._stale = false;
    const focused = this.focus >= 0 ? this.house.ids[this.focus] : null;
    this.replace(houseOf(this.drawing));
    this._index();
    this.focus = focused === null ? -1 : this.house.ids.indexOf(focused);
    this.chosen();
  }

  // The selection is another one.
  chosen() {
    const { selection } = this.editor;
    this._mask = new Uint8Array(this.house.count);
    for (const [index, row] of this._rows.entries()) {
      const all = selection.keys.has(row.key) || selection.keys.has(row.parent) || this._tableSeats(row);
      const ids = all === true ? null : all || selection.seats.get(row.key);
      if (all !== true && !ids) continue;
      const { start, end } = this.house.rows[index];
      for (let seat = start; seat < end; seat++) if (!ids || ids.has(this.house.ids[seat])) this._mask[seat] = 1;
    }
    this.redraw();
  }

  // What is at a point of the plan: {row, seat}, {area}, {zone} or nothing; areas that are large are there by their edge.
  hit(x, y) {
    this.settle();
    const seat = this.view.showsSeats ? this._seatAt(x, y) : -1;
    if (seat >= 0) return { row: this._rows[this.house.row[seat]], seat: this.house.ids[seat], index: seat };
    const area = this._areaAt(x, y);
    if (area) return { area };
    const section = this.house.sectionAt(x, y);
    return section >= 0 && !this.view.showsSeats ? { zone: this._zoneOf(section) } : {};
  }

  // The seats in a box, or within an outline, as a selection; with areas and tables that lie wholly in it.
  within(box, holds = () => true) {
    this.settle();
    const seats = new Map();
    for (const seat of this.house.within(box.minX, box.minY, box.maxX, box.maxY)) {
      if (!holds([this.house.x[seat], this.house.y[seat]])) continue;
      const { key } = this._rows[this.house.row[seat]];
      if (!seats.has(key)) seats.set(key, new Set());
      seats.get(key).add(this.house.ids[seat]);
    }
    const boxed = ([x, y]) => x >= box.minX && x <= box.maxX && y >= box.minY && y <= box.maxY && holds([x, y]);
    const areas = this._areas.filter((area) => this._onFloor(area) && cornersOf(this.drawing.get(area.parent), area).every(boxed));
    return new Selection(areas.map(({ key }) => key), seats).within(this.drawing);
  }

  // The seats that a brush of a radius touches on its way from one point to another: their numbers.
  under([x0, y0], [x1, y1], radius) {
    this.settle();
    const { house } = this;
    const found = house.within(Math.min(x0, x1) - radius, Math.min(y0, y1) - radius, Math.max(x0, x1) + radius, Math.max(y0, y1) + radius);
    const long = (x1 - x0) ** 2 + (y1 - y0) ** 2;
    return found.filter((seat) => {
      const [x, y] = [house.x[seat], house.y[seat]];
      const t = long ? Math.max(0, Math.min(1, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / long)) : 0;
      return Math.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0)) <= radius;
    });
  }

  // The row of a seat, by the seat's number.
  rowOf(seat) {
    return this._rows[this.house.row[seat]];
  }

  // Look at the floor that a zone is on, if it is not looked at; `alone`: at no other.
  turnToSee(zone, alone = false) {
    const floor = this.house.floors.indexOf(zone.data.floor ?? "");
    if (alone) this._turnTo(floor);
    else this._turnToSee(floor);
  }

  // Bring points before the eye.
  show(points) {
    if (!points.length) return;
    const edge = this.house.pitch * 3;
    const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (const [x, y] of points) {
      box.minX = Math.min(box.minX, x - edge);
      box.minY = Math.min(box.minY, y - edge);
      box.maxX = Math.max(box.maxX, x + edge);
      box.maxY = Math.max(box.maxY, y + edge);
    }
    this._go(this._bounded(this.view.fitting(box, this._edge)));
  }

  showWhole() {
    this._go(this.view.fitting(this.house.seen, this._edge));
  }

  // A window of another size: who looked at everything still does.
  _resized() {
    const { width, transform } = this.view;
    const whole = width && this.view.fitting(this.house.seen, this._edge);
    super._resized();
    if (whole && ["x", "y", "k"].every((name) => Math.abs(whole[name] - transform[name]) < 0.01)) this.showWhole();
  }

  // What is kept free round what is shown: the floors stand at the top, words at the bottom.
  get _edge() {
    return Math.min(EDGE_PX, this.view.height / 8);
  }

  replace(house) {
    const before = this.view;
    if (!before) return super.replace(house);
    if (this.house.floors.join() !== house.floors.join()) {
      const called = this.house.floors[this.house.floor];
      const renamed = this.house.floors.length === house.floors.length && !house.floors.includes(called);
      if (renamed && called !== undefined) house.floor = this.house.floor;
      super.replace(house);
      this._layers();
      return;
    }
    house.floor = this.house.floor;
    this.house = house;
    this.view = new View(this.canvas, house, this.words);
    this._layers();
    this.view.resize(before.width, before.height, before.ratio);
    this.view.transform = before.transform;
    this.view.frames = before.frames;
    this._measured();
  }

  // The floors, and one more.
  _floorButtons() {
    super._floorButtons();
    const add = make("button", `+ ${this.words.floor}`, "seat-map-floor add-floor");
    add.type = "button";
    add.title = this.words.addFloor;
    add.addEventListener("click", () => this.editor.addFloor());
    this._floorBar.hidden = false;
    const alone = this.house.floors.length < 2;
    for (const button of this._floors) button.hidden = alone || (button === this._floors[0] && this.house.stacked);
    this._floorBar.append(add);
  }

  _beside() {
    this.side.remove();
    return [];
  }

  _layers() {
    this.view.beneath = [(context, view) => this._paper(context, view)];
    this.view.layers = [
      (context, view) => this.heat && this._heated(context, view),
      (context, view) => this.ghosts && paintGhosts(context, view, this.ghosts),
      (context, view) => this._marked(context, view),
      (context, view) => this.editor.tool?.paint?.(context, view),
      (context, view) => this._guided(context, view),
      (context) => this._paintFocus(context),
    ];
  }

  _index() {
    const { rows, areas, zones } = this.drawing.assembled();
    Object.assign(this, { _rows: rows, _areas: areas, _zones: zones, _framing: null });
    this._layers();
    this._tables = new Map();
    for (const table of this.drawing.every("table")) for (const id of table.data.seats) this._tables.set(id, table.key);
    this._mask ??= new Uint8Array(this.house.count);
  }

  // Whether a zone is on a floor that is looked at.
  showsZone(zone) {
    return this.house.shows(this.house.floors.indexOf(zone.data.floor ?? ""));
  }

  // The table that a seat is at, or nothing.
  tableOf(seat) {
    return this._tables.get(seat);
  }

  _tableSeats(row) {
    if (!this._tables.size) return false;
    const { keys } = this.editor.selection;
    const ids = row.data.seats.filter(({ id }) => keys.has(this._tables.get(id))).map(({ id }) => id);
    return ids.length === row.data.seats.length && ids.length > 0 ? true : ids.length ? new Set(ids) : false;
  }

  _zoneOf(section) {
    const row = this.house.sections[section].rows[0];
    const area = this.house.sections[section].areas[0];
    return this.drawing.get((row < this.house.sections[section].rows[1] ? this._rows[row] : this._areas[area]).parent);
  }

  _onFloor(area) {
    const index = this._areas.indexOf(area);
    return this.house.shows(this.house.areas[index].floor);
  }

  // The topmost area at a point: anywhere in one with places or of a modest size, by its edge or its words in a large one.
  _areaAt(x, y) {
    const reach = AREA_PX / this.view.transform.k;
    for (let index = this._areas.length - 1; index >= 0; index--) {
      const { outline, floor, text } = this.house.areas[index];
      if (!this.house.shows(floor)) continue;
      const there = outline.length ? near(outline, x, y, reach) || (inside([x, y], outline) && !this._frames(index)) : text && nearWords(text, x, y, this.house.pitch);
      if (there) return this._areas[index];
    }
    return null;
  }

  // Whether an area is drawn round seats: then it is taken by its edge, and a hand in it means the seats.
  _frames(index) {
    this._framing ??= new Map();
    if (!this._framing.has(index)) {
      const { outline, capacity } = this.house.areas[index];
      const box = boxOf(outline);
      const seats = capacity ? [] : this.house.within(box.minX, box.minY, box.maxX, box.maxY);
      this._framing.set(index, seats.some((seat) => inside([this.house.x[seat], this.house.y[seat]], outline)));
    }
    return this._framing.get(index);
  }

  // Whether a gesture moves the sheet; all others are the tool's.
  _moves(event) {
    if (event.type === "wheel") return true;
    if (event.type.startsWith("touch")) return event.touches.length > 1 || this.editor.tool?.name === "hand";
    return event.button === 1 || (event.button === 0 && (this.space || this.editor.tool?.name === "hand"));
  }

  _listen() {
    this.canvas.addEventListener("pointerdown", (event) => this._down(event));
    this.canvas.addEventListener("pointermove", (event) => this._move(event));
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, (event) => this._up(event));
    this.canvas.addEventListener("dblclick", (event) => this.editor.tool?.double?.(this._at(event), event));
    this.canvas.addEventListener("pointerleave", () => (this.tip.hidden = true));
    this.canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    for (const name of ["focus", "blur"]) this.canvas.addEventListener(name, () => this.redraw());
  }

  _at(event) {
    return this.view.unproject(event.offsetX, event.offsetY);
  }

  _down(event) {
    if (this._held !== undefined || event.button > 0) return this._cancel();
    if (this.space || this.editor.tool?.name === "hand") return;
    this._held = event.pointerId;
    this.fromField = this.editor.panel.typing();
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.focus({ preventScroll: true });
    this.tip.hidden = true;
    this.editor.tool?.down?.(this._at(event), event);
    this.redraw();
  }

  _move(event) {
    this.editor.pointed(this._at(event));
    if (this._held !== undefined && event.pointerId !== this._held) return;
    if (this._held === undefined) this.editor.tool?.hover?.(this._at(event), event);
    else this.editor.tool?.move?.(this._at(event), event);
    if (this._held !== undefined || this.editor.tool?.follows) this.redraw();
  }

  _up(event) {
    if (event.pointerId !== this._held) return;
    this._held = undefined;
    this.guides = [];
    if (event.type === "pointercancel") this.editor.tool?.cancel?.();
    else this.editor.tool?.up?.(this._at(event), event);
    this.redraw();
  }

  // A second finger: what the first one began was no drawing.
  _cancel() {
    if (this._held === undefined) return;
    this._held = undefined;
    this.guides = [];
    this.editor.tool?.cancel?.();
  }

  _ask(moving) {
    this._moving = this._frame ? this._moving && moving : moving;
    this._frame ||= requestAnimationFrame(() => {
      this._frame = 0;
      this.settle();
      if (this.view.width) this.view.draw(this._moving);
    });
  }

  _measured() {
    const { width, height } = this.view;
    const { minX, minY, maxX, maxY } = this.house.seen;
    const least = this.view.fitting(this.house.seen, this._edge);
    const margin = Math.max(maxX - minX, maxY - minY) * MARGIN;
    this._zoom?.scaleExtent([least.k * 0.25, Math.max(least.k * 2, 90 / this.house.pitch)]);
    this._zoom?.extent([[0, 0], [width, height]]);
    this._zoom?.translateExtent([[minX - margin, minY - margin], [maxX + margin, maxY + margin]]);
    return least;
  }

  // -- painting ----------------------------------------------------------------------------------------------------

  _paper(context, view) {
    const { width, height } = this.drawing.head.size;
    const [x0, y0] = view.project(0, 0);
    const [x1, y1] = view.project(width, height);
    context.fillStyle = PAPER;
    context.fillRect(x0, y0, x1 - x0, y1 - y0);
    this._gridded(context, view, [x0, y0, x1, y1]);
    this.picture?.paint(context, view);
    context.strokeStyle = EDGE;
    context.lineWidth = 1;
    context.strokeRect(x0, y0, x1 - x0, y1 - y0);
  }

  _gridded(context, view, [x0, y0, x1, y1]) {
    const step = GRID_STEPS.find((one) => one * view.transform.k >= GRID_PX_MIN);
    if (!step) return;
    const px = step * view.transform.k;
    context.beginPath();
    for (let x = x0 + Math.max(0, Math.ceil(-x0 / px)) * px; x < Math.min(x1, view.width); x += px) {
      context.moveTo(x, Math.max(0, y0));
      context.lineTo(x, Math.min(y1, view.height));
    }
    for (let y = y0 + Math.max(0, Math.ceil(-y0 / px)) * px; y < Math.min(y1, view.height); y += px) {
      context.moveTo(Math.max(0, x0), y);
      context.lineTo(Math.min(x1, view.width), y);
    }
    context.strokeStyle = GRID;
    context.lineWidth = 1;
    context.stroke();
  }

  // The selection: seats, rows from afar, areas, zones.
  _marked(context, view) {
    const { selection } = this.editor;
    if (selection.empty) return;
    context.strokeStyle = CHOSEN;
    context.fillStyle = CHOSEN_FILL;
    if (view.showsSeats) this._markSeats(context, view);
    else this._markRows(context, view);
    context.lineWidth = 2;
    for (const [index, area] of this._areas.entries()) {
      if (!this.house.shows(this.house.areas[index].floor)) continue;
      if (!selection.keys.has(area.key) && !selection.keys.has(area.parent) && !this._topChosen(area)) continue;
      const { outline, text } = this.house.areas[index];
      if (outline.length) this._outlined(context, view, outline);
      else if (text) {
        const [x, y] = view.project(text.x, text.y);
        context.strokeRect(x - 30, y - 12, 60, 24);
      }
    }
    for (const zone of this._zones) if (selection.keys.has(zone.key) && this.showsZone(zone)) this._markZone(context, view, zone);
  }

  _topChosen({ data }) {
    if (!data.id.endsWith("-top")) return false;
    const id = data.id.slice(0, -4);
    return [...this.editor.selection.keys].some((key) => this.drawing.get(key)?.kind === "table" && this.drawing.get(key).data.id === id);
  }

  _markSeats(context, view) {
    const r = Math.max(3, view.seatPx * 0.5);
    const path = new Path2D();
    for (const seat of view._seatsSeen()) {
      if (!this._mask[seat]) continue;
      const [x, y] = view.project(this.house.x[seat], this.house.y[seat]);
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, Math.PI * 2);
    }
    context.lineWidth = Math.max(1.5, Math.min(2.5, view.seatPx * 0.14));
    context.fill(path);
    context.stroke(path);
  }

  _markRows(context, view) {
    const path = new Path2D();
    for (const { start, end } of this.house.rows) {
      let open = false;
      for (let seat = start; seat < end; seat++) {
        const point = view.project(this.house.x[seat], this.house.y[seat]);
        if (this._mask[seat]) path[open ? "lineTo" : "moveTo"](...point);
        open = Boolean(this._mask[seat]);
      }
    }
    context.lineWidth = Math.max(2, view.seatPx);
    context.globalAlpha = 0.6;
    context.stroke(path);
    context.globalAlpha = 1;
  }

  _markZone(context, view, zone) {
    const section = this.house.sections.find(({ id }) => id === zone.data.id);
    if (section) this._outlined(context, view, section.hull);
  }

  _outlined(context, view, points) {
    context.beginPath();
    for (const [x, y] of points) context.lineTo(...view.project(x, y));
    context.closePath();
    context.fill();
    context.stroke();
  }

  // How good seats are, from green to red.
  _heated(context, view) {
    const r = Math.max(1.5, view.seatPx * 0.42);
    if (view.seatPx < HEAT_PX_MIN / 2) return;
    const seats = view._seatsSeen();
    const paths = new Map();
    for (const seat of seats) {
      const level = this.heat.of(seat);
      if (!paths.has(level)) paths.set(level, new Path2D());
      const [x, y] = view.project(this.house.x[seat], this.house.y[seat]);
      const path = paths.get(level);
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, Math.PI * 2);
    }
    for (const [level, path] of paths) {
      context.fillStyle = `hsl(${140 - 14 * level} 70% ${42 + level}%)`;
      context.fill(path);
    }
  }

  _guided(context, view) {
    if (!this.guides.length) return;
    context.beginPath();
    for (const { x, y } of this.guides) {
      const [px, py] = view.project(x ?? 0, y ?? 0);
      if (x !== undefined) {
        context.moveTo(px, 0);
        context.lineTo(px, view.height);
      } else {
        context.moveTo(0, py);
        context.lineTo(view.width, py);
      }
    }
    context.strokeStyle = GUIDE;
    context.lineWidth = 1;
    context.stroke();
  }
}

// The house of a drawing, with the sheet of paper in what is looked at.
function houseOf(drawing) {
  const { plan } = drawing.assembled();
  const house = new House(plan);
  const { width, height } = plan.size;
  const { bounds } = house;
  const bare = !house.count && !house.areas.length;
  house.bounds = bare ? { minX: 0, minY: 0, maxX: width, maxY: height } : {
    minX: Math.min(0, bounds.minX), minY: Math.min(0, bounds.minY), maxX: Math.max(width, bounds.maxX), maxY: Math.max(height, bounds.maxY),
  };
  if (house.stacked) house.floor = 0;
  Object.defineProperty(house, "seen", { get: () => seenOf(house) });
  return house;
}

// What is looked at: a floor, or the sheet as long as there is nothing on it.
function seenOf(house) {
  if (house.floor < 0) return house.bounds;
  const own = ({ floor }) => floor === house.floor;
  const [sections, areas] = [house.sections.filter(own), house.areas.filter(own)];
  return sections.length + areas.length ? house._extent(sections, areas) : house.bounds;
}

function near(points, x, y, reach) {
  return points.some(([x0, y0], n) => {
    const [x1, y1] = points[(n + 1) % points.length];
    const long = (x1 - x0) ** 2 + (y1 - y0) ** 2;
    const t = long ? Math.max(0, Math.min(1, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / long)) : 0;
    return Math.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0)) <= reach;
  });
}

function nearWords(text, x, y, pitch) {
  const size = text.size ?? pitch * 0.8;
  return Math.abs(y - text.y) < size * 0.7 && Math.abs(x - text.x) < text.text.length * size * 0.32;
}
