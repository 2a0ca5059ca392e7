// What is done to what is there: moved, turned, mirrored, lined up, spread, taken away, and what is done to rows and seats
// (rowing.js, seating.js). Each makes one edit (drawing.js) of a selection and does nothing else.
import { boxOf } from "../../src/seatmap/geometry.js";
import { Edit, between } from "./drawing.js";
import { middleOf, round, rowAt, seatsAt, turned } from "./places.js";
import { forget } from "./seating.js";
import { pieceAt, pieces, pointsOf } from "./selection.js";

export { tidy } from "./drawing.js";
export { bent, counted, evened, joined, parted, reversed, spaced } from "./rowing.js";
export { accompanied, reseated, soldTogether } from "./seating.js";

export function moved(drawing, selection, dx, dy, name = "move") {
  const edit = new Edit(drawing, name);
  if (!dx && !dy) return edit;
  for (const piece of pieces(drawing, selection)) shift(edit, piece, dx, dy);
  return edit;
}

export function rotated(drawing, selection, degrees, about = middleOf(pointsOf(drawing, selection))) {
  const edit = new Edit(drawing, "rotate");
  if (!about.every(Number.isFinite)) return edit;
  for (const piece of pieces(drawing, selection)) {
    mapped(edit, piece, (point) => turned(point, degrees, about), (data) => ({ rotation: round(((data.rotation ?? 0) + degrees) % 360) }));
  }
  return edit;
}

// Mirrored left to right ("x") or top to bottom ("y"), about the middle of the selection.
export function mirrored(drawing, selection, axis, about = middleOf(pointsOf(drawing, selection))) {
  const edit = new Edit(drawing, "mirror");
  if (!about.every(Number.isFinite)) return edit;
  const at = axis === "x" ? 0 : 1;
  for (const piece of pieces(drawing, selection)) flippedPiece(edit, piece, at, about[at]);
  return edit;
}

// A part that an edit has, with all that is in it, mirrored left to right about a line.
export function flippedPart(edit, part, x) {
  flippedPiece(edit, { part, ids: null }, 0, x);
}

// Moved sideways until their middle is on a line.
export function centred(drawing, selection, x) {
  const points = pointsOf(drawing, selection);
  return moved(drawing, selection, points.length ? round(x - middleOf(points)[0]) : 0, 0, "centre");
}

// Lined up: each thing of the selection at the same "left", "centre", "right", "top", "middle" or "bottom".
export function aligned(drawing, selection, how) {
  const edit = new Edit(drawing, "align");
  const things = boxes(drawing, selection);
  if (!things.length) return edit;
  const all = boxOf(things.flatMap(({ box }) => [[box.minX, box.minY], [box.maxX, box.maxY]]));
  const by = {
    left: (box) => [all.minX - box.minX, 0], right: (box) => [all.maxX - box.maxX, 0],
    centre: (box) => [(all.minX + all.maxX - box.minX - box.maxX) / 2, 0],
    top: (box) => [0, all.minY - box.minY], bottom: (box) => [0, all.maxY - box.maxY],
    middle: (box) => [0, (all.minY + all.maxY - box.minY - box.maxY) / 2],
  }[how];
  for (const { piece, box } of things) shift(edit, piece, ...by(box));
  return edit;
}

// Spread evenly between the first and the last, along "x" or "y".
export function distributed(drawing, selection, axis) {
  const edit = new Edit(drawing, "distribute");
  const [least, most] = axis === "x" ? ["minX", "maxX"] : ["minY", "maxY"];
  const middle = ({ box }) => (box[least] + box[most]) / 2;
  const things = boxes(drawing, selection).sort((one, other) => middle(one) - middle(other));
  if (things.length < 3) return edit;
  const [first, last] = [middle(things[0]), middle(things[things.length - 1])];
  things.forEach((thing, n) => {
    const by = first + ((last - first) * n) / (things.length - 1) - middle(thing);
    shift(edit, thing.piece, axis === "x" ? by : 0, axis === "x" ? 0 : by);
  });
  return edit;
}

