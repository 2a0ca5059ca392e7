// The tools that draw: each has its numbers, which a form beside the sheet shows, and makes of them what it draws. A drag or
// a click sets the numbers and places it; the form's button does so without a mouse. As long as nothing else is done, the
// form goes on changing what was placed last.
import { Edit } from "./model/drawing.js";
import * as making from "./model/making.js";
import { along, round, turned } from "./model/places.js";
import { linesOf, pointDrawnTo } from "./model/snapping.js";
import { SNAP_PX, dots, stepped } from "./handles.js";

const DRAG_PX = 4, CLOSE_PX = 10;
const INK = "#066fd1";
const COUNT_MAX = 500;
const FLEETING = ["degrees", "skew"];

const number = (name, min, max, step = 1) => ({ name, type: "number", min, max, step });
const where = [number("x", -300000, 300000), number("y", -300000, 300000)];

class MakingTool {
  // `params` are what its form shows; `live` is what was placed last, as long as nothing else was done.
  constructor(editor) {
    Object.assign(this, { editor, params: { ...this.constructor.defaults }, live: null, follows: true, _from: null, _to: null, placedBefore: false });
  }

  get name() {
    return this.constructor.tool;
  }

  get fields() {
    return this.constructor.fields;
  }

  down(at, event) {
    this.settle();
    this._lines = linesOf(this.editor.drawing);
    this._from = this._to = this._drawn(at, event);
    this._before = this.params;
  }

  move(at, event) {
    if (!this._from || !this._far(at)) return;
    this._to = event.shiftKey ? stepped(this._from, at) : this._drawn(at, event);
    this.params = this.dragged(this._from, this._to);
    this.editor.panel.fill();
  }

  // A click places it as the numbers say; the click that leaves a field of the form only leaves it.
  up(at, event) {
    if (!this._from) return;
    const dragged = this._far(at);
    if (dragged) this.move(at, event);
    else this.params = { ...this._before, ...this.clicked(this._from) };
    this._from = null;
    this.editor.sheet.guides = [];
    if (dragged || !this.editor.sheet.fromField) this.place();
    else this.params = this._before;
  }

  // A point, in line with what is there (Ctrl: not).
  _drawn(at, event) {
    const { sheet } = this.editor;
    const { at: drawn, guides } = event.ctrlKey || event.metaKey ? { at, guides: [] } : pointDrawnTo(this._lines, at, SNAP_PX / sheet.view.transform.k);
    sheet.guides = guides;
    return drawn;
  }

  // Whether the hand has gone far enough to mean it.
  _far(at) {
    return Math.hypot(at[0] - this._from[0], at[1] - this._from[1]) * this.editor.sheet.view.transform.k >= DRAG_PX;
  }

  // The tool is put away: it comes back unturned, but with the distances that the house has.
  leave() {
    this.cancel();
    this.params = { ...this.params, ...Object.fromEntries(FLEETING.filter((name) => name in this.params).map((name) => [name, 0])) };
  }

  cancel() {
    this._from = null;
  }

  hover(at) {
    this.editor.sheet.canvas.style.cursor = "crosshair";
    this._hover = at;
  }

  clicked([x, y]) {
    return { x: Math.round(x), y: Math.round(y) };
  }

  // Draw it, as the numbers say; without a mouse (`again`) the first time in the middle of what is seen, then beside the last.
  place({ again = false } = {}) {
    const { drawing } = this.editor;
    if (again && !this.placedBefore && !this.aimed) this.params = { ...this.params, ...this.clicked(this.editor.middle()) };
    else if (again && this.live?.version === drawing.version && !this.aimed) this.params = { ...this.params, ...this.beside(this.params) };
    this.placedBefore = true;
    this.aimed = false;
    const { edit, selection, zone } = this.make(drawing, this.params, this.editor.home());
    if (!edit.changes.length) return;
    this.editor.do(edit, { quiet: true });
    if (zone) this.editor.zone = zone;
    this.live = { version: drawing.version };
    this.editor.select(selection, { keep: true });
    this.editor.panel.fill();
    this.editor.tell(this.editor.words.placed[this.name] ?? this.editor.words.done);
  }

