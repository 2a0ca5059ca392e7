// The handles of what is selected: a row's ends lengthen it and its middle bends it, and those of several rows that run alike
// do so to all of them; areas have their corners; everything is turned. A handle is {at, cursor, drag(to, event), paint?,
// end?, cancel?}; `round` ones bend and turn, `corner` is which one of a polygon it is, `faint` ones add a corner.
import { boxOf } from "../src/seatmap/geometry.js";
import * as arcs from "./model/arcs.js";
import * as arrange from "./model/arrange.js";
import * as corners from "./model/corners.js";
import { Edit } from "./model/drawing.js";
import { along, bowOf, middleOf, round, rowAt, seatsAt, sharesOf, spacingOf, stepsOf, turned } from "./model/places.js";
import { laid, lengthened, system } from "./model/rowing.js";
import { Selection, pieces, pointsOf } from "./model/selection.js";
import { linesOf, pointDrawnTo } from "./model/snapping.js";

export const SNAP_PX = 6;
const TURN_PX = 34, GHOSTS_MAX = 4000, FLAT = 6;
const CHOSEN = "#066fd1", HALO = "#ffffff";
const STEP_DEGREES = 15;
const DISTANCE_MIN = 0.2, DISTANCE_MAX = 20;

// All handles of the selection.
export function handlesOf(editor) {
  const { drawing, selection } = editor;
  const found = pieces(drawing, selection);
  const single = found.length === 1 && !found[0].ids ? found[0].part : null;
  const handles = [];
  if (single?.kind === "row" && single.data.seats.length > 1) handles.push(...rowHandles(editor, single));
  if (single?.kind === "area") handles.push(...areaHandles(editor, single));
  if (!single || single.kind === "zone") handles.push(...rowsHandles(editor));
  if (found.length > 1 || single?.kind !== "area" || single.data.outline?.shape !== "circle") handles.push(turnHandle(editor));
  return handles.filter(Boolean);
}

function turnHandle(editor) {
  const points = pointsOf(editor.drawing, editor.selection);
  if (!points.length) return null;
  const box = boxOf(points);
  const middle = middleOf(points);
  let degrees = 0;
  return {
    at: [middle[0], box.minY - TURN_PX / editor.sheet.view.transform.k], round: true, cursor: "grab",
    drag: (to, event) => {
      degrees = (Math.atan2(to[0] - middle[0], middle[1] - to[1]) * 180) / Math.PI;
      degrees = event.shiftKey ? Math.round(degrees / STEP_DEGREES) * STEP_DEGREES : Math.round(degrees);
      editor.sheet.told.textContent = `${degrees}°`;
    },
    paint: (context, view) => ghost(context, view, editor.sheet, (point) => turned(point, degrees, middle)),
    end: () => editor.do(arrange.rotated(editor.drawing, editor.selection, degrees, middle)),
  };
}

// The ends of a row, which lengthen and turn it, and its middle, which bends it.
function rowHandles(editor, row) {
  const { drawing, sheet } = editor;
  const zone = drawing.get(row.parent);
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
  const chord = Math.hypot(last[0] - first[0], last[1] - first[1]) || 1;
  const paint = (context, view) => dots(context, view, shown.points, sheet);
  const ended = (fixed, atEnd) => (to, event) => {
    const end = event.shiftKey ? stepped(fixed, to) : to;
    const beyond = (Math.hypot(end[0] - fixed[0], end[1] - fixed[1]) - chord) / spacing;
    const count = event.altKey ? points.length : Math.max(2, points.length + Math.round(beyond));
    const wanted = stepsAt(count, atEnd);
    const wide = wanted.reduce((sum, step) => sum + step, 0) / steps.reduce((sum, step) => sum + step, 0);
    const long = event.altKey ? end : on(fixed, end, chord * wide);
    shown.points = atEnd ? along(fixed, long, count, bow, sharesOf(wanted)) : along(long, fixed, count, bow, sharesOf(wanted));
    sheet.told.textContent = `${count}`;
  };
  const grown = (atEnd) => () => {
    const made = arrange.counted(drawing, new Selection([row.key]), shown.points.length, atEnd ? "end" : "start");
    editor.do(made.put({ ...row, data: rowAt(zone, made.get(row.key).data, shown.points) }));
  };
  return [
    { at: off(first, points[1], spacing), cursor: "ew-resize", drag: ended(last, false), paint, end: grown(false) },
    { at: off(last, points[points.length - 2], spacing), cursor: "ew-resize", drag: ended(first, true), paint, end: grown(true) },
    {
      at: along(first, last, 3, bow)[1], round: true, cursor: "ns-resize", paint,
      drag: (to) => (shown.points = along(first, last, points.length, bend(first, last, to), sharesOf(steps))),
      end: () => editor.do(new Edit(drawing, "curve").put({ ...row, data: rowAt(zone, row.data, shown.points) })),
    },
  ];
}

