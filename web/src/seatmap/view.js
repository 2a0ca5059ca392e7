// The drawing: a house and its states on a canvas, at one transform at a time. Far away sections are drawn, with what is
// free in them; near by their seats, and labels once they can be read.
//
// A drawing that takes long is not made anew in every frame of a gesture: the last one is moved and stretched, over a
// picture of the whole house for what it lacks, and made sharp when the hand rests. So a frame costs what a picture
// costs, whatever the house. What lies `beneath` the house is drawn with it, `layers` over it in every frame. Who picks
// may set `teller`, which says what sections and areas have left for them, and which free seats are pale:
// {section(index) -> {share, lines, drawn}, area(index) -> text, pale(seat)}. Distances here are CSS pixels; `transform`
// {x, y, k} leads there from plan units.
import { colorOf, counted, inkOn, safeColor, shapeOf, trace } from "./look.js";
import { apart, roomFor } from "./names.js";
import { FREE, HELD, SOLD } from "./states.js";

const SEAT_PX_MIN = 4.2, SHAPE_PX_MIN = 9, ROW_LABEL_PX_MIN = 13, LABEL_PX_MIN = 22;
const NAME_PX = 12;
const PALE = 0.18;
const FRAME_MS_MAX = 3;
const FRAMES_KEPT_MAX = 600;
const INK = "#16181d", QUIET = "#5c6573", TAKEN = "#b9bfc8", PAPER = "#ffffff", EDGE = "#c3c9d1";

export class View {
  constructor(canvas, house, words) {
    this.canvas = canvas;
    this.house = house;
    this.words = words;
    this.states = null;
    this.teller = null;
    this.transform = { x: 0, y: 0, k: 1 };
    this.beneath = [];
    this.layers = [];
    this.frames = [];
    this.colors = house.categories.map(colorOf);
    this._context = canvas.getContext("2d");
    this._sheet = { canvas: document.createElement("canvas"), transform: null };
    this._whole = { canvas: document.createElement("canvas"), transform: null };
    this._cost = 0;
    this._lines = house.sections.map((section) => this._rowLines(section));
  }

  get seatPx() {
    return this.house.pitch * this.transform.k;
  }

  // Whether single seats are seen and can be pointed at.
  get showsSeats() {
    return this.seatPx >= SEAT_PX_MIN;
  }

  // The transform at which the whole house, or a box of it, fits.
  fitting({ minX, minY, maxX, maxY } = this.house.seen, margin = 16) {
    const k = Math.min((this.width - 2 * margin) / (maxX - minX || 1), (this.height - 2 * margin) / (maxY - minY || 1));
    return { k, x: this.width / 2 - (k * (minX + maxX)) / 2, y: this.height / 2 - (k * (minY + maxY)) / 2 };
  }

  resize(width, height, ratio) {
    Object.assign(this, { width, height, ratio });
    for (const sheet of [this.canvas, this._sheet.canvas, this._whole.canvas]) {
      sheet.width = Math.round(width * ratio);
      sheet.height = Math.round(height * ratio);
    }
    this.forget();
  }

  // What was drawn is no longer so.
  forget() {
    this._sheet.transform = this._whole.transform = null;
  }

  // One frame; `moving` while a gesture is under way.
  draw(moving) {
    const began = performance.now();
    if (moving && this._cost > FRAME_MS_MAX && this._sheet.transform) this._stretch();
    else this._sharpen(moving);
    this._onto(this._context, this.transform);
    for (const layer of this.layers) layer(this._context, this);
    if (!moving) return;
    this.frames.push(performance.now() - began);
    if (this.frames.length > FRAMES_KEPT_MAX) this.frames.shift();
  }

  // Where a point of the screen is in the plan, and the other way round.
  unproject(px, py) {
    const { x, y, k } = this.transform;
    return [(px - x) / k, (py - y) / k];
  }

  project(x, y) {
    const { k } = this.transform;
    return [x * k + this.transform.x, y * k + this.transform.y];
  }

  _sharpen(moving) {
    if (!moving && !this._whole.transform) this._paintWhole();
    const began = performance.now();
    this._paint(this._sheet.canvas.getContext("2d"), this.transform);
    this._cost = performance.now() - began;
    this._sheet.transform = this.transform;
    this._clear(this._context);
    this._context.drawImage(this._sheet.canvas, 0, 0);
  }