  // A number of the form is another one.
  change(name, value) {
    this.params = { ...this.params, [name]: value };
    if (name === "x" || name === "y") this.aimed = true;
    const { drawing } = this.editor;
    if (this.live?.version !== drawing.version) return;
    drawing.undo();
    this.place();
  }

  settle() {
    this.live = null;
  }

  paint(context, view) {
    if (this._from) dots(context, view, this.points(this.params).flat(), this.editor.sheet);
  }

  points() {
    return [];
  }

  // Where another one goes.
  beside({ x, y }) {
    return { x: x + 250, y };
  }
}

class RowTool extends MakingTool {
  static tool = "row";
  static defaults = { x: 0, y: 0, seatCount: 10, spacing: making.SPACING, bow: 0, degrees: 0 };
  static fields = [...where, number("seatCount", 1, COUNT_MAX), number("spacing", 10, 1000), number("bow", -20000, 20000), number("degrees", -360, 360)];

  dragged(from, to) {
    const { spacing } = this.params;
    const long = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const degrees = round((Math.atan2(to[1] - from[1], to[0] - from[0]) * 180) / Math.PI);
    return { ...this.params, x: Math.round(from[0]), y: Math.round(from[1]), degrees, seatCount: Math.min(COUNT_MAX, Math.round(long / spacing) + 1) };
  }

  points({ x, y, seatCount, spacing, bow, degrees }) {
    return [along([x, y], turned([x + spacing * (seatCount - 1), y], degrees, [x, y]), seatCount, -bow)];
  }

  make(drawing, params, home) {
    return making.rows(drawing, this.points(params), { ...home, name: "row" });
  }

  beside({ y }) {
    return { y: y + making.ROW_SPACING };
  }
}

class BlockTool extends MakingTool {
  static tool = "block";
  static defaults = { lines: "", x: 0, y: 0, rowCount: 8, seatCount: 12, spacing: making.SPACING, rowSpacing: making.ROW_SPACING, bow: 0, skew: 0, degrees: 0, taper: 0, aisles: "", aisle: 120 };

  // What the list of rows says need not be said again.
  get fields() {
    const listed = Boolean(this.params.lines.trim());
    const counted = listed ? [] : [number("rowCount", 1, COUNT_MAX), number("seatCount", 1, COUNT_MAX)];
    const apart = listed ? [] : [number("taper", -50, 50), { name: "aisles", type: "text", pattern: "[0-9, ]*" }];
    return [
      ...counted, { name: "lines", type: "textarea", rows: 2, maxLength: 5000, placeholder: "11+11", whole: true, help: this.editor.words.linesHelp },
      number("spacing", 10, 1000), number("rowSpacing", 10, 2000), number("bow", -20000, 20000), number("aisle", 20, 2000),
      number("skew", -2000, 2000), number("degrees", -360, 360), ...apart, ...where,
    ];
  }

  dragged([x0, y0], [x1, y1]) {
    const { spacing, rowSpacing } = this.params;
    const seatCount = Math.max(1, Math.min(COUNT_MAX, Math.round(Math.abs(x1 - x0) / spacing) + 1));
    const rowCount = Math.max(1, Math.min(COUNT_MAX, Math.round(Math.abs(y1 - y0) / rowSpacing) + 1));
    return { ...this.params, x: Math.round(Math.min(x0, x1)), y: Math.round(Math.min(y0, y1)), seatCount, rowCount };
  }

  change(name, value) {
    super.change(name, value);
    if (name !== "lines") return;
    const { broken } = making.readRows(value);
    if (broken !== null) this.editor.tell(this.editor.words.linesBroken.replace("{line}", broken));
    this.editor.panel.fill();
  }

  points(params) {
    return this._block(params).lines;
  }

  make(drawing, params, home) {
    const { lines, aisles } = this._block(params);
    return making.rows(drawing, lines, { ...home, aisles, name: "block" });
  }

  beside({ y, rowCount, rowSpacing, lines }) {
    return { y: y + (making.readRows(lines).rows.length || rowCount) * rowSpacing };
  }

  _block(params) {
    const aisles = String(params.aisles).split(/[\s,]+/).map(Number).filter((one) => one > 0);
    return making.block({ ...params, bow: -params.bow, aisles, listed: making.readRows(params.lines).rows });
  }
}

