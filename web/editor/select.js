// The hand that selects: a click takes what is there (a seat, its row or its zone, as the level says), a drag over nothing
// draws a box or a lasso, a drag on what is selected moves it, handles turn, bend and stretch it. What is moved snaps to
// what stands still.
import { boxOf, inside } from "../src/seatmap/geometry.js";
import * as arrange from "./model/arrange.js";
import { Edit } from "./model/drawing.js";
import { along, bowOf, middleOf, round, rowAt, seatsAt, sharesOf, spacingOf, stepsOf, turned } from "./model/places.js";
import { Selection, pieces, pointsOf } from "./model/selection.js";

export const LEVELS = ["seats", "rows", "zones"];
const DRAG_PX = 4, HANDLE_PX = 9, FINGER_PX = 22, TURN_PX = 34, SNAP_PX = 6, GHOSTS_MAX = 4000;
const CHOSEN = "#066fd1", HALO = "#ffffff";
const STEP_DEGREES = 15;

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
    if (!this._gesture || event.key !== "Escape") return Boolean(this._gesture);
    this.cancel();
    this.sheet.redraw();
    return true;
  }

  down(at, event) {
    const handle = this._handleAt(at, event.pointerType === "touch" ? FINGER_PX : HANDLE_PX);
    if (handle) return void (this._gesture = { kind: "handle", handle, from: at });
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
    else if (gesture.kind === "handle") gesture.handle.drag(at, event);
    else if (gesture.kind === "tap") gesture.to = far >= DRAG_PX ? at : gesture.to;
    else if (gesture.to || far >= DRAG_PX) {
      gesture.still ??= this._still();
      gesture.to = this._snapped(gesture, at, event);
    }
  }

  up(at, event) {
    const gesture = this._gesture;
    this._gesture = null;
    if (!gesture) return;
    if (gesture.kind === "box" || gesture.kind === "lasso") return this._boxed(gesture);
    if (gesture.kind === "handle") return this.editor.selection.empty ? undefined : gesture.handle.end?.(at, event);
    if (gesture.kind === "tap") return gesture.to ? undefined : this.editor.select(gesture.hit);
    if (gesture.to) return void this.editor.do(arrange.moved(this.drawing, this.editor.selection, ...gesture.to));
    if (gesture.hit) this.editor.select(gesture.hit);
  }

  cancel() {
    this._gesture?.handle?.cancel?.();
    this._gesture = null;
  }

  // Twice on a row: its seats.
  double(at) {
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
    if (!gesture || gesture.kind === "handle") for (const handle of this._handles()) dot(context, view.project(...handle.at), handle.round);
  }

  // -- selecting ---------------------------------------------------------------------------------------------------

  _holds(key) {
    const { selection } = this.editor;
    const part = this.drawing.get(key);
    return selection.keys.has(key) || selection.keys.has(part?.parent);
  }

  _tableOf(area) {
    if (!area.data.id.endsWith("-top")) return null;
    return this.drawing.tables(area.parent).find(({ data }) => `${data.id}-top` === area.data.id)?.key ?? null;
  }

  _boxed({ kind, from, to, path, add }) {
    const corners = kind === "box" ? [from, to] : path;
    const box = boxOf(corners);
    const k = this.sheet.view.transform.k;
    if ((box.maxX - box.minX) * k < DRAG_PX && (box.maxY - box.minY) * k < DRAG_PX) return this.editor.select(add);
    const found = this.sheet.within(box, kind === "lasso" ? (point) => inside(point, path) : undefined);
    this.editor.select(add.with(this._levelled(found)));
  }

  // What lies in a box, at the level that is chosen: whole rows, tables and zones if any of them is in it.
  _levelled(found) {
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

  // Where things stand that do not move: the ends of rows, the edges of areas, the focal point.
  _still() {
    const moving = new Set(pieces(this.drawing, this.editor.selection).map(({ part }) => part.key));
    const [xs, ys] = [new Set(), new Set()];
    const note = ([x, y]) => {
      xs.add(round(x));
      ys.add(round(y));
    };
    for (const zone of this.drawing.zones) {
      if (moving.has(zone.key)) continue;
      for (const row of this.drawing.rows(zone.key)) {
        if (moving.has(row.key) || !row.data.seats.length) continue;
        const points = seatsAt(zone, row);
        note(points[0]);
        note(points[points.length - 1]);
      }
    }
    const focal = this.drawing.head.focal_point;
    if (focal) note(focal);
    const box = boxOf(pointsOf(this.drawing, this.editor.selection));
    return { xs: [...xs].sort((a, b) => a - b), ys: [...ys].sort((a, b) => a - b), box };
  }

  _snapped({ from, still }, at, event) {
    let [dx, dy] = [at[0] - from[0], at[1] - from[1]];
    if (event.shiftKey) Math.abs(dx) > Math.abs(dy) ? (dy = 0) : (dx = 0);
    this.sheet.guides = [];
    if (event.ctrlKey || event.metaKey) return [dx, dy];
    const reach = SNAP_PX / this.sheet.view.transform.k;
    const { box, xs, ys } = still;
    const x = snap([box.minX + dx, (box.minX + box.maxX) / 2 + dx, box.maxX + dx], xs, reach);
    const y = snap([box.minY + dy, (box.minY + box.maxY) / 2 + dy, box.maxY + dy], ys, reach);
    if (x) {
      dx += x.by;
      this.sheet.guides.push({ x: x.to });
    }
    if (y) {
      dy += y.by;
      this.sheet.guides.push({ y: y.to });
    }
    return [x ? dx : Math.round(dx), y ? dy : Math.round(dy)];
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
    const found = pieces(this.drawing, selection);
    const key = `${this.drawing.version} ${this.sheet.view.transform.k}`;
    if (this._made?.key === key && this._made.selection === selection) return this._made.handles;
    const single = found.length === 1 && !found[0].ids ? found[0].part : null;
    const handles = [];
    if (single?.kind === "row" && single.data.seats.length > 1) handles.push(...this._rowHandles(single));
    if (single?.kind === "area") handles.push(...this._areaHandles(single));
    if (found.length > 1 || single?.kind !== "area" || single.data.outline?.shape !== "circle") handles.push(this._turnHandle());
    this._made = { key, selection, handles: handles.filter(Boolean) };
    return this._made.handles;
  }

  _turnHandle() {
    const points = pointsOf(this.drawing, this.editor.selection);
    if (!points.length) return null;
    const box = boxOf(points);
    const middle = middleOf(points);
    const at = [middle[0], box.minY - TURN_PX / this.sheet.view.transform.k];
    let degrees = 0;
    return {
      at, round: true, cursor: "grab",
      drag: (to, event) => {
        degrees = (Math.atan2(to[0] - middle[0], middle[1] - to[1]) * 180) / Math.PI;
        degrees = event.shiftKey ? Math.round(degrees / STEP_DEGREES) * STEP_DEGREES : Math.round(degrees);
        this.sheet.told.textContent = `${degrees}°`;
      },
      paint: (context, view) => ghost(context, view, this.sheet, (point) => turned(point, degrees, middle)),
      end: () => this.editor.do(arrange.rotated(this.drawing, this.editor.selection, degrees, middle)),
    };
  }

  // The ends of a row, which lengthen and turn it, and its middle, which bends it.
  _rowHandles(row) {
    const zone = this.drawing.get(row.parent);
    const points = seatsAt(zone, row);
    const [first, last] = [points[0], points[points.length - 1]];
    const bow = bowOf(points);
    const spacing = spacingOf([points]);
    const shown = { points };
    const steps = stepsOf(points, row.data.seats);
    // The steps of a row of another length, which keeps its aisles at the end that stays.
    const stepsAt = (count, atEnd) => {
      const some = atEnd ? steps : steps.toReversed();
      const made = Array.from({ length: count - 1 }, (_, n) => some[n] ?? 1);
      return atEnd ? made : made.reverse();
    };
    const commit = (name, made) => () => this.editor.do(new Edit(this.drawing, name).put({ ...row, data: made() }));
    const paint = (context, view) => dots(context, view, shown.points, this.sheet);
    const ended = (fixed, atEnd) => (to, event) => {
      const end = event.shiftKey ? stepped(fixed, to) : to;
      const beyond = (Math.hypot(end[0] - fixed[0], end[1] - fixed[1]) - Math.hypot(last[0] - first[0], last[1] - first[1])) / spacing;
      const count = event.altKey ? points.length : Math.max(2, points.length + Math.round(beyond));
      const wanted = stepsAt(count, atEnd);
      const wide = wanted.reduce((sum, step) => sum + step, 0) / steps.reduce((sum, step) => sum + step, 0);
      const long = event.altKey ? end : on(fixed, end, Math.hypot(last[0] - first[0], last[1] - first[1]) * wide);
      shown.points = atEnd ? along(fixed, long, count, bow, sharesOf(wanted)) : along(long, fixed, count, bow, sharesOf(wanted));
      this.sheet.told.textContent = `${count}`;
    };
    const lengthened = (atEnd) => () => {
      const grown = arrange.counted(this.drawing, new Selection([row.key]), shown.points.length, atEnd ? "end" : "start");
      const data = grown.get(row.key).data;
      this.editor.do(grown.put({ ...row, data: rowAt(zone, data, shown.points) }));
    };
    const mid = along(first, last, 3, bow)[1];
    return [
      { at: off(first, points[1], spacing), cursor: "ew-resize", drag: ended(last, false), paint, end: lengthened(false) },
      { at: off(last, points[points.length - 2], spacing), cursor: "ew-resize", drag: ended(first, true), paint, end: lengthened(true) },
      {
        at: mid, round: true, cursor: "ns-resize", paint, end: commit("curve", () => rowAt(zone, row.data, shown.points)),
        drag: (to) => {
          const chord = Math.hypot(last[0] - first[0], last[1] - first[1]) || 1;
          const bent = ((to[0] - first[0]) * (last[1] - first[1]) - (to[1] - first[1]) * (last[0] - first[0])) / chord;
          shown.points = along(first, last, points.length, Math.abs(bent) < 6 ? 0 : bent, sharesOf(steps));
        },
      },
    ];
  }

  // The corners of an area: of a polygon each, of others the one that makes it wider and higher.
  _areaHandles(area) {
    const zone = this.drawing.get(area.parent);
    const origin = [zone.data.x + area.data.x, zone.data.y + area.data.y];
    const { outline, rotation = 0 } = area.data;
    const place = ([x, y]) => turned([origin[0] + x, origin[1] + y], rotation, origin);
    const local = (point) => {
      const [x, y] = turned(point, -rotation, origin);
      return [round(x - origin[0]), round(y - origin[1])];
    };
    const handle = (at, made, words = () => ({})) => ({
      at: place(at), cursor: "nwse-resize",
      drag: (to) => {
        const now = this.drawing.get(area.key);
        if (!now) return;
        const shape = made(local(to));
        this.editor.do(new Edit(this.drawing, "shape").set(area.key, { outline: shape, ...words(now.data, shape) }), { merge: true });
      },
      end: () => this.drawing.settle(),
      cancel: () => this.drawing.settle(),
    });
    switch (outline?.shape) {
      case "rectangle":
        return [handle([outline.width, outline.height], ([x, y]) => ({ ...outline, width: Math.max(10, x), height: Math.max(10, y) }), centredText)];
      case "ellipse":
        return [handle([outline.radius_x, outline.radius_y], ([x, y]) => ({ ...outline, radius_x: Math.max(5, x), radius_y: Math.max(5, y) }))];
      case "circle":
        return [handle([outline.radius, 0], ([x, y]) => ({ ...outline, radius: Math.max(5, round(Math.hypot(x, y))) }))];
      case "polygon":
        return outline.points.map((point, n) => handle(point, (to) => ({ ...outline, points: this.drawing.get(area.key).data.outline.points.map((one, at) => (at === n ? to : one)) })));
      default:
        return [];
    }
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

// Words in the middle of a rectangle stay there as it grows.
function centredText({ text, outline }, { width, height }) {
  const middle = text && Math.abs(text.x - outline.width / 2) < 1 && Math.abs(text.y - outline.height / 2) < 1;
  return middle ? { text: { ...text, x: round(width / 2), y: round(height / 2) } } : {};
}

// Where the selection would be: its seats as dots, or from afar its rows as lines; its areas' corners as outlines.
function ghost(context, view, sheet, to) {
  const points = pointsOf(sheet.drawing, sheet.editor.selection);
  const step = Math.max(1, Math.ceil(points.length / GHOSTS_MAX));
  dots(context, view, points.filter((_, n) => n % step === 0).map(to), sheet);
}

export function dots(context, view, points, sheet) {
  const r = Math.max(1.5, sheet.view.seatPx * 0.36);
  const path = new Path2D();
  for (const point of points) {
    const [x, y] = view.project(...point);
    path.moveTo(x + r, y);
    path.arc(x, y, r, 0, Math.PI * 2);
  }
  context.fillStyle = "rgba(6, 111, 209, .55)";
  context.fill(path);
}

export function dot(context, [x, y], round = false) {
  context.beginPath();
  if (round) context.arc(x, y, 6, 0, Math.PI * 2);
  else context.rect(x - 5, y - 5, 10, 10);
  context.fillStyle = HALO;
  context.strokeStyle = CHOSEN;
  context.lineWidth = 2;
  context.fill();
  context.stroke();
}

// The smallest step that brings one of some numbers onto one of others, sorted; null when all are further.
function snap(own, others, reach) {
  let best = null;
  for (const value of own) {
    let [low, high] = [0, others.length];
    while (low < high) {
      const mid = (low + high) >> 1;
      others[mid] < value ? (low = mid + 1) : (high = mid);
    }
    for (const to of [others[low - 1], others[low]]) {
      if (to === undefined || Math.abs(to - value) > reach) continue;
      if (!best || Math.abs(to - value) < Math.abs(best.by)) best = { by: to - value, to };
    }
  }
  return best;
}

// A point so far from one on the way to another.
function on([x0, y0], [x1, y1], far) {
  const away = Math.hypot(x1 - x0, y1 - y0) || 1;
  return [x0 + ((x1 - x0) / away) * far, y0 + ((y1 - y0) / away) * far];
}

// A point beyond one, seen from its neighbour.
function off([x0, y0], [x1, y1], far) {
  return on([x0, y0], [2 * x0 - x1, 2 * y0 - y1], far);
}

// The end of a line at a whole step of degrees.
export function stepped([x0, y0], [x1, y1]) {
  const far = Math.hypot(x1 - x0, y1 - y0);
  const angle = Math.round(((Math.atan2(y1 - y0, x1 - x0) * 180) / Math.PI) / STEP_DEGREES) * STEP_DEGREES;
  return [x0 + far * Math.cos((angle * Math.PI) / 180), y0 + far * Math.sin((angle * Math.PI) / 180)];
}