// Of rows that run alike: the front one's middle bends all of them round one point, the sides lengthen them (Alt: set their
// seats further apart), behind the last one they are drawn apart.
function rowsHandles(editor) {
  const { drawing, sheet } = editor;
  const found = system(drawing, editor.selection);
  if (!found || found.rows.some(({ seats }) => sheet.tableOf(seats[0].id))) return [];
  const { frame, rows } = found;
  const spacing = spacingOf(rows.map(({ points }) => points));
  const front = rows[0].points;
  const [first, last] = [front[0], front[front.length - 1]];
  const shown = { rows: rows.map(({ points }) => points), made: null };
  const paint = (context, view) => thinned(context, view, shown.rows.flat(), sheet);
  const end = () => shown.made && editor.do(shown.made());
  const show = (name, points) => Object.assign(shown, { rows: points, made: () => laid(drawing, name, found, points) });
  const reach = (side) => rows.reduce((best, row) => {
    const far = Math.max(...row.off.map((s) => s * side));
    return far > best.far ? { far, d: row.d } : best;
  }, { far: -Infinity });
  const sided = (side) => {
    const { far, d } = reach(side);
    return {
      at: arcs.standing(frame, side * (far + spacing), d), cursor: "ew-resize", paint, end,
      drag: (to, event) => {
        const beyond = arcs.placeIn(frame, to)[0] * side - far - spacing;
        if (event.altKey) {
          const wider = arcs.spread(found, round(Math.max(spacing / 2, (spacing * (far + beyond)) / far)));
          return show("spacing", arcs.inFrame(wider, frame));
        }
        const by = Math.round(beyond / spacing);
        const edit = lengthened(drawing, found, by, side);
        const points = rows.map(({ key, points: own }) => (edit.get(key) === drawing.get(key) ? own : seatsAt(drawing.get(drawing.get(key).parent), edit.get(key))));
        Object.assign(shown, { rows: points, made: by ? () => edit : null });
        sheet.told.textContent = by > 0 ? `+${by}` : `${by}`;
      },
    };
  };
  const depths = rows.map(({ d }) => d);
  const deepest = depths.reduce((most, d) => (Math.abs(d) > Math.abs(most) ? d : most), 0);
  const distance = Math.abs(deepest) / (rows.length - 1 || 1);
  const behind = deepest + Math.sign(deepest) * distance;
  return [
    sided(-1), sided(1),
    { at: frame.at, round: true, cursor: "ns-resize", paint, end, drag: (to) => show("curve", arcs.inFrame(found, arcs.bowed(found, bend(first, last, to)))) },
    ...(distance < 1 ? [] : [{
      at: arcs.standing(frame, 0, behind), cursor: "ns-resize", paint, end,
      drag: (to) => show("distance", arcs.inFrame(found, frame, Math.max(DISTANCE_MIN, Math.min(DISTANCE_MAX, arcs.placeIn(frame, to)[1] / behind)))),
    }]),
  ];
}