class TableTool extends MakingTool {
  static tool = "table";
  static defaults = { x: 0, y: 0, shape: "round", count: 8, whole: false, label: "", degrees: 0 };
  static fields = [...where, { name: "shape", type: "select", options: ["round", "rectangle"] }, number("count", 1, 60), { name: "whole", type: "checkbox" }, { name: "label", type: "text" }, number("degrees", -360, 360)];

  dragged(_from, to) {
    return { ...this.params, ...this.clicked(to) };
  }

  make(drawing, params, home) {
    const made = making.table(drawing, { ...params, ...home, booth: this.name === "booth" });
    if (!this.live) this.params = { ...this.params, label: "" };
    return made;
  }

  points() {
    const [x, y] = this._to;
    return [[[x, y]]];
  }
}

class BoothTool extends TableTool {
  static tool = "booth";
  static defaults = { x: 0, y: 0, count: 5, label: "", degrees: 0, whole: true };
  static fields = [...where, number("count", 1, 30), { name: "label", type: "text" }, number("degrees", -360, 360)];
}

// Areas: dragged as rectangles and ellipses, or corner by corner.
class AreaTool extends MakingTool {
  static tool = "area";
  static defaults = { x: 0, y: 0, shape: "rectangle", width: 600, height: 400, name: "", capacity: 100, degrees: 0 };
  static fields = [{ name: "name", type: "text" }, number("capacity", 0, 1_000_000), { name: "shape", type: "select", options: ["rectangle", "ellipse", "polygon"] }, ...where, number("width", 10, 300000), number("height", 10, 300000), number("degrees", -360, 360)];
  corners = [];

  down(at, event) {
    if (this.params.shape !== "polygon") return super.down(at, event);
    this.settle();
    this._lines = linesOf(this.editor.drawing);
    const k = this.editor.sheet.view.transform.k;
    const [first] = this.corners;
    if (this.corners.length > 2 && Math.hypot(at[0] - first[0], at[1] - first[1]) * k < CLOSE_PX) return this.close();
    this.corners.push(this._drawn(at, event).map(round));
  }

  move(at, event) {
    if (this.params.shape !== "polygon") super.move(at, event);
  }

  up(at, event) {
    this.editor.sheet.guides = [];
    if (this.params.shape !== "polygon") super.up(at, event);
  }

  double() {
    this.corners.pop();
    this.close();
  }

  key(event) {
    if (!this.corners.length) return false;
    if (event.key === "Enter") this.close();
    else if (event.key === "Backspace") this.corners.pop();
    else if (event.key === "Escape") this.corners = [];
    else return false;
    this.editor.sheet.redraw();
    return true;
  }

  leave() {
    super.leave();
    this.corners = [];
  }

  beside({ x, width }) {
    return { x: x + width + 50 };
  }

  // A drag that is hardly wider or higher than a line is a click.
  _far([x, y]) {
    const { k } = this.editor.sheet.view.transform;
    return Math.abs(x - this._from[0]) * k >= DRAG_PX && Math.abs(y - this._from[1]) * k >= DRAG_PX;
  }

  // The corners are all there: it is placed.
  close() {
    if (this.corners.length < 3) return;
    const [x, y] = this.corners[0];
    this.params = { ...this.params, x, y, degrees: 0 };
    this._polygon = this.corners.map(([px, py]) => [round(px - x), round(py - y)]);
    this.corners = [];
    this.place();
  }

  dragged([x0, y0], [x1, y1]) {
    const [width, height] = [Math.max(10, Math.round(Math.abs(x1 - x0))), Math.max(10, Math.round(Math.abs(y1 - y0)))];
    return { ...this.params, x: Math.round(Math.min(x0, x1)), y: Math.round(Math.min(y0, y1)), width, height };
  }

  outline({ shape, width, height }) {
    if (shape === "polygon") return { shape, points: this._polygon ?? [[0, 0], [width, 0], [width, height], [0, height]] };
    return shape === "ellipse" ? { shape, radius_x: round(width / 2), radius_y: round(height / 2) } : { shape, width, height };
  }

