// The ways along which a line's seats are counted: where it is broken, where it begins, and which seat comes after which.
import { centreOf } from "./axis.js";

const AISLE_PITCHES = 1.8; // as in house.js
const UPRIGHT = 0.1;

// What lies between a line's seats under a scheme: aisles, and how many seats are missing.
export function breaks(line, { gaps = "skip" }) {
  line.breaks[gaps] ??= breaksFound(line, gaps);
  return line.breaks[gaps];
}

function breaksFound({ spots, width, aisle, pitch }, gaps) {
  const parted = new Uint8Array(spots.length), missing = new Uint32Array(spots.length);
  for (let n = 0; n + 1 < spots.length; n++) {
    if (aisle[n]) parted[n] = 1;
    else if (gaps === "count") missing[n] = Math.max(0, Math.round(width[n] / pitch) - 1);
    else if (width[n] > AISLE_PITCHES * pitch) parted[n] = 1;
  }
  return { parted, missing };
}

// Whether a line, as those who sit there have it, runs from right to left on the drawing.
function againstDrawing({ spots }, { view = "seats" }) {
  if (view !== "drawing" || spots.length < 2) return false;
  const [first, last] = [spots[0], spots[spots.length - 1]];
  const [dx, dy] = [last.x - first.x, last.y - first.y];
  return Math.abs(dx) >= UPRIGHT * Math.abs(dy) ? dx < 0 : dy < 0;
}

// The ways along which a line is counted: {spots, parity, lead, side}; `lead` is how many seats are missing before the first.
// `mirrored` is for a line that is counted from the other side.
export function strands(line, scheme, hall, between, mirrored) {
  const { from = "left", pattern = "plain" } = scheme;
  const count = line.spots.length;
  const against = againstDrawing(line, scheme);
  const parity = { odd: 1, even: 0 }[pattern] ?? null;
  if (pattern === "odd_even" || pattern === "from_centre" || from === "centre") {
    return bothWays(line, scheme, centreOf(line, between.parted, scheme, hall), between, against, mirrored, parity);
  }
  if (from === "aisle") {
    const { left, on } = centreOf(line, between.parted, scheme, hall);
    const spots = fromAisles(count, between.parted, left + on / 2, against !== mirrored);
    return [{ spots, parity, lead: 0, side: -1 }];
  }
  const leftwards = (from === "right") !== against !== mirrored;
  return [{ spots: leftwards ? run(count - 1, 0, -1) : run(0, count - 1, 1), parity, lead: 0, side: -1 }];
}

// The numbers from one to the other, both included; none where the other lies behind.
function run(from, to, step) {
  const numbers = [];
  for (let n = from; step > 0 ? n <= to : n >= to; n += step) numbers.push(n);
  return numbers;
}

function bothWays(line, scheme, { left, on, far: at }, { parted, missing }, against, mirrored, parity) {
  const count = line.spots.length;
  const split = scheme.pattern === "odd_even";
  const oddLeft = ((scheme.odd_side ?? "left") === "left") !== against !== mirrored;
  const ownLeft = on && (!split || oddLeft) ? 1 : 0, ownRight = on && (!split || !oddLeft) ? 1 : 0;
  const gap = on || left < 1 || left >= count || parted[left - 1] ? 0 : missing[left - 1];
  const share = (away) => (gap ? Math.min(gap, Math.max(0, Math.round(away / line.pitch - 0.45))) : 0);
  const shares = [share(at - line.far[left - 1]), share(line.far[left] - at)];
  if (split) shares[oddLeft ? 1 : 0] = gap - shares[oddLeft ? 0 : 1];
  const outLeft = { spots: run(left - 1 + ownLeft, 0, -1), parity, lead: shares[0], side: against ? 1 : 0 };
  const outRight = { spots: run(left + on - ownRight, count - 1, 1), parity, lead: shares[1], side: against ? 0 : 1 };
  const both = oddLeft ? [outLeft, outRight] : [outRight, outLeft];
  if (split) [both[0].parity, both[1].parity] = [1, 0];
  return both;
}

// Blocks in their order, each from its end next the centre.
function fromAisles(count, parted, centre, leftwards) {
  const blocks = [];
  for (let n = 0, start = 0; n < count; n++) {
    if (!parted[n] && n + 1 < count) continue;
    const spansCentre = start < centre && n + 1 > centre;
    const inwards = spansCentre ? leftwards : n + 1 <= centre;
    blocks.push(inwards ? run(n, start, -1) : run(start, n, 1));
    start = n + 1;
  }
  return (leftwards ? blocks.reverse() : blocks).flat();
}
