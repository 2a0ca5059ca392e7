// Where things are, in the plan's own units (a centimetre in plans drawn here), x to the right and y downwards: seats of
// parts by their absolute positions, and what moves, turns and mirrors them. Numbers are kept to a tenth.
import { boxOf } from "../../src/seatmap/geometry.js";

const AISLE_SPACINGS = 1.8;

export const round = (number) => Math.round(number * 10) / 10;

export function turned([x, y], degrees, [cx, cy] = [0, 0]) {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cx + cos * (x - cx) - sin * (y - cy), cy + sin * (x - cx) + cos * (y - cy)];
}

// The absolute positions of a row's seats, as [x, y].
export function seatsAt(zone, row) {
  const [x, y] = [zone.data.x + row.data.x, zone.data.y + row.data.y];
  return row.data.seats.map((seat) => [x + seat.x, y + seat.y]);
}

// A row's data with its seats at absolute positions: the row begins where its first seat is.
export function rowAt(zone, data, points) {
  const [x, y] = points.length ? [round(points[0][0] - zone.data.x), round(points[0][1] - zone.data.y)] : [data.x, data.y];
  const seats = data.seats.map((seat, n) => placed(seat, round(points[n][0] - zone.data.x - x), round(points[n][1] - zone.data.y - y)));
  return { ...data, x, y, seats };
}

function placed(seat, x, y) {
  return seat.x === x && seat.y === y ? seat : { ...seat, x, y };
}

export function middleOf(points) {
  const { minX, minY, maxX, maxY } = boxOf(points);
  return [(minX + maxX) / 2, (minY + maxY) / 2];
}

// Points along a line from one to another, bent by `bow`: how far the middle is off the line, to the left as one goes (a
// circle's arc; 0: straight). Evenly, or at these shares of the way.
export function along([x0, y0], [x1, y1], count, bow = 0, shares = null) {
  if (count < 2) return [[(x0 + x1) / 2, (y0 + y1) / 2]].slice(0, count);
  const chord = Math.hypot(x1 - x0, y1 - y0);
  const steps = shares ?? Array.from({ length: count }, (_, n) => n / (count - 1));
  if (Math.abs(bow) < 0.05 || !chord) return steps.map((t) => [x0 + t * (x1 - x0), y0 + t * (y1 - y0)]);
  const radius = (chord * chord) / (8 * bow) + bow / 2;
  const half = Math.asin(Math.max(-1, Math.min(1, chord / (2 * radius))));
  const wide = Math.abs(bow) > chord / 2 ? Math.sign(half) * Math.PI - half : half;
  const [ux, uy] = [(x1 - x0) / chord, (y1 - y0) / chord];
  const [nx, ny] = [uy, -ux];
  const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return steps.map((t) => {
    const angle = (2 * t - 1) * wide;
    const [a, b] = [radius * Math.sin(angle), radius * Math.cos(angle) - radius + bow];
    return [mx + ux * a + nx * b, my + uy * a + ny * b];
  });
}

// How far the middle of points along a row is off the line between its ends: what `along` would bend it by, as the circle
// through its ends and one seat in between tells it.
export function bowOf(points) {
  if (points.length < 3) return 0;
  const [[x0, y0], [x1, y1]] = [points[0], points[points.length - 1]];
  const chord = Math.hypot(x1 - x0, y1 - y0);
  if (!chord) return 0;
  const [ux, uy] = [(x1 - x0) / chord, (y1 - y0) / chord];
  const [px, py] = points[points.length >> 1];
  const [mx, my] = [px - (x0 + x1) / 2, py - (y0 + y1) / 2];
  const [aside, high] = [mx * ux + my * uy, mx * uy - my * ux];
  if (Math.abs(high) < 0.05) return 0;
  const centre = (aside * aside + high * high - (chord * chord) / 4) / (2 * high);
  return centre + Math.sign(high) * Math.hypot(chord / 2, centre);
}

// The usual distance of neighbours in some rows of points.
export function spacingOf(rows, usual = 55) {
  const steps = [];
  for (const points of rows) {
    for (let n = 1; n < points.length; n++) steps.push(Math.hypot(points[n][0] - points[n - 1][0], points[n][1] - points[n - 1][1]));
  }
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? usual;
}

// How wide each step of a row is, in its usual spacing: 1 between neighbours, more over an aisle or a gap.
export function stepsOf(points, seats) {
  const spacing = spacingOf([points]);
  return points.slice(1).map(([x, y], n) => {
    const ratio = Math.hypot(x - points[n][0], y - points[n][1]) / spacing;
    return seats[n].aisle_after || ratio > AISLE_SPACINGS ? ratio : 1;
  });
}

// The shares of the way at which seats stand, by their steps.
export function sharesOf(steps) {
  const sum = steps.reduce((all, step) => all + step, 0) || 1;
  const shares = [0];
  for (const step of steps) shares.push(shares[shares.length - 1] + step / sum);
  return shares;
}

export function lengthOf(points) {
  let sum = 0;
  for (let n = 1; n < points.length; n++) sum += Math.hypot(points[n][0] - points[n - 1][0], points[n][1] - points[n - 1][1]);
  return sum;
}