  _stretch() {
    this._clear(this._context);
    for (const sheet of [this._whole, this._sheet]) {
      if (!sheet.transform) continue;
      const scale = this.transform.k / sheet.transform.k;
      const [dx, dy] = [this.transform.x - sheet.transform.x * scale, this.transform.y - sheet.transform.y * scale];
      const { width, height } = sheet.canvas;
      const at = [dx * this.ratio, dy * this.ratio, width * scale, height * scale];
      this._context.clearRect(...at);
      this._context.drawImage(sheet.canvas, ...at);
    }
  }

  _paintWhole() {
    this._whole.transform = this.fitting();
    this._paint(this._whole.canvas.getContext("2d"), this._whole.transform);
  }

  _clear(context) {
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  // Drawing in CSS pixels from here on.
  _onto(context) {
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
  }

  _paint(context, transform) {
    this._clear(context);
    this._onto(context);
    const kept = this.transform;
    this.transform = transform;
    for (const layer of this.beneath) layer(context, this);
    this._paintAreas(context);
    if (this.showsSeats) this._paintSeats(context);
    else this._paintSections(context);
    this.transform = kept;
  }

  _paintAreas(context) {
    for (const [index, area] of this.house.areas.entries()) {
      if (!this.house.shows(area.floor)) continue;
      if (area.outline.length) {
        this._polygon(context, area.outline);
        const own = area.capacity ? `${this.colors[area.category]}` : "";
        context.globalAlpha = area.capacity ? 0.25 : 1;
        context.fillStyle = safeColor(area.color) || own || "transparent";
        context.fill();
        context.globalAlpha = 1;
        context.strokeStyle = safeColor(area.border) || own || (area.color ? "transparent" : EDGE);
        context.lineWidth = area.capacity ? 2 : 1;
        context.stroke();
      }
      if (area.capacity) this._areaWords(context, area, index);
      else if (area.text) this._words(context, area.text);
    }
  }

  _words(context, { text, x, y, size, color }) {
    const px = (size ?? this.house.pitch * 0.8) * this.transform.k;
    if (px < 5) return;
    this._type(context, px, 600);
    context.fillStyle = safeColor(color ?? "") || QUIET;
    context.fillText(text, ...this.project(x, y));
  }

  _areaWords(context, { outline, name }, index) {
    const [mx, my] = outline.length ? centre(outline) : [0, 0];
    const [x, y] = this.project(mx, my);
    const told = this.teller?.area(index) ?? (this.states?.known ? `${counted(this.states.area(index)[FREE])} ${this.words.freeShort}` : "");
    this._told(context, x, y, [name, told]);
  }

  _paintSections(context) {
    const { sections } = this.house;
    for (const [index, section] of sections.entries()) {
      if (!this._shown(section)) continue;
      this._polygon(context, section.hull);
      context.fillStyle = PAPER;
      context.fill();
      const outlined = this.teller?.section(index).share;
      context.strokeStyle = outlined ? this.colors[section.category] : EDGE;
      context.lineWidth = outlined ? 2 : 1;
      context.stroke();
      this._paintLines(context, index);
    }
    for (const [index, section] of sections.entries()) {
      if (this._shown(section)) this._sectionWords(context, section, index);
    }
  }

  // A section's rows, pale in the measure that they are taken.
  _paintLines(context, index) {
    const { k, x, y } = this.transform;
    const share = this.teller ? this.teller.section(index).share : this._share(index);
    context.save();
    context.transform(k, 0, 0, k, x, y);
    context.lineWidth = this.house.pitch * 0.9;
    for (const [category, path] of this._lines[index]) {
      context.strokeStyle = TAKEN;
      context.globalAlpha = 1;
      if (share < 1) context.stroke(path);
      context.strokeStyle = this.colors[category];
      context.globalAlpha = share && 0.15 + 0.85 * share;
      if (share) context.stroke(path);
    }
    context.restore();
  }

  _share(index) {
    return this.states?.known ? this.states.section(index)[FREE] / (this.house.sections[index].count || 1) : 1;
  }

  // Names of sections beside their seats; those that the plan itself has as a text stand there already.
  _sectionNames(context) {
    const { bounds, areas, sections } = this.house;
    const written = new Set(areas.map(({ text }) => text?.text.toLowerCase()));
    const taken = areas.filter(({ text }) => text).map(({ text }) => this._textBox(context, text));
    const edge = this.house.pitch * 0.45;
    const free = (...box) => {
      const [minX, minY] = this.unproject(box[0], box[1]);
      const [maxX, maxY] = this.unproject(box[2], box[3]);
      const seen = box[0] >= 0 && box[1] >= 0 && box[2] <= this.width && box[3] <= this.height;
      if (!seen || !taken.every((other) => apart(box, other))) return false;
      return !this.house.within(minX - edge, minY - edge, maxX + edge, maxY + edge).length;
    };
    for (const section of sections) {
      const { name, box } = section;
      if (!this._shown(section) || written.has(name.toLowerCase())) continue;
      const [minX, minY] = this.project(box.minX, box.minY).map((at) => Math.max(0, at));
      const [maxX, maxY] = this.project(box.maxX, box.maxY).map((at, axis) => Math.min(axis ? this.height : this.width, at));
      this._type(context, NAME_PX, 600);
      const wide = context.measureText(name).width;
      const right = box.minX + box.maxX > bounds.minX + bounds.maxX;
      const at = roomFor({ minX, minY, maxX, maxY }, wide, NAME_PX, right, free);
      if (!at) continue;
      taken.push([at[0] - wide / 2, at[1] - NAME_PX / 2, at[0] + wide / 2, at[1] + NAME_PX / 2]);
      this._told(context, ...at, [name, ""]);
    }
  }

  // What a text of the plan covers.
  _textBox(context, { text, x, y, size }) {
    const px = (size ?? this.house.pitch * 0.8) * this.transform.k;
    this._type(context, px, 600);
    const [atX, atY] = this.project(x, y);
    const wide = context.measureText(text).width;
    return [atX - wide / 2, atY - px / 2, atX + wide / 2, atY + px / 2];
  }

  _sectionWords(context, { name, box, middle }, index) {
    const [x, y] = this.project(...middle);
    const wide = (box.maxX - box.minX) * this.transform.k;
    const told = this.teller ? this._fitting(context, this.teller.section(index), wide) : this._counted(index);
    this._type(context, NAME_PX, 600);
    if (wide > context.measureText(name).width + 6) this._told(context, x, y, [name, told]);
    else if (wide > 22) this._told(context, x, y, [name.split(" ").pop(), ""]);
  }

  _counted(index) {
    return this.states?.known ? `${counted(this.states.section(index)[FREE])} ${this.words.freeShort}` : "";
  }

  // The first of the lines that fits into a width, they being shorter and shorter.
  _fitting(context, { lines, drawn = lines }, wide) {
    this._type(context, 11, 400);
    return drawn.find((text) => context.measureText(text).width < wide) ?? "";
  }

  // A name with a number under it, on a halo of paper.
  _told(context, x, y, [name, number]) {
    context.strokeStyle = PAPER;
    context.lineJoin = "round";
    context.lineWidth = 3.5;
    for (const [text, dy, px, weight, ink] of [[name, number ? -7 : 0, NAME_PX, 600, INK], [number, 7, 11, 400, INK]]) {
      if (!text) continue;
      this._type(context, px, weight);
      context.strokeText(text, x, y + dy);
      context.fillStyle = ink;
      context.fillText(text, x, y + dy);
    }
  }

  _paintSeats(context) {
    const seats = this._seatsSeen();
    const px = this.seatPx;
    const free = new Map(), held = new Map(), pale = new Map(), taken = new Path2D(), off = new Path2D();
    const r = Math.max(1.4, px * 0.39);
    for (const seat of seats) {
      const [x, y] = this.project(this.house.x[seat], this.house.y[seat]);
      const state = this.states?.known ? this.states.of(seat) : FREE;
      if (state === SOLD) this._cross(taken, x, y, r, px);
      else if (state === FREE || state === HELD) {
        const paths = state === HELD ? held : this.teller?.pale(seat) ? pale : free;
        const category = this.house.category[seat];
        if (!paths.has(category)) paths.set(category, new Path2D());
        this._mark(paths.get(category), category, x, y, r, px);
      } else off.rect(x - r * 0.6, y - r * 0.6, r * 1.2, r * 1.2);
    }
    this._fill(context, free, held, taken, off, px);
    this._fillPale(context, pale);
    if (px >= ROW_LABEL_PX_MIN) this._rowLabels(context, seats, px);
    else this._sectionNames(context);
    if (px >= LABEL_PX_MIN) this._seatLabels(context, seats, px);
  }

  _fill(context, free, held, taken, off, px) {
    context.strokeStyle = TAKEN;
    context.lineWidth = Math.min(2, px * 0.12);
    context.stroke(taken);
    context.lineWidth = 1;
    context.strokeStyle = EDGE;
    context.stroke(off);
    for (const [category, path] of free) {
      context.fillStyle = this.colors[category];
      context.fill(path);
    }
    for (const [category, path] of held) {
      context.strokeStyle = this.colors[category];
      context.lineWidth = Math.max(1, px * 0.12);
      context.stroke(path);
    }
  }

  _fillPale(context, pale) {
    context.globalAlpha = PALE;
    for (const [category, path] of pale) {
      context.fillStyle = this.colors[category];
      context.fill(path);
    }
    context.globalAlpha = 1;
  }

  _mark(path, category, x, y, r, px) {
    if (px < SHAPE_PX_MIN) path.rect(x - r, y - r, 2 * r, 2 * r);
    else trace(path, shapeOf(category), x, y, r);
  }

  // What is sold is a cross, whatever its category was.
  _cross(path, x, y, r, px) {
    const d = r * (px < SHAPE_PX_MIN ? 0.7 : 0.6);
    path.moveTo(x - d, y - d);
    path.lineTo(x + d, y + d);
    path.moveTo(x + d, y - d);
    path.lineTo(x - d, y + d);
  }

  _seatLabels(context, seats, px) {
    this._type(context, Math.min(13, px * 0.36), 600);
    const inks = this.colors.map(inkOn);
    for (const seat of seats) {
      const state = this.states?.known ? this.states.of(seat) : FREE;
      if ((state !== FREE && state !== HELD) || this.teller?.pale(seat)) continue;
      context.fillStyle = state === FREE ? inks[this.house.category[seat]] : INK;
      context.fillText(this.house.labels[seat], ...this.project(this.house.x[seat], this.house.y[seat]));
    }
  }

  // The label of a row, beside each of its ends that is seen.
  _rowLabels(context, seats, px) {
    this._type(context, Math.min(13, px * 0.5), 600);
    context.fillStyle = QUIET;
    const { x, y, rows, row } = this.house;
    for (const index of new Set(seats.map((seat) => row[seat]))) {
      const { start, end, label } = rows[index];
      const next = Math.min(start + 1, end - 1);
      const away = Math.hypot(x[start] - x[next], y[start] - y[next]) || 1;
      const [dx, dy] = next === start ? [-1, 0] : [(x[start] - x[next]) / away, (y[start] - y[next]) / away];
      const [px0, py0] = this.project(x[start], y[start]);
      context.fillText(label, px0 + dx * px * 0.85, py0 + dy * px * 0.85);
    }
  }

  _seatsSeen() {
    const edge = this.house.pitch;
    const [minX, minY] = this.unproject(0, 0);
    const [maxX, maxY] = this.unproject(this.width, this.height);
    return this.house.within(minX - edge, minY - edge, maxX + edge, maxY + edge);
  }

  _seen({ minX, minY, maxX, maxY }) {
    const [x0, y0] = this.project(minX, minY);
    const [x1, y1] = this.project(maxX, maxY);
    return x1 > 0 && y1 > 0 && x0 < this.width && y0 < this.height;
  }

  // Whether a section has seats here, on a floor that is looked at.
  _shown({ box, seats, floor }) {
    return seats[0] < seats[1] && this.house.shows(floor) && this._seen(box);
  }

  _polygon(context, points) {
    context.beginPath();
    for (const [x, y] of points) context.lineTo(...this.project(x, y));
    context.closePath();
  }

  _type(context, px, weight) {
    context.font = `${weight} ${px}px "Inter Variable", system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
  }

  // A section's rows as lines in plan units, by category.
  _rowLines(section) {
    const lines = new Map();
    const { x, y, category } = this.house;
    for (let row = section.rows[0]; row < section.rows[1]; row++) {
      for (const [start, end] of this.house.runs(row)) {
        if (start === end) continue;
        if (!lines.has(category[start])) lines.set(category[start], new Path2D());
        const path = lines.get(category[start]);
        const half = this.house.pitch * 0.2;
        path.moveTo(x[start] - half, y[start]);
        const step = Math.max(1, Math.floor((end - start) / 8));
        for (let seat = start + step; seat < end - 1; seat += step) path.lineTo(x[seat], y[seat]);
        path.lineTo(x[end - 1] + (end - start === 1 ? half : 0), y[end - 1]);
      }
    }
    return lines;
  }
}

function centre(outline) {
  const box = outline.reduce(([a, b, c, d], [x, y]) => [Math.min(a, x), Math.min(b, y), Math.max(c, x), Math.max(d, y)], [
    Infinity, Infinity, -Infinity, -Infinity,
  ]);
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
}
