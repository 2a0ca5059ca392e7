// From schemes to labels: rows lettered in their order, seats numbered along their lines.
import { linesOf } from "./lines.js";
import { byZone, sequence } from "./order.js";
import { spell, startOf, stepOf } from "./spelling.js";
import { stood } from "./standing.js";
import { breaks, strands } from "./strands.js";

// New labels of rows, in the order of `rows`. A scheme of rows:
//   kind "letters" | "numbers" | "roman" | "list" (then `list`); start: a value or a label; step; prefix, suffix, lower, pad.
//   skip: letters that are left out ("IO"); doubled: AA, BB, CC after Z, and not AA, AB, AC; omit: values left out.
//   from "front" | "back": as near as rows are to the focal point; "first" | "last": as they are given.
//   together: rows in one line share a label; each_zone: every zone begins anew.
export function rowLabels(rows, scheme, context = {}) {
  return rowTextsOf(stood(rows, context), scheme);
}

export const rowTextsOf = (hall, scheme) => lettered(hall, linesOf(hall, scheme.together, scheme.each_zone), scheme);

export function lettered(hall, lines, scheme) {
  const labels = new Array(hall.stands.length);
  const [step, omit] = [stepOf(scheme), new Set(scheme.omit)];
  for (const some of byZone(lines, scheme.each_zone)) {
    let value = startOf(scheme);
    for (const line of sequence(some, scheme.from, hall)) {
      while (omit.has(value)) value += step;
      const label = spell(value, scheme);
      for (const { index } of line.stands) labels[index] = label;
      value += step;
    }
  }
  return labels;
}

// New labels of a row's seats, in their order. A scheme of seats:
//   kind "numbers" | "letters"; start, step, prefix, suffix, lower, skip, doubled, omit as for rows; pad: digits at least.
//   from "left" | "right"; "centre": both ways from the centre; "aisle": every block from its end next the centre.
//   pattern "plain"; "odd", "even": only these; "odd_even": odd ones on one side of the centre (`odd_side`), even ones on
//   the other, growing outwards; "from_centre": the same numbers on both sides (`side_suffix` [left, right] tells them apart).
//   centre "hall": where the centre line passes, or an aisle next to it; "row": the middle of each row.
//   continue "row": counting goes on over aisles; "aisle_restart": begins again after each; "block": so too, `block_step`
//   (100) further for each; "rows": the next row goes on where this one ended.
//   gaps "skip": who sits beside a gap has the next number; "count": a gap of k pitches without an aisle counts k - 1.
//   snake: every other row from the other side; view "seats" | "drawing": whose left it is.
//   together, each_zone, rows_from: as `together`, `each_zone`, `from` of rows; without them those of the rows' scheme hold.
// `context.index` is which row it is (0), for `snake`; `context.begin` the value it goes on with, for "rows".
export function seatLabels(row, scheme, context = {}) {
  const hall = stood([row], context);
  const [line] = linesOf(hall, false);
  const begin = context.begin === undefined ? null : [context.begin, context.begin];
  const { labels } = count(line, scheme, hall, context, context.index ?? 0, begin);
  const own = new Array(row.seats.length);
  line.spots.forEach(({ seat }, n) => (own[seat] = labels[n]));
  return own;
}

// The labels of a line's seats from left to right, and what its strands would go on with. A seat of two strands (the one on
// the centre) is labelled last by the first of them.
export function count(line, scheme, hall, { fixed = new Set(), fixed_counts: counted = true }, index, after) {
  const between = breaks(line, scheme);
  const mirrored = Boolean(scheme.snake && index % 2);
  const labels = new Array(line.spots.length);
  const omit = new Set(scheme.omit);
  const left = strands(line, scheme, hall, between, mirrored).reverse().map((strand, at, all) => {
    const which = all.length - 1 - at;
    const values = counting(strand, scheme, between, mirrored, after?.[which] ?? null, omit);
    for (const spot of strand.spots) {
      const { stand, seat } = line.spots[spot];
      const { id, label } = stand.row.seats[seat];
      if (!fixed.has(id)) {
        const text = spell(values.take(spot), scheme);
        labels[spot] = text && text + (scheme.side_suffix?.[strand.side] ?? "");
      } else {
        labels[spot] = label;
        values.pass(spot, counted);
      }
    }
    return values.left();
  });
  return { labels, after: left.reverse() };
}

// A counter along a strand.
function counting({ spots, parity, lead }, scheme, { parted, missing }, mirrored, after, omit) {
  const { continue: goesOn = "row" } = scheme;
  const step = stepOf(scheme) * (parity === null ? 1 : 2);
  const anew = goesOn === "aisle_restart" || goesOn === "block";
  const over = (a, b) => Math.abs(a - b) !== 1 || parted[Math.min(a, b)];
  const first = blockStarts({ spots, parity }, scheme, step, over, mirrored);
  let value = after !== null && goesOn === "rows" ? after : first(0);
  let [last, block] = [-1, 0];
  const advance = (times) => {
    for (; times > 0; times--) {
      do value += step;
      while (omit.has(value));
    }
  };
  while (omit.has(value)) value += step;
  advance(lead);
  const arrive = (spot) => {
    if (last >= 0 && !over(spot, last)) advance(missing[Math.min(spot, last)]);
    else if (last >= 0 && anew) {
      value = first(++block);
      while (omit.has(value)) value += step;
    }
    last = spot;
  };
  return {
    take(spot) {
      arrive(spot);
      const own = value;
      advance(1);
      return own;
    },
    pass(spot, counted) {
      arrive(spot);
      if (counted) advance(1);
    },
    left: () => value,
  };
}

// What each block of a strand begins with, by its number; `over` tells whether two seats are of different blocks.
function blockStarts({ spots, parity }, scheme, step, over, mirrored) {
  const { continue: goesOn = "row", block_step: blockStep = 100 } = scheme;
  const start = startOf(scheme);
  const blocks = goesOn === "block" && mirrored ? spots.filter((spot, n) => n && over(spot, spots[n - 1])).length : 0;
  return (block) => {
    const value = start + (goesOn === "block" ? blockStep * (mirrored ? blocks - block : block) : 0);
    return parity !== null && Math.abs(value) % 2 !== parity ? value + Math.sign(step) : value;
  };
}

// The labels of all seats: for every row (by its index) a list in the order of its seats.
export function numbered(hall, lines, scheme, context, from, eachZone) {
  const labels = hall.stands.map(({ count: seats }) => new Array(seats));
  for (const some of byZone(lines, eachZone)) {
    let after = null;
    sequence(some, from, hall).forEach((line, index) => {
      const told = count(line, scheme, hall, context, index, after);
      line.spots.forEach(({ stand, seat }, n) => (labels[stand.index][seat] = told.labels[n]));
      after = told.after;
    });
  }
  return labels;
}