// The corners of an area: of a polygon each, and the middle of each edge, which becomes one; of others the one that makes it
// wider and higher.
function areaHandles(editor, area) {
  if (corners.hasCorners(area)) return cornerHandles(editor, area);
  const { drawing } = editor;
  const zone = drawing.get(area.parent);
  const origin = [zone.data.x + area.data.x, zone.data.y + area.data.y];
  const { outline, rotation = 0 } = area.data;
  const handle = ([x, y], made, words = () => ({})) => ({
    at: turned([origin[0] + x, origin[1] + y], rotation, origin), cursor: "nwse-resize",
    drag: (to, event) => {
      const now = drawing.get(area.key);
      if (!now) return;
      const [px, py] = turned(drawnIn(editor, to, event), -rotation, origin);
      const shape = made([round(px - origin[0]), round(py - origin[1])]);
      editor.do(new Edit(drawing, "shape").set(area.key, { outline: shape, ...words(now.data, shape) }), { merge: true });
    },
    ...settling(editor),
  });
  switch (outline?.shape) {
    case "rectangle":
      return [handle([outline.width, outline.height], ([x, y]) => ({ ...outline, width: Math.max(10, x), height: Math.max(10, y) }), centredText)];
    case "ellipse":
      return [handle([outline.radius_x, outline.radius_y], ([x, y]) => ({ ...outline, radius_x: Math.max(5, x), radius_y: Math.max(5, y) }))];
    case "circle":
      return [handle([outline.radius, 0], ([x, y]) => ({ ...outline, radius: Math.max(5, round(Math.hypot(x, y))) }))];
    default:
      return [];
  }
}

function cornerHandles(editor, area) {
  const { drawing } = editor;
  const at = corners.cornersAt(drawing, area);
  const moved = (number, to, event) => editor.do(corners.cornerMoved(drawing, area.key, number, drawnIn(editor, to, event)), { merge: true });
  const own = at.map((point, number) => ({
    at: point, cursor: "move", corner: number, drag: (to, event) => drawing.get(area.key) && moved(number, to, event), ...settling(editor),
  }));
  if (at.length >= corners.CORNERS_MAX) return own;
  const between = corners.middlesOf(at).map((point, number) => ({
    at: point, cursor: "copy", faint: true, round: true, corner: number + 1, added: false,
    drag(to, event) {
      if (!this.added) editor.do(corners.cornerAdded(drawing, area.key, number, to), { merge: true });
      this.added = true;
      if (drawing.get(area.key)) moved(number + 1, to, event);
    },
    ...settling(editor),
  }));
  return [...own, ...between];
}

const settling = ({ drawing, sheet }) => {
  const end = () => {
    drawing.settle();
    sheet.guides = [];
  };
  return { end, cancel: end };
};

// A point in line with what is not selected (Ctrl: not).
function drawnIn(editor, to, event) {
  if (event.ctrlKey || event.metaKey) return to;
  const { at, guides } = pointDrawnTo(linesOf(editor.drawing, editor.selection), to, SNAP_PX / editor.sheet.view.transform.k);
  editor.sheet.guides = guides;
  return at;
}

// How far a point is off the line between two others, to the left as one goes; what is nearly on it is.
function bend(first, last, to) {
  const chord = Math.hypot(last[0] - first[0], last[1] - first[1]) || 1;
  const bow = ((to[0] - first[0]) * (last[1] - first[1]) - (to[1] - first[1]) * (last[0] - first[0])) / chord;
  return Math.abs(bow) < FLAT ? 0 : bow;
}

// Words in the middle of a rectangle stay there as it grows.
function centredText({ text, outline }, { width, height }) {
  const middle = text && Math.abs(text.x - outline.width / 2) < 1 && Math.abs(text.y - outline.height / 2) < 1;
  return middle ? { text: { ...text, x: round(width / 2), y: round(height / 2) } } : {};
}

// Where the selection would be, as dots; of very many some.
export function ghost(context, view, sheet, to) {
  thinned(context, view, pointsOf(sheet.drawing, sheet.editor.selection), sheet, to);
}

function thinned(context, view, points, sheet, to = (point) => point) {
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

export function dot(context, [x, y], round = false, { chosen = false, faint = false } = {}) {
  context.beginPath();
  const size = faint ? 4 : 6;
  if (round) context.arc(x, y, size, 0, Math.PI * 2);
  else context.rect(x - 5, y - 5, 10, 10);
  context.fillStyle = chosen ? CHOSEN : HALO;
  context.strokeStyle = CHOSEN;
  context.lineWidth = faint ? 1 : 2;
  context.fill();
  context.stroke();
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
