// Which rows stand in one line: those that go on where another ends, chained from left to right.
import Flatbush from "flatbush";
import { lengthOf, middleOf, turned, unit } from "./points.js";

const JOIN_PITCHES_MIN = 0.3; // between rows of one line
const JOIN_PITCHES_MAX = 60;
const JOIN_HALF_TURN = Math.PI / 6; // the most that the way to the next row of a line turns from where a row ends
const TANGENT_SEATS = 4;

// Lines: lists of stands from left to right. Each row is one by itself, or (`together`) with those that go on where it
// ends: the way from its last seat to the other's first follows the direction of both within half a row distance. Of a
// bend or an arc the same holds as of a straight row.
export function linesOf(hall, together, eachZone = false) {
  if (!together || eachZone) return chained(hall.stands, together ? followers(hall, true) : new Map());
  hall.joined ??= chained(hall.stands, followers(hall, false));
  return hall.joined;
}

function chained(stands, follower) {
  const behind = new Set(follower.values());
  const lines = [];
  const taken = new Set();
  for (const stand of [...stands.filter((one) => !behind.has(one)), ...stands]) {
    const line = [];
    for (let on = stand; on && !taken.has(on); on = follower.get(on)) {
      taken.add(on);
      line.push(on);
    }
    if (line.length) lines.push(lineOf(line));
  }
  return lines.sort((a, b) => a.index - b.index);
}

function followers(hall, eachZone) {
  const { pitch } = hall;
  const stands = hall.stands.filter(({ count: seats }) => seats);
  if (stands.length < 2) return new Map();
  const within = rowDistance(hall) / 2;
  const tree = new Flatbush(stands.length);
  for (const { way: [[x, y]] } of stands) tree.add(x, y);
  tree.finish();
  const reach = JOIN_PITCHES_MAX * pitch;
  const found = [];
  const starts = stands.map((stand) => tangent(stand, false));
  for (const one of stands) {
    const [x, y] = one.way[one.way.length - 1];
    const end = tangent(one, true);
    const sides = [-JOIN_HALF_TURN, 0, JOIN_HALF_TURN].map((angle) => turned(end, angle));
    const [xs, ys] = [0, 1].map((axis) => [0, ...sides.map((side) => side[axis] * reach)]);
    const box = [x + Math.min(...xs), y + Math.min(...ys), x + Math.max(...xs), y + Math.max(...ys)];
    for (const index of tree.search(box[0] - within, box[1] - within, box[2] + within, box[3] + within)) {
      const other = stands[index];
      const [dx, dy] = [other.way[0][0] - x, other.way[0][1] - y];
      if (dx * end[0] + dy * end[1] <= 0 || other === one || (eachZone && other.zone !== one.zone)) continue;
      const cost = detour(dx, dy, end, starts[index], within, pitch);
      if (cost < Infinity) found.push({ one, other, cost });
    }
  }
  found.sort((a, b) => a.cost - b.cost || a.one.index - b.one.index);
  const follower = new Map();
  const behind = new Set();
  for (const { one, other } of found) {
    if (follower.has(one) || behind.has(other)) continue;
    follower.set(one, other);
    behind.add(other);
  }
  return follower;
}

// What it costs to go on by (dx, dy) from a row's end to another's start; infinite where they are not in one line.
function detour(dx, dy, end, start, within, pitch) {
  const alike = end[0] * start[0] + end[1] * start[1];
  if (alike < Math.cos(2 * JOIN_HALF_TURN)) return Infinity;
  const scale = 1 / Math.sqrt(2 + 2 * alike);
  const [mx, my] = [(end[0] + start[0]) * scale, (end[1] + start[1]) * scale];
  const aside = Math.abs(dx * my - dy * mx);
  const ahead = dx * mx + dy * my;
  return aside < within && ahead > pitch * JOIN_PITCHES_MIN ? ahead + 4 * aside : Infinity;
}

// The direction of a row at its right or left end.
function tangent({ way, across }, right) {
  const some = Math.min(TANGENT_SEATS, way.length);
  const [from, to] = right ? [way.length - some, way.length - 1] : [0, some - 1];
  return unit(way[to][0] - way[from][0], way[to][1] - way[from][1]) ?? across ?? [1, 0];
}

// The usual distance of a row from the one before or behind it.
export function rowDistance(hall) {
  if (hall.distance) return hall.distance;
  const { stands, pitch } = hall;
  const tree = new Flatbush(stands.length);
  for (const { middle: [x, y] } of stands) tree.add(x, y);
  tree.finish();
  const distances = [];
  for (const { middle: [x, y], along: [ax, ay], way } of stands) {
    let least = Infinity;
    for (const index of tree.neighbors(x, y, 8)) {
      const [dx, dy] = [stands[index].middle[0] - x, stands[index].middle[1] - y];
      const aside = Math.abs(dx * ay - dy * ax);
      if (aside > pitch * 0.4 && Math.abs(dx * ax + dy * ay) < (way.length * pitch) / 2) least = Math.min(least, aside);
    }
    if (least < Infinity) distances.push(least);
  }
  hall.distance = middleOf(distances) || pitch * 1.7;
  return hall.distance;
}

// A line's seats from left to right, in flat arrays: where they stand, how far along the line, and what follows each:
// its width, and whether an aisle is known to be there.
function lineOf(stands) {
  const spots = [];
  for (const stand of stands) {
    if (!stand.count) continue;
    stand.order.forEach((seat, n) => spots.push({ stand, seat, x: stand.way[n][0], y: stand.way[n][1] }));
  }
  const far = new Float64Array(spots.length), width = new Float64Array(spots.length);
  const aisle = new Uint8Array(spots.length);
  for (let n = 1; n < spots.length; n++) {
    const [one, other] = [spots[n - 1], spots[n]];
    width[n - 1] = lengthOf(other.x - one.x, other.y - one.y);
    far[n] = far[n - 1] + width[n - 1];
    const before = one.stand.backwards ? other : one;
    aisle[n - 1] = one.stand !== other.stand || before.stand.row.seats[before.seat].aisle_after ? 1 : 0;
  }
  const nearest = stands[(stands.length - 1) >> 1];
  const index = Math.min(...stands.map((stand) => stand.index));
  const { depth, zone, pitch } = nearest;
  return { stands, spots, far, width, aisle, index, depth, zone, pitch, breaks: {}, centres: {} };
}
