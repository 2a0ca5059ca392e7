// The hand that selects: a click takes what is there (a seat, its row or its zone, as the level says), a drag over nothing
// draws a box or a lasso, a drag on what is selected moves it, handles turn, bend and stretch it. What is moved snaps to
// what stands still.
import { boxOf, inside } from "../src/seatmap/geometry.js";
import { SNAP_PX, dot, ghost, handlesOf } from "./handles.js";
import * as arrange from "./model/arrange.js";
import * as corners from "./model/corners.js";
import { Selection, pieces, pointsOf } from "./model/selection.js";
import { drawnTo, linesOf } from "./model/snapping.js";

export const LEVELS = ["seats", "rows", "zones"];
const DRAG_PX = 4, HANDLE_PX = 9, FINGER_PX = 22, EDGE_PX = 8;
const CHOSEN = "#066fd1";
const STEP = 5, STEP_FAR = 50, STEP_NEAR = 1;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class SelectTool {
  constructor(editor) {
    Object.assign(this, { editor, name: "select", level: "rows", lassoing: false, _gesture: null });
  }

  get sheet() {
    return this.editor.sheet;
  }

  get drawing() {
    return this.editor.drawing;
  }

  // What is at a point, at the level that is chosen; a table is taken whole unless single seats are wanted.
  at([x, y], level = this.level) {
    const hit = this.sheet.hit(x, y);
    if (hit.area) return new Selection([this._tableOf(hit.area) ?? hit.area.key]);
    if (hit.zone) return new Selection([hit.zone.key]);
    if (!hit.row) return new Selection();
    if (level === "seats") return new Selection([], new Map([[hit.row.key, new Set([hit.seat])]])).within(this.drawing);
    const table = this.sheet.tableOf(hit.seat);
    return new Selection([level === "zones" ? hit.row.parent : (table ?? hit.row.key)]);
  }

  // Escape lets go of what the hand is at.
  key(event) {
    if (!this._gesture && event.target.matches("canvas, body")) return this._cornerKey(event);
    if (!this._gesture || event.key !== "Escape") return Boolean(this._gesture);
    this.cancel();
    this.sheet.redraw();
    return true;
  }

  down(at, event) {
    const handle = this._handleAt(at, event.pointerType === "touch" ? FINGER_PX : HANDLE_PX);
    if (handle) return this._take(handle, at);
    if (this.corner >= 0) this.choose(null);
    const hit = this.at(at, event.altKey ? "seats" : this.level);
    const { selection } = this.editor;
    const own = !hit.empty && ([...hit.keys].every((key) => this._holds(key)) && [...hit.seats].every(([key, ids]) => [...ids].every((id) => selection.has(key, id) || this._holds(key))));
    if (event.shiftKey && !hit.empty) return void this.editor.select(selection.toggled(hit, this.drawing));
    if (hit.empty) this._gesture = { kind: this.lassoing ? "lasso" : "box", from: at, path: [at], to: at, add: event.shiftKey ? selection : new Selection() };
    else if (event.pointerType === "touch" && !own) this._gesture = { kind: "tap", from: at, hit, to: null };
    else {
      if (!own) this.editor.select(hit);
      this._gesture = { kind: "move", from: at, hit: own ? hit : null, to: null };
    }
  }

  move(at, event) {
    const gesture = this._gesture;
    if (!gesture) return;
    const far = Math.hypot(at[0] - gesture.from[0], at[1] - gesture.from[1]) * this.sheet.view.transform.k;
    if (gesture.kind === "box") gesture.to = at;
    else if (gesture.kind === "lasso") gesture.path.push(at);
    else if (gesture.kind === "handle") {
      gesture.far ||= far >= DRAG_PX;
      if (gesture.far) gesture.handle.drag(at, event);
    } else if (gesture.kind === "tap") gesture.to = far >= DRAG_PX ? at : gesture.to;
    else if (gesture.to || far >= DRAG_PX) {
      const { selection } = this.editor;
      gesture.still ??= { lines: linesOf(this.drawing, selection), box: boxOf(pointsOf(this.drawing, selection)) };
      gesture.to = this._snapped(gesture, at, event);
    }
  }

  up(at, event) {
    const gesture = this._gesture;
    this._gesture = null;
    if (!gesture) return;
    if (gesture.kind === "box" || gesture.kind === "lasso") return this._boxed(gesture);
    if (gesture.kind === "handle") return this._released(gesture, at, event);
    if (gesture.kind === "tap") return gesture.to ? undefined : this.editor.select(gesture.hit);
    if (gesture.to) return void this.editor.do(arrange.moved(this.drawing, this.editor.selection, ...gesture.to));
    if (gesture.hit) this.editor.select(gesture.hit);
  }

  cancel() {
    this._gesture?.handle?.cancel?.();
    this._gesture = null;
  }

  // Twice on a row: its seats; on the edge of what is drawn corner by corner: another corner.
  double(at) {
    const own = this.cornered ? corners.cornersAt(this.drawing, this.cornered) : [];
    const near = (far) => far * this.sheet.view.transform.k <= EDGE_PX;
    if (own.some(([x, y]) => near(Math.hypot(x - at[0], y - at[1])))) return;
    const edge = corners.edgeAt(own, at);
    if (edge && near(edge.far)) return this.addCorner(edge.number, edge.at);
    const hit = this.at(at, "seats");
    if (hit.seats.size) this.editor.select(hit);
  }

  hover(at) {
    const handle = this._handleAt(at);
    this.sheet.canvas.style.cursor = handle ? handle.cursor : this.at(at).empty ? "default" : "move";
  }

  paint(context, view) {
    const gesture = this._gesture;
    if (gesture?.kind === "box") this._paintBox(context, view, gesture);
    else if (gesture?.kind === "lasso") this._paintPath(context, view, gesture.path);
    else if (gesture?.kind === "move" && gesture.to) ghost(context, view, this.sheet, ([x, y]) => [x + gesture.to[0], y + gesture.to[1]]);
    else if (gesture?.kind === "handle") gesture.handle.paint?.(context, view);
    if (!gesture || gesture.kind === "handle") for (const handle of this._handles()) {
      dot(context, view.project(...handle.at), handle.round, { chosen: !handle.faint && handle.corner !== undefined && handle.corner === this.corner, faint: handle.faint });
    }
  }

  // A handle is held; a corner is chosen with it.
  _take(handle, from) {
    if (handle.corner !== undefined && !handle.faint) this.choose(handle.corner);
    this._gesture = { kind: "handle", handle, from };
  }

  // The middle of an edge becomes a corner, dragged or not.
  _released({ handle, far }, at, event) {
    if (this.editor.selection.empty) return;
    if (far) handle.end?.(at, event);
    if (handle.faint && !far) this.addCorner(handle.corner - 1);
    else if (handle.faint) this.choose(handle.corner);
  }

  // -- selecting ---------------------------------------------------------------------------------------------------

  _holds(key) {
    const { selection } = this.editor;
    const part = this.drawing.get(key);
    return selection.keys.has(key) || selection.keys.has(part?.parent);
  }

  _tableOf(area) {
    if (area.kind !== "area" || !area.data.id.endsWith("-top")) return null;
    return this.drawing.tables(area.parent).find(({ data }) => `${data.id}-top` === area.data.id)?.key ?? null;
  }

  _boxed({ kind, from, to, path, add }) {
    const corners = kind === "box" ? [from, to] : path;
    const box = boxOf(corners);
    const k = this.sheet.view.transform.k;
    if ((box.maxX - box.minX) * k < DRAG_PX && (box.maxY - box.minY) * k < DRAG_PX) return this.editor.select(add);
    const found = this.sheet.within(box, kind === "lasso" ? (point) => inside(point, path) : undefined);
    this.editor.select(add.with(this.levelled(found)));
  }

  // What lies in a box, at the level that is chosen: whole rows, tables and zones if any of them is in it.
  levelled(found) {
    if (this.level === "seats") return found;
    const keys = new Set(found.keys);
    for (const key of [...found.seats.keys(), ...found.keys]) {
      const part = this.drawing.get(key);
      if (this.level === "zones") keys.add(part.kind === "zone" ? key : part.parent);
      else keys.add((part.kind === "row" && part.data.seats[0] && this.sheet.tableOf(part.data.seats[0].id)) || this._tableOf(part) || key);
    }
    for (const key of [...keys]) {
      const part = this.drawing.get(key);
      if (part.kind !== "zone" && keys.has(part.parent)) keys.delete(key);
      if (part.kind === "row" && part.data.seats[0] && keys.has(this.sheet.tableOf(part.data.seats[0].id))) keys.delete(key);
      if (part.kind === "area" && keys.has(this._tableOf(part))) keys.delete(key);
    }
    return new Selection(keys);
  }

  // -- moving ------------------------------------------------------------------------------------------------------

  _snapped({ from, still }, at, event) {
    let [dx, dy] = [at[0] - from[0], at[1] - from[1]];
    if (event.shiftKey) Math.abs(dx) > Math.abs(dy) ? (dy = 0) : (dx = 0);
    this.sheet.guides = [];
    if (event.ctrlKey || event.metaKey) return [dx, dy];
    const { by, guides } = drawnTo(still.lines, still.box, [dx, dy], SNAP_PX / this.sheet.view.transform.k);
    this.sheet.guides = guides;
    return by;
  }

  // -- handles -----------------------------------------------------------------------------------------------------

  _handleAt(at, reach = HANDLE_PX) {
    const [x, y] = this.sheet.view.project(...at);
    return this._handles().find((handle) => {
      const [hx, hy] = this.sheet.view.project(...handle.at);
      return Math.hypot(hx - x, hy - y) <= reach;
    });
  }

  _handles() {
    const { selection } = this.editor;
    if (selection.empty) return [];
    const key = `${this.drawing.version} ${this.sheet.view.transform.k}`;
    if (this._made?.key !== key || this._made.selection !== selection) this._made = { key, selection, handles: handlesOf(this.editor) };
    return this._made.handles;
  }

  // -- corners -----------------------------------------------------------------------------------------------------

  // The area whose corners can be worked on: the only thing selected, and drawn corner by corner.
  get cornered() {
    const [key, ...others] = this.editor.selection.keys;
    const part = others.length || this.editor.selection.seats.size ? null : this.drawing.get(key);
    return corners.hasCorners(part) ? part : null;
  }

  // The corner that is chosen, of that area; -1 for none.
  get corner() {
    const area = this.cornered;
    return area && this._corner?.key === area.key ? Math.min(this._corner.number, area.data.outline.points.length - 1) : -1;
  }

  choose(number) {
    const area = this.cornered;
    const count = area?.data.outline.points.length ?? 0;
    this.drawing.settle();
    this._corner = count && number !== null ? { key: area.key, number: (number + count) % count } : null;
    this.editor.panel.fill();
    this.sheet.redraw();
  }

  addCorner(number = this.corner, point = null) {
    if (this.editor.do(corners.cornerAdded(this.drawing, this.cornered.key, Math.max(0, number), point))) this.choose(Math.max(0, number) + 1);
  }

  removeCorner() {
    const { corner } = this;
    if (this.editor.do(corners.cornerRemoved(this.drawing, this.cornered.key, corner))) this.choose(corner - 1);
    else this.editor.tell(this.editor.words.cornersLeast);
  }

  // A full stop and a comma choose the next corner and the one before; with one chosen keys are about it.
  _cornerKey({ key, shiftKey, altKey }) {
    if (!this.cornered) return false;
    const { corner } = this;
    const acts = { ".": () => this.choose(corner + 1), ",": () => this.choose(corner < 0 ? -1 : corner - 1), Insert: () => this.addCorner() };
    if (corner >= 0) Object.assign(acts, { Delete: () => this.removeCorner(), Backspace: () => this.removeCorner(), Escape: () => this.choose(null) });
    if (corner >= 0 && ARROWS[key]) {
      const [x, y] = corners.cornersAt(this.drawing, this.cornered)[corner];
      const step = shiftKey ? STEP_FAR : altKey ? STEP_NEAR : STEP;
      acts[key] = () => this.editor.do(corners.cornerMoved(this.drawing, this.cornered.key, corner, [x + step * ARROWS[key][0], y + step * ARROWS[key][1]]), { merge: true });
    }
    acts[key]?.();
    return key in acts;
  }

  // -- painting ----------------------------------------------------------------------------------------------------

  _paintBox(context, view, { from, to }) {
    const [[x0, y0], [x1, y1]] = [view.project(...from), view.project(...to)];
    context.fillStyle = "rgba(6, 111, 209, .1)";
    context.strokeStyle = CHOSEN;
    context.lineWidth = 1;
    context.fillRect(x0, y0, x1 - x0, y1 - y0);
    context.strokeRect(x0, y0, x1 - x0, y1 - y0);
  }

  _paintPath(context, view, path) {
    context.beginPath();
    for (const point of path) context.lineTo(...view.project(...point));
    context.closePath();
    context.fillStyle = "rgba(6, 111, 209, .1)";
    context.strokeStyle = CHOSEN;
    context.lineWidth = 1;
    context.fill();
    context.stroke();
  }
}
