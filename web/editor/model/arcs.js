// Rows round one point: as many as there are, straight or bent, they keep their distance from one another and their seats
// theirs along the row, however they are bent together.
//
// A frame says how they lie: `at`, where the middle of the front row stands; `along`, which way that row goes there, a unit
// vector; `curvature`, one over the radius (0: straight; above 0 the middle is off the line to the left as one goes, as with
// `along` in places.js). In a frame a seat is `s` along its row from the middle, and its row is `d` off the front row, to the
// left as one goes.
import { bowOf, spacingOf, stepsOf } from "./places.js";

export const ROWS_MAX = 400;
const FLAT = 1e-9;
const TURN_MAX = 2.33; // half the arc, in radians, at which a row of its length bows most
const RADIUS_MIN = 1;
const PARALLEL = Math.cos(Math.PI / 6);

// The curvature of an arc so long whose middle is so far off the line between its ends.
export function curvatureOf(bow, length) {
  if (Math.abs(bow) < 0.05 || length <= 0) return 0;
  const bowAt = (turn) => ((length / 2) * (1 - Math.cos(turn))) / turn;
  let [low, high] = [0, TURN_MAX];
  for (let n = 0; n < 50; n++) {
    const middle = (low + high) / 2;
    bowAt(middle) < Math.abs(bow) ? (low = middle) : (high = middle);
  }
  return (Math.sign(bow) * 2 * low) / length;
}

// Where a seat stands in a frame.
export function standing({ at: [ax, ay], along: [tx, ty], curvature }, s, d) {
  let [right, off] = [s, d];
  if (Math.abs(curvature) > FLAT) {
    const radius = 1 / curvature;
    const own = Math.sign(radius) * Math.max(RADIUS_MIN, Math.sign(radius) * (radius + d));
    [right, off] = [own * Math.sin(s / own), own * Math.cos(s / own) - radius];
  }
  return [ax + tx * right + ty * off, ay + ty * right - tx * off];
}

// Where a point is in a frame: [s, d].
export function placeIn({ at: [ax, ay], along: [tx, ty], curvature }, [x, y]) {
  const [right, off] = [(x - ax) * tx + (y - ay) * ty, (x - ax) * ty - (y - ay) * tx];
  if (Math.abs(curvature) <= FLAT) return [right, off];
  const radius = 1 / curvature;
  const own = Math.sign(radius) * Math.hypot(right, off + radius);
  return [own * Math.atan2(right / own, (off + radius) / own), own - radius];
}

// The frame of a row's points: its own middle, its own bend.
export function frameOf(points) {
  const [[x0, y0], [x1, y1]] = [points[0], points[points.length - 1]];
  const chord = Math.hypot(x1 - x0, y1 - y0) || 1;
  const along = [(x1 - x0) / chord, (y1 - y0) / chord];
  const bow = bowOf(points);
  const radius = bow && (chord * chord) / (8 * bow) + bow / 2;
  const at = [(x0 + x1) / 2 + along[1] * bow, (y0 + y1) / 2 - along[0] * bow];
  return { at, along, curvature: radius && 1 / radius, bow };
}

// Rows as one: {frame, rows: [{...row, off, d}]}, with `off`, how far along each seat is, and `d`, how far off the row is.
// `rows`: [{points, ...}], at least two of them, each with two seats; the first is the front row. Null where they do not run
// alike: then each is for itself.
export function together(rows) {
  if (rows.length < 2 || rows.length > ROWS_MAX || rows.some(({ points }) => points.length < 2)) return null;
  const frame = frameOf(rows[0].points);
  const alike = ({ points }) => Math.abs(dot(frameOf(points).along, frame.along)) > PARALLEL;
  if (!rows.every(alike)) return null;
  return { frame, rows: rows.map((row) => ({ ...row, ...laid(row.points, frame) })) };
}

// The points of rows in another frame.
export function inFrame({ rows }, frame, factor = 1) {
  return rows.map(({ off, d }) => off.map((s) => standing(frame, s, d * factor)));
}

// The frame with the front row's middle so far off the line between its ends, which stay about where they are.
export function bowed({ frame, rows: [front] }, bow) {
  const by = bow - frame.bow;
  const [tx, ty] = frame.along;
  const length = Math.abs(front.off[front.off.length - 1] - front.off[0]);
  return { ...frame, bow, at: [frame.at[0] + ty * by, frame.at[1] - tx * by], curvature: curvatureOf(bow, length) };
}

// Rows with so much between neighbours, each about its own middle; aisles stay as wide.
export function spread({ frame, rows }, spacing) {
  const wider = rows.map((row) => {
    const before = spacingOf([row.points]);
    const steps = stepsOf(row.points, row.seats).map((step) => (step === 1 ? spacing : step * before));
    const way = Math.sign(row.off[row.off.length - 1] - row.off[0]) || 1;
    const off = [0];
    for (const step of steps) off.push(off[off.length - 1] + way * step);
    const by = (row.off[0] + row.off[row.off.length - 1] - off[off.length - 1]) / 2;
    return { ...row, off: off.map((s) => s + by) };
  });
  return { frame, rows: wider };
}

// How far along each seat of a row is, counted from the one nearest to the middle; and how far off the row is there.
function laid(points, frame) {
  const placed = points.map((point) => placeIn(frame, point));
  const way = Math.sign(placed[placed.length - 1][0] - placed[0][0]) || 1;
  let near = 0;
  for (let n = 1; n < placed.length; n++) if (Math.abs(placed[n][0]) < Math.abs(placed[near][0])) near = n;
  const off = [];
  off[near] = placed[near][0];
  for (let n = near + 1; n < points.length; n++) off[n] = off[n - 1] + way * apart(points[n - 1], points[n]);
  for (let n = near - 1; n >= 0; n--) off[n] = off[n + 1] - way * apart(points[n], points[n + 1]);
  return { off, d: placed[near][1] };
}

const dot = ([ax, ay], [bx, by]) => ax * bx + ay * by;
const apart = ([ax, ay], [bx, by]) => Math.hypot(bx - ax, by - ay);
