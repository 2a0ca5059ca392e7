// The scheme by which seats are numbered already: every shape of counting is tried, the simplest first.
import { count } from "./counting.js";
import { byZone, sequence } from "./order.js";
import { readings } from "./readings.js";
import { named } from "./spelling.js";
import { breaks, strands } from "./strands.js";

const COUNTED = [
  { from: "left", pattern: "plain" },
  { from: "right", pattern: "plain" },
  ...["hall", "row"].flatMap((centre) => [
    { from: "centre", pattern: "odd_even", odd_side: "left", centre },
    { from: "centre", pattern: "odd_even", odd_side: "right", centre },
    { from: "centre", pattern: "from_centre", centre },
    { from: "aisle", pattern: "plain", centre },
  ]),
];
const GOES_ON = ["row", "rows", "aisle_restart", "block"];
const SHAPES = [false, true].flatMap((snake) =>
  ["skip", "count"].flatMap((gaps) =>
    GOES_ON.flatMap((goesOn) => COUNTED.map((counted) => ({ ...counted, continue: goesOn, gaps, snake }))),
  ),
);

export function detectSeats(hall, shapes, context) {
  const { fixed = new Set() } = context;
  const free = hall.stands.flatMap(({ row }) => row.seats.filter(({ id }) => !fixed.has(id)));
  const orders = hall.far ? ["first", "last"] : ["front", "back", "first", "last"];
  const runs = shapes.flatMap(({ each_zone, together, lines }) => {
    const zones = byZone(lines, each_zone);
    return orders.map((rows_from, n) => {
      const groups = zones.map((some) => sequence(some, rows_from, hall));
      const lines = [false, true].map((snake) => telling(groups[0], snake, fixed));
      return { each_zone, together, rows_from, first: n === 0, groups, lines };
    });
  });
  const labels = free.map(({ label }) => label);
  let downwards = null;
  for (const { scheme: bare, value } of [...readings(labels), ...readings(labels, true)]) {
    for (const { groups, lines, view, shape, ...where } of ways(runs)) {
      const scheme = derived({ ...bare, ...shape, view }, lines[Number(shape.snake)], value, hall);
      if (!scheme || (scheme.step < 0 && downwards)) continue;
      if (!groups.every((group) => followedBy(group, scheme, hall, context))) continue;
      const told = { ...named(plainly(scheme)), ...where };
      if (scheme.step > 0) return told;
      downwards = told;
    }
  }
  return downwards;
}

// All that may be tried, the simplest first. The order of rows matters only where one row's numbers depend on another's.
function* ways(runs) {
  for (const view of ["seats", "drawing"]) {
    for (const { rows_from, first, ...run } of runs) {
      for (const shape of SHAPES) {
        const ordered = shape.snake || shape.continue === "rows";
        if (ordered || (first && !run.each_zone)) yield { ...run, view, shape, ...(ordered && { rows_from }) };
      }
    }
  }
}

// Every other number is what "odd" and "even" mean.
function plainly(scheme) {
  if (scheme.pattern !== "plain" || scheme.kind !== "numbers" || Math.abs(scheme.step) !== 2) return scheme;
  return { ...scheme, pattern: scheme.start % 2 ? "odd" : "even", step: scheme.step / 2 };
}

// The lines that tell most of how a group is numbered, of those without fixed seats that no snake turns round: the first, the
// longest, and the first of several blocks. Null where all have fixed seats.
function telling(group, snake, fixed) {
  const straight = group.filter(({ spots }, index) => spots.length && !(snake && index % 2));
  const kept = ({ stand, seat }) => fixed.has(stand.row.seats[seat].id);
  const free = fixed.size ? straight.filter(({ spots }) => !spots.some(kept)) : straight;
  if (!free.length) return null;
  const longest = free.reduce((one, other) => (other.spots.length > one.spots.length ? other : one));
  const parted = (gaps) => free.find((line) => breaks(line, { gaps }).parted.includes(1));
  return { first: straight[0], longest, blocks: { skip: parted("skip"), count: parted("count") } };
}

// A shape with the step that the labels of the longest line have, and the start of that one, or of the first of all.
function derived(shape, lines, value, hall) {
  const several = shape.continue === "block" && lines?.blocks[shape.gaps];
  if (!lines || several === undefined) return null;
  const told = ({ spots }, spot) => value(spots[spot].stand.row.seats[spots[spot].seat].label);
  const [stride] = strideOf(lines.longest, shape, hall, told);
  const blockStep = several && strideOf(several, shape, hall, told)[1];
  const step = shape.pattern === "odd_even" ? stride / 2 : stride;
  if (!Number.isInteger(step) || !step || blockStep === 0) return null;
  const start = startsAt(shape.continue === "rows" ? lines.first : lines.longest, shape, hall, told, stride);
  return Number.isFinite(start) ? { ...shape, start, step, ...(blockStep && { block_step: blockStep }) } : null;
}

// From one number to the next, and from the first block to the second (0 where a line has only one).
function strideOf(line, shape, hall, told) {
  const between = breaks(line, shape);
  let [stride, blockStep] = [0, 0];
  for (const { spots } of strands(line, shape, hall, between, false)) {
    for (let n = 1; n < spots.length; n++) {
      const [a, b] = [spots[n - 1], spots[n]];
      const gap = Math.min(a, b);
      if (Math.abs(a - b) !== 1 || between.parted[gap]) blockStep ||= told(line, b) - told(line, spots[0]);
      else if (!between.missing[gap]) stride ||= told(line, b) - told(line, a);
    }
  }
  return [stride || (shape.pattern === "odd_even" ? 2 : 1), blockStep];
}

function startsAt(line, shape, hall, told, stride) {
  const all = strands(line, shape, hall, breaks(line, shape), false).filter(({ spots }) => spots.length);
  const starts = all.map(({ spots: [first], lead, parity }) => {
    const before = all.length < 2 && parity === 0 ? Math.sign(stride) : 0; // the odd side has no seats here
    return told(line, first) - lead * stride - before;
  });
  return stride > 0 ? Math.min(...starts) : Math.max(...starts);
}

function followedBy(group, scheme, hall, context) {
  const { fixed = new Set() } = context;
  let after = null;
  return group.every((line, index) => {
    const told = count(line, scheme, hall, context, index, after);
    after = told.after;
    return line.spots.every(({ stand, seat }, n) => {
      const { id, label } = stand.row.seats[seat];
      return label === told.labels[n] || fixed.has(id);
    });
  });
}