  // What it is besides its shape.
  said({ name, capacity }, { category }) {
    const number = 1 + this.editor.drawing.every("area").filter(({ data }) => data.capacity).length;
    return { name: name || (capacity ? this.editor.words.areaName.replace("{number}", number) : ""), capacity, category, color: capacity ? "" : "#e6e1d8" };
  }

  make(drawing, params, home) {
    const { x, y, shape, width, height, degrees } = params;
    const at = shape === "ellipse" ? { x: x + width / 2, y: y + height / 2 } : { x, y };
    return making.area(drawing, { ...at, outline: this.outline(params), rotation: degrees, zone: home.zone, zoneName: home.zoneName, step: this.name, ...this.said(params, home) });
  }

  paint(context, view) {
    context.strokeStyle = INK;
    context.lineWidth = 1.5;
    if (this.corners.length) {
      context.beginPath();
      for (const corner of [...this.corners, ...(this._hover ? [this._hover] : [])]) context.lineTo(...view.project(...corner));
      context.stroke();
      return;
    }
    if (!this._from) return;
    const { x, y, width, height } = this.params;
    const [x0, y0] = view.project(x, y);
    const [x1, y1] = view.project(x + width, y + height);
    context.beginPath();
    if (this.params.shape === "ellipse") context.ellipse((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2, 0, 0, Math.PI * 2);
    else context.rect(x0, y0, x1 - x0, y1 - y0);
    context.stroke();
  }
}

class OutlineTool extends AreaTool {
  static tool = "outline";
  static defaults = { ...AreaTool.defaults, shape: "polygon", capacity: 0 };
  static fields = [{ name: "shape", type: "select", options: ["polygon", "rectangle", "ellipse"] }, ...where, number("width", 10, 300000), number("height", 10, 300000), number("degrees", -360, 360)];

  said() {
    return { color: "#f4f2ee" };
  }
}

class StageTool extends AreaTool {
  static tool = "stage";
  static defaults = { ...AreaTool.defaults, capacity: 0, width: 1000, height: 300 };
  static fields = [{ name: "name", type: "text" }, { name: "shape", type: "select", options: ["rectangle", "ellipse", "polygon"] }, ...where, number("width", 10, 300000), number("height", 10, 300000), number("degrees", -360, 360)];

  said({ name, width, height, shape }) {
    const called = name || this.editor.words.stage;
    const [x, y] = shape === "ellipse" ? [0, 0] : [round(width / 2), round(height / 2)];
    return { name: called, color: "#d8d2c6", text: { text: called, x, y, size: Math.max(20, Math.round(Math.min(width, height) / 4)) } };
  }

  // A stage is what everybody looks at: the focal point is the middle of its edge towards the hall.
  make(drawing, params, home) {
    const made = super.make(drawing, params, home);
    const { x, y, width, height } = params;
    if (!drawing.head.focal_point) made.edit.head({ focal_point: [Math.round(x + width / 2), Math.round(y + height / 2)] });
    return made;
  }
}

class TextTool extends MakingTool {
  static tool = "text";
  static defaults = { x: 0, y: 0, text: "", size: 60, degrees: 0 };
  static fields = [{ name: "text", type: "text" }, ...where, number("size", 5, 5000)];

  dragged(_from, to) {
    return { ...this.params, ...this.clicked(to) };
  }

  make(drawing, { x, y, text, size }, home) {
    const words = text || this.editor.words.text;
    return making.area(drawing, { x, y, zone: home.zone, zoneName: home.zoneName, text: { text: words, x: 0, y: 0, size }, step: "text" });
  }
}

class FocalTool extends MakingTool {
  static tool = "focal";
  static defaults = { x: 0, y: 0 };
  static fields = where;

  dragged(_from, to) {
    return { ...this.params, ...this.clicked(to) };
  }

  make(drawing, { x, y }) {
    return { edit: new Edit(drawing, "focal").head({ focal_point: [x, y] }), selection: this.editor.selection };
  }
}

class HandTool {
  name = "hand";

  constructor(editor) {
    this.editor = editor;
  }

  hover() {
    this.editor.sheet.canvas.style.cursor = "grab";
  }
}

export const TOOLS = [HandTool, RowTool, BlockTool, OutlineTool, AreaTool, TableTool, BoothTool, StageTool, TextTool, FocalTool];