// Taken away: whole parts, and seats of rows; a table goes with its seats.
export function removed(drawing, selection) {
  const edit = new Edit(drawing, "delete");
  const gone = new Set();
  for (const { part, ids } of pieces(drawing, selection)) {
    for (const row of part.kind === "zone" ? drawing.rows(part.key) : part.kind === "row" ? [part] : []) {
      for (const { id } of row.data.seats) if (!ids || ids.has(id)) gone.add(id);
    }
    if (!ids) edit.drop(part.key);
    else edit.set(part.key, { seats: part.data.seats.filter(({ id }) => !ids.has(id)) });
  }
  for (const key of selection.keys) if (drawing.get(key)?.kind === "table") edit.drop(key);
  forget(edit, gone);
  return edit;
}

// Other parts' zone: they stay where they are.
export function rehomed(drawing, selection, zoneKey) {
  const edit = new Edit(drawing, "zone");
  const zone = drawing.get(zoneKey);
  let position = 0;
  const go = (part) => {
    if (part.parent === zoneKey || part.kind === "zone") return;
    const from = drawing.get(part.parent);
    const at = part.kind === "table" ? {} : { x: round(part.data.x + from.data.x - zone.data.x), y: round(part.data.y + from.data.y - zone.data.y) };
    const last = drawing.list(part.kind, zoneKey).at(-1)?.position;
    edit.put({ ...part, parent: zoneKey, position: between(last) + position++ / 1000, data: { ...part.data, ...at } });
  };
  const rows = new Set();
  for (const { part } of pieces(drawing, selection)) {
    go(part);
    if (part.kind === "row") for (const { id } of part.data.seats) rows.add(id);
  }
  for (const table of drawing.every("table")) if (table.data.seats.some((id) => rows.has(id))) go(table);
  return edit;
}

// -- how --------------------------------------------------------------------------------------------------------------

function shift(edit, { part, ids }, dx, dy) {
  if (ids) {
    const seats = part.data.seats.map((seat) => (ids.has(seat.id) ? { ...seat, x: round(seat.x + dx), y: round(seat.y + dy) } : seat));
    edit.set(part.key, { seats });
  } else edit.set(part.key, { x: round(part.data.x + dx), y: round(part.data.y + dy) });
}

// A piece with all its points elsewhere. `ofArea(data)`: what else becomes of an area; `at`: the axis it is mirrored on.
function mapped(edit, { part, ids }, to, ofArea, at = -1) {
  if (part.kind === "zone") {
    for (const child of [...edit.list("row", part.key), ...edit.list("area", part.key)]) mapped(edit, { part: child, ids: null }, to, ofArea, at);
    return;
  }
  const zone = edit.get(part.parent);
  if (part.kind === "row") {
    const points = seatsAt(zone, part).map((point, n) => (!ids || ids.has(part.data.seats[n].id) ? to(point) : point));
    edit.put({ ...part, data: rowAt(zone, part.data, points) });
    return;
  }
  const [x, y] = to([zone.data.x + part.data.x, zone.data.y + part.data.y]);
  const changed = ofArea(part.data);
  const [dx, dy] = at >= 0 && part.data.outline?.shape === "rectangle" ? corner(part.data, changed.rotation, at) : [0, 0];
  edit.set(part.key, { ...changed, x: round(x - zone.data.x + dx), y: round(y - zone.data.y + dy) });
}

function flippedPiece(edit, piece, at, about) {
  const flip = (point) => point.map((value, n) => (n === at ? 2 * about - value : value));
  mapped(edit, piece, flip, (data) => flipped(data, at), at);
}

// What becomes of an area that is mirrored on an axis, besides its place.
function flipped(data, at) {
  const flip = (point) => point.map((value, n) => (n === at ? round(-value) : value));
  const outline = data.outline?.shape === "polygon" ? { ...data.outline, points: data.outline.points.map(flip) } : data.outline;
  const text = data.text && { ...data.text, [at ? "y" : "x"]: round(-data.text[at ? "y" : "x"]) };
  const words = data.text && data.outline?.shape === "rectangle" ? { ...data.text } : text;
  return { rotation: round(-(data.rotation ?? 0)), outline, text: words };
}

// From where the mirrored corner of a rectangle comes to lie to its new first corner.
function corner({ outline: { width, height } }, rotation, at) {
  return turned(at ? [0, -height] : [-width, 0], rotation);
}

function boxes(drawing, selection) {
  const things = pieces(drawing, selection).map((piece) => ({ piece, points: pieceAt(drawing, piece.part, piece.ids) }));
  return things.filter(({ points }) => points.length).map(({ piece, points }) => ({ piece, box: boxOf(points) }));
}
