// What is done to what is there: moved, turned, mirrored, lined up, spread, copied, taken away; rows made longer or
// shorter, wider and bent. Each makes one edit (drawing.js) of a selection and does nothing else.
import { boxOf } from "../../src/seatmap/geometry.js";
import { Edit, between } from "./drawing.js";
import { fresh } from "./keys.js";
import { nextLabels } from "./making.js";
import { along, bowOf, lengthOf, middleOf, round, rowAt, seatsAt, sharesOf, spacingOf, stepsOf, turned } from "./places.js";
import { Selection, pieceAt, pieces, pointsOf, rowsOf, topOf } from "./selection.js";

const MOST_BEND = 0.6;

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
  const flip = (point) => point.map((value, n) => (n === at ? 2 * about[n] - value : value));
  for (const piece of pieces(drawing, selection)) mapped(edit, piece, flip, (data) => flipped(data, at), at);
  return edit;
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

// Copied, so far away from what was copied, with names of their own. {edit, selection}: the copies.
export function copied(drawing, selection, dx, dy) {
  return pasted(drawing, cut(drawing, selection), dx, dy, "copy");
}

// What is selected as it can be put into a drawing again, this one or another: parts with their zones.
export function cut(drawing, selection) {
  const parts = [];
  const take = (part, ids) => parts.push(ids ? { ...part, data: { ...part.data, seats: part.data.seats.filter(({ id }) => ids.has(id)) } } : part);
  for (const { part, ids } of pieces(drawing, selection)) {
    take(part, ids);
    if (part.kind === "zone") for (const kind of ["row", "area", "table"]) for (const child of drawing.list(kind, part.key)) take(child, null);
  }
  const seats = new Set(parts.flatMap(({ kind, data }) => (kind === "row" ? data.seats.map(({ id }) => id) : [])));
  const whole = ({ parent, data }) => !selection.keys.has(parent) && data.seats.length && data.seats.every((id) => seats.has(id));
  for (const table of drawing.every("table")) if (whole(table)) take(table, null);
  const zones = new Map(parts.map(({ parent }) => [parent, drawing.get(parent)]).filter(([, zone]) => zone));
  return { parts, zones: [...zones.values()] };
}

// Put parts that were cut into a drawing. A part goes into its own zone if that is there, or else into `zone`, or one made
// like the one it was in. Rows that would be called as others of their zone go on from these.
export function pasted(drawing, { parts, zones }, dx, dy, name = "paste", zone = null) {
  const edit = new Edit(drawing, name);
  const [spare] = zones;
  if (!zone && !drawing.zones.length && spare && !parts.some(({ kind }) => kind === "zone")) {
    edit.put({ ...spare, key: fresh(), data: { ...spare.data, id: fresh() } });
    zone = edit.added[0];
  }
  const keys = new Map(parts.map(({ key }) => [key, fresh()]));
  const ids = new Map(parts.flatMap((part) => namesIn(part)).map((id) => [id, id.endsWith("-top") ? null : fresh()]));
  for (const id of [...ids.keys()].filter((id) => id.endsWith("-top"))) ids.set(id, topOf(ids.get(id.slice(0, -4)) ?? fresh()));
  const made = [];
  for (const part of parts) {
    const inside = keys.has(part.parent);
    const home = inside || part.kind === "zone" ? null : (drawing.get(part.parent) ?? zone ?? drawing.zones[0]);
    if (!inside && part.kind !== "zone" && !home) continue;
    const from = zones.find(({ key }) => key === part.parent) ?? home;
    const by = part.kind === "zone" ? [dx, dy] : inside || !from || part.kind === "table" ? [0, 0] : [dx + (home ? from.data.x - home.data.x : 0), dy + (home ? from.data.y - home.data.y : 0)];
    const parent = part.kind === "zone" ? null : inside ? keys.get(part.parent) : home.key;
    const position = inside ? part.position : between(last(drawing, part.kind, parent)) + made.length / 1000;
    const data = renamed(part, ids, by);
    if (part.kind === "zone") data.name = another(data.name, new Set(drawing.zones.map((one) => one.data.name)));
    if (part.kind === "row" && home) data.label = ownLabel(edit, home.key, data.label);
    edit.put({ key: keys.get(part.key), kind: part.kind, parent, position, data });
    if (!inside) made.push(keys.get(part.key));
  }
  const shown = made.filter((key) => edit.get(key).kind !== "table");
  return { edit, selection: new Selection(shown) };
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
    edit.put({ ...part, parent: zoneKey, position: between(last(drawing, part.kind, zoneKey)) + position++ / 1000, data: { ...part.data, ...at } });
  };
  const rows = new Set();
  for (const { part } of pieces(drawing, selection)) {
    go(part);
    if (part.kind === "row") for (const { id } of part.data.seats) rows.add(id);
  }
  for (const table of drawing.every("table")) if (table.data.seats.some((id) => rows.has(id))) go(table);
  return edit;
}

