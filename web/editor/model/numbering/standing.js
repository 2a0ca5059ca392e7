// How rows stand: each with its seats from left to right as those see it who sit there, and how far back it is.
import { apart, flat, lengthOf, middleOf, spread, unit } from "./points.js";

export const FAR = 1e6;
const RADIAL = 0.02; // less sideways than this is towards the focal point

// Rows as they stand, each with its seats from left to right, and what they have in common: {stands, pitch, focus, far}.
export function stood(rows, context) {
  const { at = (row, seat) => [row.x + seat.x, row.y + seat.y], zone_of: zoneOf = (row) => row.parent ?? "" } = context;
  const stands = rows.map((row, index) => {
    const points = row.seats.length ? row.seats.map((seat) => at(row, seat)) : [at(row, { x: 0, y: 0 }) ?? [row.x, row.y]];
    const steps = new Float64Array(points.length - 1);
    for (let n = 0; n < steps.length; n++) steps[n] = apart(points[n], points[n + 1]);
    return { row, index, zone: zoneOf(row), points, steps, count: row.seats.length };
  });
  const pitch = context.pitch || middleOf(flat(stands.map(({ steps }) => steps))) || 50;
  const focus = context.focal_point ?? above(stands);
  const axis = context.axis && unit(...context.axis);
  const hall = { stands, pitch, focus, far: !context.focal_point, axis, distance: context.row_distance, joined: null };
  for (const stand of stands) place(stand, hall, context);
  return hall;
}

// A point so far above everything that all look the same way.
function above(stands) {
  let [sum, top] = [0, Infinity];
  for (const { points: [[x, y]] } of stands) {
    sum += x;
    top = Math.min(top, y);
  }
  return stands.length ? [sum / stands.length, top - FAR] : [0, -FAR];
}

// From left to right; with the middle, the direction there, and how far back it is: how far the focal point is from the
// line along which the row runs, so that a wing is as far back as the middle of the same row.
function place(stand, hall, context) {
  const { points, steps } = stand;
  const own = steps.length >= 3 ? steps.slice().sort()[steps.length >> 2] : hall.pitch;
  stand.pitch = context.pitch || own || hall.pitch;
  stand.order = inLine(points, steps);
  const way = stand.order.map((seat) => points[seat]);
  stand.way = way;
  stand.backwards = runsLeft(way, hall.focus);
  if (stand.backwards) {
    stand.order.reverse();
    way.reverse();
  }
  const [first, last] = [way[0], way[way.length - 1]];
  const half = way.length >> 1;
  stand.middle = way.length % 2 ? way[half] : [(way[half - 1][0] + way[half][0]) / 2, (way[half - 1][1] + way[half][1]) / 2];
  const [fx, fy] = [stand.middle[0] - hall.focus[0], stand.middle[1] - hall.focus[1]];
  stand.across = unit(-fy, fx, -1);
  stand.along = unit(last[0] - first[0], last[1] - first[1]) ?? stand.across;
  stand.depth = hall.far ? fy : Math.abs(fx * stand.along[1] - fy * stand.along[0]);
}

// Whether points go from right to left as those see it who stand there and look at the focus. Where they go towards it or
// away, the nearer end is on the left.
function runsLeft(way, [fx, fy]) {
  let [swept, scale] = [0, 0];
  for (let n = 1; n < way.length; n++) {
    const [[x, y], [nx, ny]] = [way[n - 1], way[n]];
    swept += (y - fy) * (nx - x) - (x - fx) * (ny - y);
    scale += lengthOf(x - fx, y - fy) * lengthOf(nx - x, ny - y);
  }
  if (Math.abs(swept) > RADIAL * scale) return swept < 0;
  const [first, last] = [way[0], way[way.length - 1]];
  return lengthOf(first[0] - fx, first[1] - fy) > lengthOf(last[0] - fx, last[1] - fy) + 1e-6;
}

// As the row has them, unless one gets along the row on a shorter way: then a seat was added out of turn.
function inLine(points, steps) {
  const given = points.map((_, n) => n);
  if (points.length < 3) return given;
  const [dx, dy] = spread(points);
  const far = points.map(([x, y]) => x * dx + y * dy);
  const rises = far.filter((value, n) => n && value >= far[n - 1]).length;
  if (rises === 0 || rises === steps.length) return given;
  const sorted = [...given].sort((a, b) => far[a] - far[b] || a - b);
  if (rises < steps.length / 2) sorted.reverse();
  const way = sorted.slice(1).reduce((sum, seat, n) => sum + apart(points[seat], points[sorted[n]]), 0);
  return way < steps.reduce((sum, step) => sum + step, 0) * 0.98 ? sorted : given;
}
