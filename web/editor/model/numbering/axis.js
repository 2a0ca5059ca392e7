// The hall's centre line, and where each line of seats has its centre.
import { linesOf } from "./lines.js";
import { turned, unit } from "./points.js";
import { FAR, stood } from "./standing.js";

const ON_CENTRE_PITCHES = 0.25;
const SNAP_PITCHES = 0.75; // how near the centre line an aisle is the centre

// Which part of a hall lies on the left: the direction of its centre line, from the focal point into the house. It goes
// through the middle of most rows.
export function axisOf(rows, context = {}) {
  return axisIn(stood(rows, context));
}

export function axisIn(hall) {
  hall.axis ??= measuredAxis(hall);
  return hall.axis;
}

function measuredAxis(hall) {
  const [fx, fy] = hall.focus;
  const middles = linesOf(hall, true).filter(({ spots }) => spots.length).map(halfWay).map(([x, y]) => [x - fx, y - fy]);
  const sum = middles.reduce(([sx, sy], [x, y]) => [sx + x, sy + y], [0, 0]);
  const [mx, my] = unit(...sum) ?? [0, 1];
  const angles = middles.map(([x, y]) => Math.atan2(mx * y - my * x, mx * x + my * y)).sort((a, b) => a - b);
  const half = angles.length >> 1;
  const angle = angles.length ? (angles[half] + angles[angles.length - 1 - half]) / 2 : 0;
  return turned([mx, my], angle);
}

function halfWay({ spots, far }) {
  const half = far[far.length - 1] / 2;
  const after = Math.max(1, far.findIndex((value) => value >= half));
  const [one, other] = [spots[after - 1], spots[after] ?? spots[after - 1]];
  const share = (half - far[after - 1]) / (far[after] - far[after - 1]) || 0;
  return [one.x + share * (other.x - one.x), one.y + share * (other.y - one.y)];
}

// Where a line's centre is: {left, on, far}, how many seats are left of it, whether one stands on it, and how far along.
export function centreOf(line, parted, { centre = "hall", gaps = "skip" }, hall) {
  const key = `${centre} ${gaps}`;
  line.centres[key] ??= centreFound(line, parted, centre, hall);
  return line.centres[key];
}

function centreFound({ spots, far, width, pitch }, parted, centre, hall) {
  const count = spots.length;
  let at = centre === "row" ? (far[count - 1] ?? 0) / 2 : crossing(spots, far, hall, pitch);
  if (!Number.isFinite(at)) return { left: at > 0 ? count : 0, on: 0, far: at };
  const reach = SNAP_PITCHES * pitch;
  const near = [];
  for (let n = 0; n + 1 < count; n++) {
    if (parted[n] && at > far[n] - reach && at < far[n + 1] + reach) near.push(far[n] + width[n] / 2);
  }
  if (near.length === 1) [at] = near;
  let left = 0;
  while (left < count && far[left] < at - ON_CENTRE_PITCHES * pitch) left++;
  const on = left < count && far[left] <= at + ON_CENTRE_PITCHES * pitch ? 1 : 0;
  return { left, on, far: at };
}

// How far along a line the hall's centre line crosses it; infinite where it passes on the left (-) or on the right.
function crossing(spots, far, hall, pitch) {
  const [[fx, fy], [ax, ay]] = [hall.focus, axisIn(hall)];
  const aside = new Float64Array(spots.length);
  for (let n = 0; n < spots.length; n++) aside[n] = (spots[n].x - fx) * ay - (spots[n].y - fy) * ax;
  let [best, least] = [NaN, Infinity];
  for (let n = 0; n + 1 < spots.length; n++) {
    if (aside[n] > 0 || aside[n + 1] <= 0) continue;
    const ahead = (spots[n].x - fx) * ax + (spots[n].y - fy) * ay;
    const cost = ahead < 0 ? FAR - ahead : ahead;
    if (cost < least) [best, least] = [far[n] + ((far[n + 1] - far[n]) * -aside[n]) / (aside[n + 1] - aside[n]), cost];
  }
  if (least < Infinity) return best;
  const end = [0, spots.length - 1].find((spot) => Math.abs(aside[spot]) <= ON_CENTRE_PITCHES * pitch);
  return end === undefined ? Infinity * -Math.sign(aside[spots.length >> 1]) : far[end];
}