// What seats say changed, each by `change(seat, row)`.
export function reseated(drawing, selection, name, change) {
  const edit = new Edit(drawing, name);
  for (const { part, ids } of rowsOf(drawing, selection)) {
    edit.set(part.key, { seats: part.data.seats.map((seat) => (!ids || ids.has(seat.id) ? change(seat, part) : seat)) });
  }
  return edit;
}

// Rows with so many seats each, added or taken away at the "end" or the "start"; new ones go on as the row does.
export function counted(drawing, selection, count, end = "end") {
  const edit = new Edit(drawing, "seats");
  const gone = new Set();
  for (const { part } of rowsOf(drawing, selection)) {
    const { seats } = part.data;
    if (count < seats.length) {
      const kept = end === "end" ? seats.slice(0, count) : seats.slice(seats.length - count);
      for (const seat of seats) if (!kept.includes(seat)) gone.add(seat.id);
      edit.set(part.key, { seats: kept });
    } else if (count > seats.length) edit.put(longer(drawing, part, count, end));
  }
  forget(edit, gone);
  return edit;
}

// Rows with so much between neighbours, about their middles, as bent as they were; aisles stay as wide.
export function spaced(drawing, selection, spacing) {
  return redrawn(drawing, selection, "spacing", (points, seats) => {
    const before = spacingOf([points]);
    const steps = stepsOf(points, seats).map((step) => (step === 1 ? spacing : step * before));
    const factor = steps.reduce((sum, step) => sum + step, 0) / (lengthOf(points) || 1);
    const [cx, cy] = middleOf([points[0], points[points.length - 1]]);
    const far = ([x, y]) => [cx + (x - cx) * factor, cy + (y - cy) * factor];
    return along(far(points[0]), far(points[points.length - 1]), points.length, bowOf(points) * factor, sharesOf(steps));
  });
}

// Rows bent by so much between their ends as they are, their aisles where they were.
export function bent(drawing, selection, bow) {
  return redrawn(drawing, selection, "curve", (points, seats) => along(points[0], points[points.length - 1], points.length, bow, sharesOf(stepsOf(points, seats))));
}

// Rows on a line (or the arc they are near), evenly spaced but for their aisles.
export function evened(drawing, selection) {
  return redrawn(drawing, selection, "even", (points, seats) => along(points[0], points[points.length - 1], points.length, bowOf(points), sharesOf(stepsOf(points, seats))));
}

// Rows the other way round: the first seat last.
export function reversed(drawing, selection) {
  const edit = new Edit(drawing, "reverse");
  for (const { part } of rowsOf(drawing, selection)) {
    const points = seatsAt(drawing.get(part.parent), part).toReversed();
    const { seats } = part.data;
    const turnedRound = seats.toReversed().map((seat, n) => ({ ...seat, aisle_after: seats[seats.length - n - 2]?.aisle_after }));
    edit.put({ ...part, data: rowAt(drawing.get(part.parent), { ...part.data, seats: turnedRound.map(tidy) }, points) });
  }
  return edit;
}

