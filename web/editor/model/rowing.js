// What is done to rows: made longer or shorter, wider, bent, straightened, joined, turned round; several that run alike as
// one, round one point.
import * as arcs from "./arcs.js";
import { Edit, tidy } from "./drawing.js";
import { fresh } from "./keys.js";
import { nextLabels } from "./making.js";
import { along, bowOf, lengthOf, middleOf, rowAt, seatsAt, sharesOf, spacingOf, stepsOf } from "./places.js";
import { forget } from "./seating.js";
import { Selection, rowsOf } from "./selection.js";

const MOST_BEND = 0.6;

// Rows with so many seats each, added or taken away at the "end" or the "start"; new ones go on as the row does.
export function counted(drawing, selection, count, end = "end") {
  return recounted(drawing, rowsOf(drawing, selection).map(({ part }) => ({ part, count, end })));
}

// Rows of a system (below) with so many seats more, or fewer, on one side: 1 is where its front row goes, -1 where it comes from.
export function lengthened(drawing, { rows }, by, side) {
  return recounted(drawing, rows.map(({ key, off }) => {
    const part = drawing.get(key);
    return { part, count: Math.max(1, part.data.seats.length + by), end: (off[off.length - 1] > off[0]) === (side > 0) ? "end" : "start" };
  }));
}

function recounted(drawing, rows) {
  const edit = new Edit(drawing, "seats");
  const gone = new Set();
  for (const { part, count, end } of rows) {
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

// Rows with so much between neighbours, about their middles; aisles stay as wide. Rows that run alike stay round one point.
export function spaced(drawing, selection, spacing) {
  const found = system(drawing, selection);
  if (found) {
    const wider = arcs.spread(found, spacing);
    return laid(drawing, "spacing", found, arcs.inFrame(wider, wider.frame));
  }
  return redrawn(drawing, selection, "spacing", (points, seats) => {
    const before = spacingOf([points]);
    const steps = stepsOf(points, seats).map((step) => (step === 1 ? spacing : step * before));
    const factor = steps.reduce((sum, step) => sum + step, 0) / (lengthOf(points) || 1);
    const [cx, cy] = middleOf([points[0], points[points.length - 1]]);
    const far = ([x, y]) => [cx + (x - cx) * factor, cy + (y - cy) * factor];
    return along(far(points[0]), far(points[points.length - 1]), points.length, bowOf(points) * factor, sharesOf(steps));
  });
}

// Rows bent by so much between their ends as they are, their aisles where they were. Of rows that run alike it is the front
// one's bend: the others lie round the same point, and keep their distance.
export function bent(drawing, selection, bow) {
  const found = system(drawing, selection);
  if (found) return laid(drawing, "curve", found, arcs.inFrame(found, arcs.bowed(found, bow)));
  return redrawn(drawing, selection, "curve", (points, seats) => along(points[0], points[points.length - 1], points.length, bow, sharesOf(stepsOf(points, seats))));
}

// Rows with another distance from one another: so many times the one they have.
export function parted(drawing, selection, factor) {
  const found = system(drawing, selection);
  return found ? laid(drawing, "distance", found, arcs.inFrame(found, found.frame, factor)) : new Edit(drawing, "distance");
}

// The usual distance of the rows of a system; 0 where they lie on one another.
export function distanceOf({ rows }) {
  const depths = rows.map(({ d }) => d).sort((one, other) => one - other);
  const steps = depths.slice(1).map((d, n) => d - depths[n]).sort((one, other) => one - other);
  return steps[steps.length >> 1];
}

// The whole rows of a selection as one (arcs.js), the one nearest to the focal point first; null where they are not one.
export function system(drawing, selection) {
  const chosen = rowsOf(drawing, selection);
  if (chosen.length < 2 || chosen.length > arcs.ROWS_MAX || chosen.some(({ ids }) => ids)) return null;
  const [fx, fy] = drawing.head.focal_point ?? [drawing.head.size.width / 2, 0];
  const rows = chosen.map(({ part }) => {
    const points = seatsAt(drawing.get(part.parent), part);
    const [x, y] = points.length ? middleOf(points) : [fx, fy];
    return { key: part.key, points, seats: part.data.seats, far: Math.hypot(x - fx, y - fy) };
  });
  return arcs.together(rows.sort((one, other) => one.far - other.far));
}

// Rows of a system at other points: its own rows, row by row.
export function laid(drawing, name, { rows }, points) {
  const edit = new Edit(drawing, name);
  rows.forEach(({ key }, n) => {
    const part = drawing.get(key);
    edit.put({ ...part, data: rowAt(drawing.get(part.parent), part.data, points[n]) });
  });
  return edit;
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

// Rows in the order in which they stand along the first one's line.
function inLine(drawing, rows) {
  if (rows.length < 2) return rows;
  const ends = rows.map((row) => seatsAt(drawing.get(row.parent), row));
  const longest = ends.reduce((best, points) => (points.length > best.length ? points : best));
  const [[x0, y0], [x1, y1]] = [longest[0], longest[longest.length - 1]];
  const far = (points) => (points[0][0] - x0) * (x1 - x0) + (points[0][1] - y0) * (y1 - y0);
  return rows.map((row, n) => [far(ends[n]), row]).sort(([one], [other]) => one - other).map(([, row]) => row);
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
