// The brush: a category, what seats are besides, a note, given to every seat that it goes over; or taken away. A click paints
// what is there, as the level says; a drag brushes seats, rows or zones; Shift draws a box. A stroke is one step.
import { boxOf } from "../src/seatmap/geometry.js";
import { make } from "../src/seatmap/list.js";
import { colorOf } from "../src/seatmap/look.js";
import { button, field, group } from "./fields.js";
import { ATTRIBUTES, painted, wet } from "./model/painting.js";
import { Selection, rowsOf } from "./model/selection.js";

const DRAG_PX = 4, WIDTH = 60;
const INK = "#066fd1";

export class PaintTool {
  constructor(editor) {
    Object.assign(this, { editor, name: "paint", follows: true, brush: { category: null, attributes: [], note: "", clean: false }, width: WIDTH, _stroke: null, _at: null });
  }

  get _select() {
    return this.editor.tools.get("select");
  }

  key(event) {
    if (!this._stroke || event.key !== "Escape") return Boolean(this._stroke);
    this.cancel();
    this.editor.sheet.redraw();
    return true;
  }

  down(at, event) {
    this._stroke = { from: at, to: at, boxed: event.shiftKey, far: false, found: new Selection() };
  }

  move(at) {
    const stroke = this._stroke;
    this._at = at;
    if (!stroke) return;
    const k = this.editor.sheet.view.transform.k;
    stroke.far ||= Math.hypot(at[0] - stroke.from[0], at[1] - stroke.from[1]) * k >= DRAG_PX;
    if (!stroke.far) return;
    if (!stroke.boxed) stroke.found = stroke.found.with(this._touched(stroke.to, at));
    stroke.to = at;
  }

  up(at) {
    const { _stroke: stroke, editor } = this;
    if (!stroke) return;
    this.move(at);
    this._stroke = null;
    const found = !stroke.far ? this._select.at(at) : stroke.boxed ? this._boxed(stroke) : stroke.found;
    this._lay(found);
  }

  cancel() {
    this._stroke = null;
  }

  leave() {
    this.cancel();
  }

  hover(at) {
    this.editor.sheet.canvas.style.cursor = "crosshair";
    this._at = at;
  }

  // Paint what is selected, without a mouse.
  place() {
    this._lay(this.editor.selection);
  }

  paint(context, view) {
    context.strokeStyle = INK;
    context.lineWidth = 1.5;
    const { _stroke: stroke } = this;
    if (stroke?.boxed) {
      const [[x0, y0], [x1, y1]] = [view.project(...stroke.from), view.project(...stroke.to)];
      context.strokeRect(Math.min(x0, x1), Math.min(y0, y1), Math.abs(x1 - x0), Math.abs(y1 - y0));
      return;
    }
    if (stroke) this._wetSeats(context, view, stroke.found);
    if (!this._at) return;
    context.beginPath();
    context.arc(...view.project(...this._at), (this.width / 2) * view.transform.k, 0, Math.PI * 2);
    context.stroke();
  }

  form() {
    const { words, drawing } = this.editor;
    const { brush } = this;
    const set = (change) => {
      Object.assign(brush, change);
      this.editor.panel.fill();
    };
    const colors = make("div", "", "brush-colors");
    colors.setAttribute("role", "radiogroup");
    colors.setAttribute("aria-label", words.fields.category);
    colors.append(...[null, ...drawing.head.categories].map((one, index) => this._swatch(one, index - 1, set)));
    const ticks = make("div", "", "ticks");
    ticks.append(...ATTRIBUTES.map((name) => field({ name: `brush-${name}`, type: "checkbox", label: words[name], value: brush.attributes.includes(name) }, (wanted) =>
      set({ attributes: ATTRIBUTES.filter((other) => (other === name ? wanted : brush.attributes.includes(other))) }))));
    const box = make("div", "", "fields");
    box.append(
      field({ name: "brush-note", label: words.fields.note, value: brush.note, maxLength: 1000 }, (note) => set({ note })),
      field({ name: "brush-width", type: "number", label: words.fields.brushWidth, value: this.width, min: 10, max: 5000 }, (width) => (this.width = width)),
      field({ name: "brush-clean", type: "checkbox", label: words.fields.clean, value: brush.clean }, (clean) => set({ clean })),
    );
    const lay = button(words.paintSelected, () => this.place(), { className: "btn btn-primary", disabled: this.editor.selection.empty || !wet(brush) });
    return group(words.toolNames.paint, [make("p", words.toolHelp.paint, "help"), colors, ticks, box, lay]);
  }

  _swatch(category, index, set) {
    const name = category?.name ?? null;
    const label = make("label", "", "brush-color");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "brush-category", checked: this.brush.category === name });
    input.addEventListener("change", () => set({ category: name }));
    const sample = make("span", "", "brush-sample");
    sample.style.setProperty("--sample", category ? colorOf(category, index) : "transparent");
    label.append(input, sample, make("span", name ?? this.editor.words.asItIs));
    return label;
  }

  // What the brush touches between two points, at the level that is chosen.
  _touched(from, to) {
    const { sheet } = this.editor;
    const seats = new Map();
    for (const seat of sheet.under(from, to, this.width / 2)) {
      const { key } = sheet.rowOf(seat);
      if (!seats.has(key)) seats.set(key, new Set());
      seats.get(key).add(sheet.house.ids[seat]);
    }
    return this._select.levelled(new Selection([], seats).within(this.editor.drawing));
  }

  _boxed({ from, to }) {
    return this._select.levelled(this.editor.sheet.within(boxOf([from, to])));
  }

  _lay(selection) {
    const { editor } = this;
    if (!wet(this.brush)) return editor.tell(editor.words.dryBrush);
    if (selection.empty) return;
    editor.do(painted(editor.drawing, selection, this.brush));
  }

  // The seats that the stroke under way has touched.
  _wetSeats(context, view, found) {
    const { editor } = this;
    const { house } = editor.sheet;
    const { categories } = editor.drawing.head;
    const index = categories.findIndex(({ name }) => name === this.brush.category);
    const rows = new Map(rowsOf(editor.drawing, found).map(({ part, ids }) => [part.key, ids]));
    const r = Math.max(2, view.seatPx * 0.42);
    context.fillStyle = index < 0 ? INK : colorOf(categories[index], index);
    context.beginPath();
    for (const seat of view._seatsSeen()) {
      const { key } = editor.sheet.rowOf(seat);
      if (!rows.has(key) || (rows.get(key) && !rows.get(key).has(house.ids[seat]))) continue;
      const [x, y] = view.project(house.x[seat], house.y[seat]);
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, Math.PI * 2);
    }
    context.fill();
  }
}