// Rows one after the other as one; {edit, selection}.
export function joined(drawing, selection) {
  const edit = new Edit(drawing, "join");
  const rows = inLine(drawing, rowsOf(drawing, selection).map(({ part }) => part).filter(({ data }) => data.seats.length));
  if (rows.length < 2) return { edit, selection };
  const zone = drawing.get(rows[0].parent);
  const points = rows.flatMap((row) => seatsAt(drawing.get(row.parent), row));
  const seats = rows.flatMap((row, n) => row.data.seats.map((seat, at) => (n < rows.length - 1 && at === row.data.seats.length - 1 ? { ...seat, aisle_after: true } : seat)));
  edit.put({ ...rows[0], data: rowAt(zone, { ...rows[0].data, seats }, points) });
  for (const row of rows.slice(1)) edit.drop(row.key);
  return { edit, selection: new Selection([rows[0].key]) };
}

// Companion seats bound to the wheelchair place nearest to each, in its row or near it; `null` where there is none.
export function accompanied(drawing, selection) {
  const bays = drawing.every("row").flatMap((row) => {
    const points = seatsAt(drawing.get(row.parent), row);
    return row.data.seats.flatMap((seat, n) => (seat.attributes?.includes("wheelchair") ? [{ id: seat.id, point: points[n] }] : []));
  });
  if (!bays.length) return null;
  return reseated(drawing, selection, "companion", (seat, row) => {
    if (seat.attributes?.includes("wheelchair")) return seat;
    const [x, y] = seatsAt(drawing.get(row.parent), row)[row.data.seats.indexOf(seat)];
    const away = ({ point }) => Math.hypot(point[0] - x, point[1] - y);
    return { ...seat, companion_of: bays.reduce((best, bay) => (away(bay) < away(best) ? bay : best)).id };
  });
}

// Rows in the order in which they stand along the first one's line.
function inLine(drawing, rows) {
  if (rows.length < 2) return rows;
  const ends = rows.map((row) => seatsAt(drawing.get(row.parent), row));
  const longest = ends.reduce((best, points) => (points.length > best.length ? points : best));
  const [[x0, y0], [x1, y1]] = [longest[0], longest[longest.length - 1]];
  const far = (points) => (points[0][0] - x0) * (x1 - x0) + (points[0][1] - y0) * (y1 - y0);
  return rows.map((row, n) => [far(ends[n]), row]).sort(([one], [other]) => one - other).map(([, row]) => row);
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
  const { drawing } = edit;
  if (part.kind === "zone") {
    for (const child of [...drawing.rows(part.key), ...drawing.areas(part.key)]) mapped(edit, { part: child, ids: null }, to, ofArea, at);
    return;
  }
  const zone = drawing.get(part.parent);
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

function redrawn(drawing, selection, name, to) {
  const edit = new Edit(drawing, name);
  for (const { part } of rowsOf(drawing, selection)) {
    if (part.data.seats.length < 2) continue;
    const zone = drawing.get(part.parent);
    edit.put({ ...part, data: rowAt(zone, part.data, to(seatsAt(zone, part), part.data.seats)) });
  }
  return edit;
}

function longer(drawing, part, count, end) {
  const zone = drawing.get(part.parent);
  const atStart = end === "start";
  const points = seatsAt(zone, part);
  const { seats } = part.data;
  const made = [];
  const spacing = spacingOf([points]);
  const outwards = atStart ? points.toReversed() : points;
  const like = (atStart ? seats[0] : seats[seats.length - 1]) ?? {};
  const labels = goingOn(atStart ? seats.toReversed() : seats, count - seats.length);
  let [here, before, earlier] = outwards.slice(-3).reverse();
  const bend = earlier ? angle(before, here) - angle(earlier, before) : 0;
  let heading = before ? angle(before, here) : atStart ? Math.PI : 0;
  for (const label of labels) {
    heading += Math.abs(bend) < MOST_BEND ? bend : 0;
    here = [here[0] + spacing * Math.cos(heading), here[1] + spacing * Math.sin(heading)];
    made.push({ seat: { id: fresh(), label, x: 0, y: 0, category: like.category ?? "" }, point: here });
  }
  if (atStart) made.reverse();
  const [newSeats, newPoints] = [made.map(({ seat }) => seat), made.map(({ point }) => point)];
  const all = atStart ? [[...newSeats, ...seats], [...newPoints, ...points]] : [[...seats, ...newSeats], [...points, ...newPoints]];
  return { ...part, data: rowAt(zone, { ...part.data, seats: all[0] }, all[1]) };
}

const angle = ([x0, y0], [x1, y1]) => Math.atan2(y1 - y0, x1 - x0);

// Labels after those of some seats, in the step of the last two; none that is there already.
function goingOn(seats, count) {
  const labels = seats.map(({ label }) => label);
  const known = new Set(labels);
  const [last, before] = labels.slice(-2).reverse().map((label) => (/^\d+$/.test(label ?? "") ? Number(label) : null));
  const step = last !== null && before !== null && before !== undefined && last !== before ? last - before : 1;
  const made = [];
  let value = last ?? null;
  while (made.length < count) {
    let label;
    if (value === null) [label] = nextLabels([labels.at(-1) || String(made.length + labels.length)], 1);
    else {
      value += step;
      label = value > 0 ? String(value) : String(Math.max(0, ...[...known].map(Number).filter(Number.isFinite)) + 1);
    }
    while (known.has(label)) [label] = nextLabels([label], 1);
    known.add(label);
    labels.push(label);
    made.push(label);
  }
  return made;
}

// Seats that are gone are in no table any more, and nobody accompanies them; a table without seats is none.
function forget(edit, gone) {
  const { drawing } = edit;
  if (!gone.size) return;
  for (const table of drawing.every("table")) {
    const seats = table.data.seats.filter((id) => !gone.has(id));
    if (seats.length === table.data.seats.length) continue;
    if (seats.length) edit.set(table.key, { seats });
    else {
      edit.drop(table.key);
      for (const area of drawing.areas(table.parent)) if (area.data.id === topOf(table.data.id)) edit.drop(area.key);
    }
  }
  for (const row of drawing.every("row")) {
    const now = edit.get(row.key);
    if (!now?.data.seats.some(({ companion_of: of }) => of && gone.has(of))) continue;
    edit.set(row.key, { seats: now.data.seats.map((seat) => (gone.has(seat.companion_of) ? tidy({ ...seat, companion_of: undefined }) : seat)) });
  }
}

function namesIn({ kind, data }) {
  if (kind === "row") return data.seats.map(({ id }) => id);
  return [data.id];
}

function renamed({ kind, data }, ids, [dx, dy]) {
  const at = kind === "table" ? {} : { x: round(data.x + dx), y: round(data.y + dy) };
  if (kind === "table") return { ...data, id: ids.get(data.id), seats: data.seats.map((id) => ids.get(id)).filter(Boolean) };
  if (kind !== "row") return { ...data, ...at, id: ids.get(data.id), ...(data.uuid ? { uuid: "" } : {}) };
  const seats = data.seats.map((seat) => tidy({ ...seat, id: ids.get(seat.id), uuid: undefined, companion_of: ids.get(seat.companion_of) ?? undefined }));
  return tidy({ ...data, ...at, seats, uuid: undefined });
}

// A name that no other has: "Box 2" beside "Box".
function another(name, known) {
  const [, base, number] = /^(.*?)(?: (\d+))?$/s.exec(name);
  let next = Number(number ?? 1);
  let made = name;
  while (known.has(made)) made = `${base} ${++next}`;
  return made;
}

// A row's label in a zone: its own, or what goes on from the others.
function ownLabel(edit, zone, label) {
  const there = [...edit.drawing.rows(zone), ...edit.added.filter(({ kind, parent }) => kind === "row" && parent === zone)].map(({ data }) => data.label);
  const known = new Set(there);
  let made = label;
  if (known.has(made)) [made] = nextLabels(there, 1);
  while (known.has(made)) [made] = nextLabels([made], 1);
  return made;
}

function last(drawing, kind, parent) {
  return drawing.list(kind, parent).at(-1)?.position;
}

// Without what is undefined: absent is how the format says it.
export function tidy(data) {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== false));
}
