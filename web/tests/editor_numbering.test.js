import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { COLLISIONS_MAX, SAMPLE_MAX, axisOf, detect, next, read, relabel, rowLabels, seatLabels, spell } from "../editor/model/numbering.js";

const PITCH = 50, ROW = 90;
const FOCUS = [0, -600];

// A row at depth y (or what `at` makes of its spots): `blocks` seats each, an aisle of `aisle` between them, its middle at x = 0.
// A block is a number of seats, or a string of them in which a dot is a missing one.
function row(key, y, blocks, { x = 0, aisle = 120, parent = "stalls", label = "", word = true } = {}) {
  const spots = [];
  let along = 0;
  [blocks].flat().forEach((block, number, all) => {
    const signs = typeof block === "string" ? [...block] : new Array(block).fill("o");
    signs.forEach((sign, n) => sign === "o" && spots.push({ along: along + PITCH * n, aisle_after: word && n === signs.length - 1 && number < all.length - 1 }));
    along += PITCH * (signs.length - 1) + aisle;
  });
  const shift = (aisle - along) / 2;
  const seats = spots.map(({ along: far, aisle_after }, n) => ({ id: `${key}-${n}`, label: "", x: far + shift, y: 0, ...(aisle_after && { aisle_after }) }));
  return { key, parent, label, x, y, seats };
}

const rowsOf = (count, blocks, options) => Array.from({ length: count }, (_, n) => row(`r${n + 1}`, ROW * n, blocks, options));

// The rows with every seat where `move` takes its place.
function moved(rows, move) {
  return rows.map((one) => ({
    ...one, x: 0, y: 0, seats: one.seats.map((seat) => {
      const [x, y] = move([one.x + seat.x, one.y + seat.y]);
      return { ...seat, x, y };
    }),
  }));
}

const turnedBy = (degrees, [cx, cy] = [0, 0]) => ([x, y]) => {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [cx + cos * (x - cx) - sin * (y - cy), cy + sin * (x - cx) + cos * (y - cy)];
};

// Bent about the point `behind` the focal point: a row is an arc there.
const bent = (behind) => ([x, y]) => {
  const [cx, cy] = [FOCUS[0], FOCUS[1] - behind];
  const radius = y - cy;
  return [cx + radius * Math.sin(x / radius), cy + radius * Math.cos(x / radius)];
};

function applied(rows, { changes }) {
  const known = new Map(changes.map((change) => [change.key, change]));
  return rows.map((one) => {
    const { label = one.label, seats } = known.get(one.key) ?? {};
    return { ...one, label, seats: one.seats.map((seat, n) => ({ ...seat, label: seats ? seats[n] : seat.label })) };
  });
}

const HALL = { focal_point: FOCUS };
const told = (rows, scheme, context = HALL) => rowLabels(rows, scheme, context).join(" ");
const seats = (one, scheme, context = HALL) => seatLabels(one, scheme, context).join(" ");
const numbered = (rows, scheme, context = HALL) => applied(rows, relabel(rows, scheme, context)).map((one) => one.seats.map(({ label }) => label).join(" "));

test("rows are lettered without I and O, then doubled", () => {
  const labels = rowLabels(rowsOf(30, 4), { kind: "letters" }, HALL);
  assert.equal(labels.join(" "), "A B C D E F G H J K L M N P Q R S T U V W X Y Z AA AB AC AD AE AF");
  assert.equal(told(rowsOf(27, 4), { kind: "letters", doubled: true }).slice(-10), "Y Z AA BB CC".slice(-10));
  assert.equal(told(rowsOf(28, 4), { kind: "letters", skip: "" }).slice(-7), "Z AA AB");
  assert.equal(told(rowsOf(3, 4), { kind: "letters", skip: "BQ", lower: true, prefix: "Rang ", suffix: "." }), "Rang a. Rang c. Rang d.");
});

test("rows begin where they are told to, and go by any step", () => {
  const four = rowsOf(4, 3);
  assert.equal(told(four, { kind: "letters", start: "H" }), "H J K L");
  assert.equal(told(four, { kind: "letters", start: "I" }), "J K L M", "a letter that is left out makes way");
  assert.equal(told(four, { kind: "letters", start: "Y" }), "Y Z AA AB");
  assert.equal(told(four, { kind: "numbers" }), "1 2 3 4");
  assert.equal(told(four, { kind: "numbers", start: 20, step: -2 }), "20 18 16 14");
  assert.equal(told(four, { kind: "numbers", start: "11", omit: [13] }), "11 12 14 15");
  assert.equal(told(four, { kind: "numbers", start: 8, pad: 2 }), "08 09 10 11");
  assert.equal(told(four, { kind: "roman", start: "III", lower: false }), "III IV V VI");
  assert.equal(told(four, { kind: "roman", lower: true }), "i ii iii iv");
  assert.equal(told(four, { kind: "list", list: ["P", "Q1", "Q2"] }), "P Q1 Q2 Q3", "a list that is too short goes on");
  assert.equal(told(four, { kind: "list", list: ["Bench"] }), "Bench   ", "or leaves blanks");
});

test("rows are counted from the end that is wanted, whatever their order is", () => {
  const mixed = [2, 0, 3, 1].map((n) => row(`r${n}`, ROW * n, 5));
  assert.equal(told(mixed, { kind: "letters", from: "front" }), "C A D B");
  assert.equal(told(mixed, { kind: "letters", from: "back" }), "B D A C");
  assert.equal(told(mixed, { kind: "letters", from: "first" }), "A B C D");
  assert.equal(told(mixed, { kind: "letters", from: "last" }), "D C B A");
  assert.equal(told(mixed, { kind: "letters" }, {}), "A B C D", "nobody says where the front is");
  assert.equal(told(mixed, { kind: "letters", from: "front" }, {}), "C A D B", "or it is above");
  assert.equal(told(mixed, { kind: "letters", from: "front" }, { focal_point: [0, 2000] }), "B D A C");
});

test("a short row in front is in front, though its middle is far off", () => {
  const rows = [row("front", 0, 4, { x: 900 }), row("second", ROW, 40), row("third", 2 * ROW, 40)];
  assert.equal(told(rows, { kind: "letters" }), "A B C");
});

test("blocks of a row share its label", () => {
  const wings = [0, 1, 2].flatMap((n) => [row(`c${n}`, ROW * n, 10), row(`l${n}`, ROW * n, 6, { x: -600 }), row(`r${n}`, ROW * n, 6, { x: 600 })]);
  assert.equal(told(wings, { kind: "letters", together: true }), "A A A B B B C C C");
  const curved = moved(wings, bent(900));
  assert.equal(told(curved, { kind: "letters", together: true }), "A A A B B B C C C");
  assert.equal(told(moved(curved, turnedBy(77, FOCUS)), { kind: "letters", together: true }), "A A A B B B C C C");
  const without = wings.filter(({ key }) => key !== "c1");
  assert.equal(told(without, { kind: "letters", together: true }), "A A A B B C C C", "the sound desk stands in the middle of B");
});

test("straight wings that are turned towards the stage share the labels of the middle", () => {
  const wing = (key, n, side) => {
    const [x, y] = [side * 330, ROW * n];
    return moved([row(key, y, 8, { x: x + side * 175 })], turnedBy(-25 * side, [side * 240, y]))[0];
  };
  const rows = [0, 1, 2, 3].flatMap((n) => [wing(`l${n}`, n, -1), row(`c${n}`, ROW * n, 10), wing(`r${n}`, n, 1)]);
  assert.equal(told(rows, { kind: "letters", together: true }), "A A A B B B C C C D D D");
});

test("each zone begins anew where that is wanted", () => {
  const rows = [...rowsOf(2, 5), row("b1", 900, 5, { parent: "balcony" }), row("b2", 990, 5, { parent: "balcony" })];
  assert.equal(told(rows, { kind: "letters" }), "A B C D");
  assert.equal(told(rows, { kind: "letters", each_zone: true }), "A B A B");
  assert.equal(told(rows, { kind: "letters", each_zone: true }, { ...HALL, zone_of: ({ key }) => key }), "A A A A");
});

test("a theatre: odd on the left, even on the right, 1 and 2 at the centre", () => {
  const odd = { pattern: "odd_even" };
  assert.equal(seats(row("a", 0, [5, 5]), odd), "9 7 5 3 1 2 4 6 8 10");
  assert.equal(seats(row("a", 0, 10), odd), "9 7 5 3 1 2 4 6 8 10", "with no aisle");
  assert.equal(seats(row("a", 0, [3, 4, 3]), odd), "9 7 5 3 1 2 4 6 8 10", "over the aisles");
  assert.equal(seats(row("a", 0, [5, 5]), { ...odd, odd_side: "right" }), "10 8 6 4 2 1 3 5 7 9");
  assert.equal(seats(row("a", 0, 7), odd), "7 5 3 1 2 4 6", "the seat on the centre is odd");
  assert.equal(seats(row("a", 0, 7), { ...odd, odd_side: "right" }), "6 4 2 1 3 5 7");
  assert.equal(seats(row("a", 0, [5, 5]), { ...odd, start: 101 }), "109 107 105 103 101 102 104 106 108 110");
  const uneven = [row("a", 0, [5, 5]), row("b", ROW, [5, 5]), row("c", 2 * ROW, [5, 7], { x: 50 })];
  assert.deepEqual(numbered(uneven, { seats: odd }).at(-1), "9 7 5 3 1 2 4 6 8 10 12 14", "a longer side moves no centre");
  const balcony = moved([row("a", 0, [5, 5])], bent(700));
  assert.equal(seats(balcony[0], odd), "9 7 5 3 1 2 4 6 8 10");
});

test("halves of a theatre's row that are rows of their own are odd and even", () => {
  const rows = [0, 1, 2].flatMap((n) => [row(`l${n}`, ROW * n, 4 + n, { x: -130 - 25 * n }), row(`r${n}`, ROW * n, 4 + n, { x: 130 + 25 * n })]);
  const scheme = { rows: { kind: "letters", together: true }, seats: { pattern: "odd_even" } };
  assert.deepEqual(numbered(rows, scheme), ["7 5 3 1", "2 4 6 8", "9 7 5 3 1", "2 4 6 8 10", "11 9 7 5 3 1", "2 4 6 8 10 12"]);
  assert.deepEqual(relabel(rows, scheme, HALL).collisions, []);
  const alone = { seats: { pattern: "odd_even", together: false } };
  assert.deepEqual(numbered(rows, alone).slice(0, 2), ["7 5 3 1", "2 4 6 8"], "the hall's centre parts them by itself");
  assert.deepEqual(numbered([rows[0]], alone, { ...HALL, axis: axisOf(rows, HALL) }), ["7 5 3 1"], "alone too, if the axis is told");
});

test("a cinema: from the right", () => {
  assert.equal(seats(row("a", 0, [4, 4]), { from: "right" }), "8 7 6 5 4 3 2 1");
  assert.equal(seats(row("a", 0, 5), { from: "right", start: 10, step: -1 }), "6 7 8 9 10");
});

test("a stadium: every block begins again at its aisle, or a hundred further", () => {
  const one = row("a", 0, [4, 4, 3]);
  assert.equal(seats(one, { continue: "aisle_restart" }), "1 2 3 4 1 2 3 4 1 2 3");
  assert.equal(seats(one, { continue: "block", start: 101 }), "101 102 103 104 201 202 203 204 301 302 303");
  assert.equal(seats(one, { continue: "block", start: 101, from: "right" }), "304 303 302 301 204 203 202 201 103 102 101");
  assert.equal(seats(one, { continue: "block", start: 1001, block_step: 1000, step: 2 }), "1001 1003 1005 1007 2001 2003 2005 2007 3001 3003 3005");
  assert.equal(seats(one, { continue: "aisle_restart", from: "aisle", centre: "row" }), "4 3 2 1 1 2 3 4 1 2 3", "from the aisle next the centre");
  assert.equal(seats(one, {}), "1 2 3 4 5 6 7 8 9 10 11", "or all in one");
  const unspoken = row("a", 0, [4, 4], { word: false });
  assert.equal(seats(unspoken, { continue: "aisle_restart" }), "1 2 3 4 1 2 3 4", "a gap of two seats is an aisle");
});

test("blocks that are rows of their own go on, or begin again", () => {
  const rows = [row("l", 0, 3, { x: -300 }), row("c", 0, 4), row("r", 0, 3, { x: 300 })];
  const rowScheme = { kind: "numbers", together: true };
  assert.deepEqual(numbered(rows, { rows: rowScheme, seats: {} }), ["1 2 3", "4 5 6 7", "8 9 10"]);
  assert.deepEqual(numbered(rows, { rows: rowScheme, seats: { from: "right" } }), ["10 9 8", "7 6 5 4", "3 2 1"]);
  assert.deepEqual(numbered(rows, { rows: rowScheme, seats: { continue: "block", start: 101 } }), ["101 102 103", "201 202 203 204", "301 302 303"]);
  assert.deepEqual(numbered(rows, { rows: rowScheme, seats: { together: false } }), ["1 2 3", "1 2 3 4", "1 2 3"]);
});

test("a church: pews that go on from row to row, and a snake", () => {
  const pews = rowsOf(3, 4);
  assert.deepEqual(numbered(pews, { seats: { continue: "rows" } }), ["1 2 3 4", "5 6 7 8", "9 10 11 12"]);
  assert.deepEqual(numbered(pews, { seats: { continue: "rows", snake: true } }), ["1 2 3 4", "8 7 6 5", "9 10 11 12"]);
  assert.deepEqual(numbered(pews, { seats: { snake: true, from: "right" } }), ["4 3 2 1", "1 2 3 4", "4 3 2 1"]);
  assert.deepEqual(numbered(pews, { seats: { continue: "rows", rows_from: "back" } }), ["9 10 11 12", "5 6 7 8", "1 2 3 4"]);
  assert.deepEqual(numbered(pews, { rows: { kind: "numbers", from: "back" }, seats: { continue: "rows" } })[2], "1 2 3 4", "as the rows are counted");
  assert.deepEqual(numbered(pews, { seats: { continue: "rows", pattern: "odd_even" } }), ["3 1 2 4", "7 5 6 8", "11 9 10 12"]);
  assert.equal(seats(pews[1], { continue: "rows" }, { ...HALL, begin: 5 }), "5 6 7 8");
  assert.equal(seats(pews[1], { snake: true }, { ...HALL, index: 1 }), "4 3 2 1");
});

test("both sides may have the same numbers, told apart or not", () => {
  assert.equal(seats(row("a", 0, [3, 3]), { pattern: "from_centre" }), "3 2 1 1 2 3");
  assert.equal(seats(row("a", 0, [3, 3]), { from: "centre" }), "3 2 1 1 2 3");
  assert.equal(seats(row("a", 0, 5), { pattern: "from_centre" }), "3 2 1 2 3");
  assert.equal(seats(row("a", 0, [3, 3]), { pattern: "from_centre", side_suffix: ["G", "D"] }), "3G 2G 1G 1D 2D 3D");
  assert.equal(seats(row("a", 0, [3, 3]), { pattern: "odd", from: "centre" }), "5 3 1 1 3 5");
  assert.equal(seats(row("a", 0, "ooo.ooo"), { pattern: "from_centre", gaps: "count" }), "4 3 2 2 3 4");
  assert.equal(seats(row("a", 0, "oo..oo"), { pattern: "from_centre", gaps: "count" }), "3 2 2 3");
});

test("only odd numbers, only even ones; letters, and what is put round them", () => {
  const one = row("a", 0, 5);
  assert.equal(seats(one, { pattern: "odd" }), "1 3 5 7 9");
  assert.equal(seats(one, { pattern: "even", from: "right" }), "10 8 6 4 2");
  assert.equal(seats(one, { pattern: "odd", start: 8 }), "9 11 13 15 17");
  assert.equal(seats(one, { kind: "letters", start: "G" }), "G H J K L");
  assert.equal(seats(one, { kind: "letters", lower: true, prefix: "1" }), "1a 1b 1c 1d 1e");
  assert.equal(seats(one, { pad: 3, prefix: "S", suffix: "/A" }), "S001/A S002/A S003/A S004/A S005/A");
  assert.equal(seats(row("a", 0, 14), { omit: [13] }).slice(-8), "11 12 14 15".slice(-8));
});

test("a missing seat leaves its number out, or does not", () => {
  const one = row("a", 0, "ooo.oo..oo");
  assert.equal(seats(one, { gaps: "count" }), "1 2 3 5 6 9 10");
  assert.equal(seats(one, { gaps: "skip" }), "1 2 3 4 5 6 7");
  assert.equal(seats(one, { gaps: "count", from: "right" }), "10 9 8 6 5 2 1");
  assert.equal(seats(one, { gaps: "count", pattern: "odd" }), "1 3 5 9 11 17 19");
  assert.equal(seats(row("a", 0, ["oo.o", "oooo"]), { gaps: "count" }), "1 2 4 5 6 7 8", "an aisle is no missing seat");
  const odd = { gaps: "count", pattern: "odd_even" };
  assert.equal(seats(row("a", 0, "oo.ooooo.o"), odd), "9 7 3 1 2 4 6 10");
  assert.equal(seats(row("a", 0, "oooo..oooo"), odd), "9 7 5 3 4 6 8 10", "on both sides of the centre");
  assert.equal(seats(row("a", 0, "ooo.ooo"), odd), "7 5 3 2 4 6", "on the centre itself");
  assert.equal(seats(row("a", 0, "ooo.ooo"), { ...odd, odd_side: "right" }), "6 4 2 3 5 7");
  const bow = moved([row("a", 0, "oooo..oo.o")], bent(300))[0];
  assert.equal(seats(bow, { gaps: "count" }), "1 2 3 4 7 8 10");
});

test("left is the left of those who sit there, or that of the drawing", () => {
  const choir = row("a", -1200, 4);
  assert.equal(seats(choir, {}), "4 3 2 1", "behind the stage one looks the other way");
  assert.equal(seats(choir, { view: "drawing" }), "1 2 3 4");
  assert.equal(seats(choir, { view: "drawing", from: "right" }), "4 3 2 1");
  assert.equal(seats(choir, { view: "drawing", pattern: "odd_even" }), "3 1 2 4");
  assert.equal(seats(choir, { view: "drawing", pattern: "from_centre", side_suffix: ["L", "R"] }), "2L 1L 1R 2R");
  const backwards = { ...choir, seats: [...choir.seats].reverse() };
  assert.equal(seats(backwards, {}), "1 2 3 4");
  const [side] = moved([row("a", 0, 4)], turnedBy(90, FOCUS));
  assert.deepEqual(side.seats.map(({ y }) => Math.round(y)), [-675, -625, -575, -525], "on the left of the stage, from the back");
  assert.equal(seats(side, {}), "1 2 3 4");
  assert.equal(seats(moved([row("a", 0, 4)], turnedBy(-90, FOCUS))[0], { view: "drawing" }), "4 3 2 1", "upright, from the top");
});

test("rows that lead towards the stage begin next to it", () => {
  const lodge = { key: "x", label: "", x: 0, y: 0, seats: [300, 200, 100].map((y) => ({ id: `s${y}`, label: "", x: 0, y })) };
  assert.equal(seats(lodge, {}), "3 2 1");
});

test("a seat that was added out of turn is numbered where it stands", () => {
  const one = row("a", 0, ["oo.o", "ooo"]);
  const late = { ...one, seats: [...one.seats, { ...one.seats[1], id: "late", x: one.seats[1].x + PITCH }] };
  assert.equal(seats(late, {}), "1 2 4 5 6 7 3");
  assert.equal(seats(late, { continue: "aisle_restart" }), "1 2 4 1 2 3 3", "and no aisle is put beside it");
});

test("a horseshoe and a ring are numbered along the bend", () => {
  const arc = (from, to, count) => ({
    key: "x", label: "", x: 0, y: 0, seats: Array.from({ length: count }, (_, n) => {
      const angle = ((from + ((to - from) * n) / (count - 1)) * Math.PI) / 180;
      return { id: `s${n}`, label: "", x: 500 * Math.sin(angle), y: 500 * Math.cos(angle) };
    }),
  });
  const around = { focal_point: [0, 0] };
  assert.equal(seats(arc(-130, 130, 8), {}, around), "1 2 3 4 5 6 7 8");
  assert.equal(seats(arc(130, -130, 8), {}, around), "8 7 6 5 4 3 2 1");
  assert.equal(seats(arc(-130, 130, 8), { pattern: "odd_even" }, around), "7 5 3 1 2 4 6 8");
  assert.equal(seats(arc(0, 345, 6), {}, around), "1 2 3 4 5 6");
});

test("seats that are fixed keep their labels, and are counted or not", () => {
  const one = row("a", 0, 5);
  one.seats[2] = { ...one.seats[2], label: "12A" };
  const fixed = new Set([one.seats[2].id]);
  assert.equal(seats(one, { start: 11 }, { ...HALL, fixed }), "11 12 12A 14 15");
  assert.equal(seats(one, { start: 11 }, { ...HALL, fixed, fixed_counts: false }), "11 12 12A 13 14");
  assert.equal(seats(one, { start: 11, gaps: "count" }, { ...HALL, fixed, fixed_counts: false }), "11 12 12A 13 14");
  const twice = relabel([{ ...one, label: "A" }], { seats: {} }, { ...HALL, fixed: new Set([one.seats[0].id]) });
  assert.deepEqual(twice.changes[0].seats, ["", "2", "3", "4", "5"]);
  assert.deepEqual(twice.collisions, [{ kind: "blank", zone: "stalls", label: "", keys: ["a"], seats: ["a-0"] }]);
});

test("relabelling tells what changes and shows it before it is done", () => {
  const rows = applied(rowsOf(3, 12), relabel(rowsOf(3, 12), { rows: { kind: "letters" }, seats: {} }, HALL));
  const frozen = JSON.stringify(rows);
  const { changes, preview, collisions } = relabel(rows, { rows: { kind: "numbers" }, seats: null }, HALL);
  assert.deepEqual(changes, [{ key: "r1", label: "1" }, { key: "r2", label: "2" }, { key: "r3", label: "3" }]);
  assert.deepEqual(preview[1], {
    key: "r2", row: ["B", "2"], first: "1", last: "12", count: 12, sample: ["1", "2", "3", "4", "…", "9", "10", "11", "12"], changed: 0,
  });
  assert.equal(preview[1].sample.length, SAMPLE_MAX);
  assert.deepEqual(collisions, []);
  const again = relabel(rows, { seats: { from: "right" } }, HALL);
  assert.deepEqual(again.changes[0].seats.slice(0, 3), ["12", "11", "10"]);
  assert.equal("label" in again.changes[0], false);
  assert.deepEqual([again.preview[0].first, again.preview[0].last, again.preview[0].changed], ["12", "1", 12]);
  assert.deepEqual(relabel(rows, { rows: { kind: "letters" }, seats: {} }, HALL).changes, [], "nothing is new");
  assert.deepEqual(relabel(rows, {}, HALL).changes, []);
  assert.deepEqual(relabel([], { rows: { kind: "letters", together: true }, seats: { pattern: "odd_even" } }, HALL), { changes: [], preview: [], collisions: [] });
  assert.equal(JSON.stringify(rows), frozen, "nothing is changed");
});

test("labels that would be twice are told", () => {
  const rows = rowsOf(2, [2, 2]);
  const list = relabel(rows, { rows: { kind: "list", list: ["A", "A"] }, seats: {} }, HALL).collisions;
  assert.deepEqual(list, [{ kind: "rows", zone: "stalls", label: "A", keys: ["r1", "r2"], shared: ["1", "2", "3", "4"] }]);
  const apart = relabel(rows, { rows: { kind: "list", list: ["A", "A"] }, seats: { continue: "rows" } }, HALL).collisions;
  assert.deepEqual(apart[0].shared, [], "one label, but every seat has its own name");
  const restarted = relabel([rows[0]], { rows: { kind: "letters" }, seats: { continue: "aisle_restart" } }, HALL).collisions;
  assert.deepEqual(restarted, [
    { kind: "seats", zone: "stalls", row: "A", label: "1", keys: ["r1"], seats: ["r1-0", "r1-2"] },
    { kind: "seats", zone: "stalls", row: "A", label: "2", keys: ["r1"], seats: ["r1-1", "r1-3"] },
  ]);
  const halves = [row("l", 0, 2, { x: -100 }), row("r", 0, 2, { x: 100 })];
  const scheme = { rows: { kind: "letters", together: true }, seats: { together: false } };
  assert.deepEqual(relabel(halves, scheme, HALL).collisions.map(({ kind, label, seats: ids }) => [kind, label, ids]), [
    ["seats", "1", ["l-0", "r-0"]], ["seats", "2", ["l-1", "r-1"]],
  ]);
  assert.deepEqual(relabel(rows, { rows: { kind: "list" } }, HALL).collisions.map(({ kind, keys }) => [kind, keys]), [["blank", ["r1", "r2"]]]);
});

test("rows that stay as they are collide too, in their own zone", () => {
  const there = { ...row("old", 500, 3, { label: "A" }), seats: row("old", 500, 3).seats.map((seat, n) => ({ ...seat, label: `${n + 1}` })) };
  const scheme = { rows: { kind: "letters" }, seats: {} };
  const [found, ...more] = relabel(rowsOf(2, 3), scheme, { ...HALL, others: [there] }).collisions;
  assert.deepEqual([found.kind, found.label, found.keys, more], ["rows", "A", ["r1", "old"], []]);
  assert.deepEqual(relabel(rowsOf(2, 3), scheme, { ...HALL, others: [{ ...there, parent: "balcony" }] }).collisions, []);
});

test("no more collisions are told than somebody would read", () => {
  const rows = rowsOf(50, 30);
  const scheme = { rows: { kind: "numbers" }, seats: { kind: "list", list: [..."abcdefghijabcdefghijabcdefghij"] } };
  assert.equal(relabel(rows, scheme, HALL).collisions.length, COLLISIONS_MAX);
});

test("positions may be told by whoever knows them", () => {
  const rows = rowsOf(3, 5);
  const at = (one, seat) => [-(one.x + seat.x), -(one.y + seat.y)];
  assert.equal(told(rows, { kind: "letters" }, { focal_point: [0, 600], at }), "A B C");
  assert.equal(told(rows, { kind: "letters" }, { focal_point: [0, -600], at }), "C B A");
});

test("rows without seats are labelled, and single seats too", () => {
  const rows = [row("a", 0, 5), { key: "b", parent: "stalls", label: "", x: 0, y: ROW, seats: [] }, row("c", 2 * ROW, 1)];
  const { changes, preview } = relabel(rows, { rows: { kind: "letters", together: true }, seats: { pattern: "odd_even" } }, HALL);
  assert.deepEqual(changes.map(({ label }) => label), ["A", "B", "C"]);
  assert.deepEqual(preview[1], { key: "b", row: ["", "B"], first: "", last: "", count: 0, sample: [], changed: 0 });
  assert.deepEqual(changes[2].seats, ["1"]);
  const known = new Map(rows.flatMap((one) => one.seats.map((seat) => [seat.id, [one.x + seat.x, one.y + seat.y]])));
  assert.equal(told(rows, { kind: "letters" }, { ...HALL, at: (_, { id }) => known.get(id) }), "A B C", "whoever knows only seats");
  for (const pattern of ["plain", "odd_even", "from_centre"]) assert.equal(seats(rows[1], { pattern }), "");
  assert.equal(seats(rows[1], { from: "aisle" }), "");
  assert.deepEqual(numbered(rows, { seats: { continue: "rows", from: "right" } }), ["5 4 3 2 1", "", "6"]);
});

test("what follows a run of labels", () => {
  for (const [run, after] of [
    [["A", "B"], "C"], [["8", "10"], "12"], [["H"], "J"], [["H", "I"], "J"], [["N", "P"], "Q"], [["Z"], "AA"], [["Y", "Z"], "AA"], [["Z", "AA"], "AB"],
    [["AA", "BB"], "CC"], [["I", "II"], "III"], [["IX", "X"], "XI"], [["iv"], "v"], [["08", "09"], "10"], [["099"], "100"], [["A1", "A2"], "A3"],
    [["Row A", "Row B"], "Row C"], [["12 L"], "13 L"], [["5", "3"], "1"], [["a"], "b"], [["1", "2", "9"], "16"], [["X", "7"], "8"], [["G 3/1", "G 3/2"], "G 3/3"],
  ]) assert.equal(next(run), after, run.join(" "));
  assert.deepEqual([next([]), next([""]), next(["?"]), next(["C", "B", "A"])], [null, null, null, "B"]);
});

test("labels are read as they are spelled", () => {
  const letters = [{}, { skip: "" }, { doubled: true }, { skip: "AEIOU" }].map((how) => ({ kind: "letters", ...how }));
  for (const scheme of [{ kind: "numbers" }, { kind: "roman" }, ...letters]) {
    for (let value = 1; value <= (scheme.doubled ? 192 : 800); value++) assert.equal(read(spell(value, scheme), scheme), value, JSON.stringify([scheme, value]));
  }
  assert.equal(spell(0, { kind: "letters" }), "");
  assert.equal(spell(4000, { kind: "roman", prefix: "x" }), "");
  assert.equal(spell(-3, { pad: 2 }), "-03");
  assert.ok(Number.isNaN(read("IIII", { kind: "roman" })) && Number.isNaN(read("I", { kind: "letters" })) && Number.isNaN(read("one", {})));
});

test("the dialog opens with what is there", () => {
  const given = rowsOf(3, [4, 4]);
  const found = (scheme, rows = given) => detect(applied(rows, relabel(rows, scheme, HALL)), HALL);
  const theatre = found({ rows: { kind: "letters", start: "H" }, seats: { pattern: "odd_even" } });
  assert.deepEqual(theatre.rows, { kind: "letters", skip: "IO", start: "H", step: 1, from: "front" });
  assert.deepEqual([theatre.seats.pattern, theatre.seats.odd_side, theatre.seats.start, theatre.seats.step], ["odd_even", "left", 1, 1]);
  const cinema = found({ rows: { kind: "numbers", from: "back", start: 5 }, seats: { from: "right", prefix: "S" } });
  assert.deepEqual([cinema.rows.from, cinema.rows.start, cinema.seats.from, cinema.seats.prefix], ["back", 5, "right", "S"]);
  const stadium = found({ rows: { kind: "roman" }, seats: { continue: "block", start: 101 } });
  assert.deepEqual([stadium.rows.kind, stadium.seats.continue, stadium.seats.start, stadium.seats.block_step], ["roman", "block", 101, 100]);
  const odd = found({ rows: { kind: "letters", start: "Z", doubled: true }, seats: { pattern: "odd", from: "right" } });
  assert.deepEqual([odd.rows.doubled, odd.seats.pattern, odd.seats.from, odd.seats.step], [true, "odd", "right", 1]);
  const church = found({ seats: { continue: "rows", snake: true, rows_from: "back" } });
  assert.deepEqual([church.rows, church.seats.continue, church.seats.snake, church.seats.rows_from], [null, "rows", true, "back"]);
});

test("labels that follow nothing open it empty", () => {
  const rows = rowsOf(2, 3);
  assert.equal(detect(rows, HALL), null, "there are no labels");
  assert.equal(detect([], HALL), null);
  const some = applied(rows, relabel(rows, { seats: {} }, HALL));
  some[1].seats[1] = { ...some[1].seats[1], label: "2A" };
  assert.equal(detect(some, HALL), null);
  assert.equal(detect(some, { ...HALL, fixed: new Set([some[1].seats[1].id]) }).seats.from, "left", "one that is fixed may be called anything");
  const [one] = applied([rows[0]], relabel([rows[0]], { rows: { kind: "letters", start: "F" }, seats: { from: "right" } }, HALL));
  assert.deepEqual([detect(one, HALL).rows.start, detect(one, HALL).seats.from], ["F", "right"], "a single row tells too");
});

test("the example theatre is numbered as it was drawn", async () => {
  const plan = JSON.parse(await readFile(new URL("../../examples/theatre.json", import.meta.url)));
  const context = {
    focal_point: plan.focal_point, zone_of: ({ parent }) => parent.id,
    at: ({ parent, x, y }, seat) => [parent.x + x + seat.x, parent.y + y + seat.y],
  };
  const rows = (name) => {
    const zone = plan.zones.find((one) => one.name === name);
    return zone.rows.map((one, n) => ({ ...one, key: `${zone.id}-${n}`, parent: zone }));
  };
  const stalls = rows("Stalls");
  assert.deepEqual(relabel(stalls, { seats: { pattern: "odd_even" } }, context).changes, []);
  assert.deepEqual(relabel(stalls.slice(0, 20), { rows: { kind: "letters" } }, context).changes, []);
  assert.equal(detect(stalls, context).seats.pattern, "odd_even");
  for (const name of ["Balcony", "Gallery"]) {
    const drawn = rows(name).filter(({ label }) => label !== "W");
    const found = detect(drawn, context);
    assert.deepEqual([found.rows.kind, found.rows.start, found.seats.pattern], ["letters", "A", name === "Gallery" ? "plain" : "odd_even"], name);
    assert.deepEqual(relabel(drawn, found, context).changes, [], name);
  }
});

test("nothing that somebody may type does harm", () => {
  const rows = rowsOf(2, 3);
  assert.deepEqual(rowLabels(rows, { kind: "letters", doubled: true, start: 1e9 }, HALL), ["", ""]);
  assert.deepEqual(rowLabels(rows, { start: null, step: NaN, pad: 1e9 }, HALL), ["000000001", "000000002"]);
  assert.deepEqual(rowLabels(rows, { kind: "letters", start: "?", skip: "ABCDEFGHIJKLMNOPQRSTUVWXYZ" }, HALL), ["A", "B"]);
  assert.deepEqual(rowLabels(rows, { kind: "roman", start: 3999 }, HALL), ["MMMCMXCIX", ""]);
  assert.equal(seats(rows[0], { step: 0, start: "" }), "1 2 3");
  assert.equal(seats(rows[0], { start: 1e12 }), "  ");
});

// A small seeded generator (mulberry32), and halls made by it.
function dice(seed) {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const within = (least, most) => least + Math.floor(random() * (most - least + 1));
  return { random, within, one: (list) => list[within(0, list.length - 1)], chance: (share) => random() < share };
}

function block({ within, chance }) {
  const signs = Array.from({ length: within(2, 9) }, () => (chance(0.08) ? "." : "o"));
  signs[0] = signs[signs.length - 1] = "o";
  return signs.join("");
}

// Rows of blocks, ragged and with seats missing, straight or curved, some of them from right to left.
function hall(roll) {
  const blocks = roll.within(1, 4);
  const rows = Array.from({ length: roll.within(1, 9) }, (_, n) =>
    row(`r${n}`, ROW * n, Array.from({ length: blocks }, () => block(roll)), { x: roll.within(-60, 60), word: roll.chance(0.8) }),
  );
  const drawn = rows.map((one) => (roll.chance(0.2) ? backwards(one) : one));
  return roll.chance(0.6) ? moved(drawn, bent(roll.within(0, 3000))) : drawn;
}

function backwards(one) {
  const flags = one.seats.map(({ aisle_after }) => aisle_after);
  const turned = one.seats.map(({ aisle_after, ...seat }, n) => ({ ...seat, ...(n && flags[n - 1] && { aisle_after: true }) }));
  return { ...one, seats: turned.reverse() };
}

const rowScheme = (roll) => ({
  kind: roll.one(["letters", "letters", "numbers", "roman"]), start: roll.within(1, 30), step: roll.one([1, 1, 1, 2, 3]), skip: roll.one(["IO", "IO", "", "I"]),
  doubled: roll.chance(0.3), lower: roll.chance(0.2), prefix: roll.one(["", "", "Row "]), from: roll.one(["front", "back", "first", "last"]),
});

const seatScheme = (roll) => ({
  kind: roll.one(["numbers", "numbers", "letters"]), start: roll.one([1, 1, 2, 5, 101]), step: roll.one([1, 1, 2, 3]), from: roll.one(["left", "right", "aisle", "centre"]),
  pattern: roll.one(["plain", "odd", "even", "odd_even", "from_centre"]), continue: roll.one(["row", "row", "rows", "aisle_restart", "block"]),
  gaps: roll.one(["skip", "count"]), snake: roll.chance(0.3), odd_side: roll.one(["left", "right"]), centre: roll.one(["hall", "row"]),
  prefix: roll.one(["", "", "S-"]), suffix: roll.one(["", "", "."]), view: roll.one(["seats", "seats", "drawing"]), together: roll.chance(0.3),
});

function everyHall(count, check) {
  for (let seed = 1; seed <= count; seed++) {
    const roll = dice(seed);
    const rows = hall(roll);
    check(rows, roll, `seed ${seed}`);
  }
}

test("of any hall: a plain scheme's labels are unique in a row, and from the other side they are the other way round", () => {
  everyHall(200, (rows, roll, seed) => {
    for (const one of rows) {
      const scheme = { ...seatScheme(roll), pattern: roll.one(["plain", "odd", "even"]), from: "left", continue: "row" };
      const [left, right] = ["left", "right"].map((from) => seatLabels(one, { ...scheme, from }, HALL));
      assert.equal(new Set(left).size, one.seats.length, seed);
      assert.equal(new Set(right).size, one.seats.length, seed);
      if (scheme.gaps === "skip") assert.deepEqual([...right].reverse(), left, seed);
    }
  });
});

test("of any hall: how a row's seats are listed changes no label", () => {
  everyHall(200, (rows, roll, seed) => {
    const scheme = { seats: seatScheme(roll) };
    const one = numbered(rows, scheme);
    const other = numbered(rows.map(backwards), scheme).map((labels) => labels.split(" ").reverse().join(" "));
    assert.deepEqual(other, one, `${seed} ${JSON.stringify(scheme)}`);
  });
});

test("of any hall: in a mirror the other side is the same", () => {
  const other = { left: "right", right: "left" };
  everyHall(200, (rows, roll, seed) => {
    const scheme = { ...seatScheme(roll), from: roll.one(["left", "right", "centre"]) };
    const mirrored = { ...scheme, from: other[scheme.from] ?? scheme.from, odd_side: other[scheme.odd_side] };
    const image = moved(rows, ([x, y]) => [-x, y]);
    assert.deepEqual(numbered(image, { seats: mirrored }), numbered(rows, { seats: scheme }), `${seed} ${JSON.stringify(scheme)}`);
  });
});

test("of any hall: turned about any angle it has the same labels", () => {
  everyHall(300, (rows, roll, seed) => {
    const scheme = { rows: { ...rowScheme(roll), together: roll.chance(0.5) }, seats: { ...seatScheme(roll), view: "seats" } };
    const turn = turnedBy(roll.random() * 360, [roll.within(-5000, 5000), roll.within(-5000, 5000)]);
    const before = relabel(rows, scheme, HALL).changes;
    const after = relabel(moved(rows, turn), scheme, { focal_point: turn(FOCUS) }).changes;
    assert.deepEqual(after, before, `${seed} ${JSON.stringify(scheme)}`);
  });
});

test("of any hall: what is detected makes the same labels", () => {
  let found = 0;
  everyHall(400, (rows, roll, seed) => {
    const scheme = { rows: rowScheme(roll), seats: seatScheme(roll) };
    const labelled = applied(rows, relabel(rows, scheme, HALL));
    const seen = detect(labelled, HALL);
    const said = `${seed} ${JSON.stringify(scheme)} ${JSON.stringify(seen)}`;
    assert.ok(seen?.rows, `rows ${said}`);
    assert.deepEqual(relabel(labelled, seen, HALL).changes, [], said);
    if (seen.seats) found++;
  });
  assert.ok(found >= 390, `${found} of 400`);
});

test("of any hall: relabelling twice changes nothing more, and every seat has a label", () => {
  everyHall(200, (rows, roll, seed) => {
    const scheme = { rows: rowScheme(roll), seats: seatScheme(roll) };
    const once = applied(rows, relabel(rows, scheme, HALL));
    assert.deepEqual(relabel(once, scheme, HALL).changes, [], seed);
    assert.ok(once.every((one) => one.seats.every(({ label }) => label)), seed);
  });
});

test("ten thousand seats are labelled in a moment", (context) => {
  const rows = moved(rowsOf(300, [17, 17]), bent(30_000));
  const scheme = { rows: { kind: "letters", together: true }, seats: { pattern: "odd_even" } };
  const told = [];
  for (let n = 0; n < 12; n++) {
    const began = performance.now();
    const { changes, collisions } = relabel(rows, scheme, HALL);
    told.push(performance.now() - began);
    assert.deepEqual([changes.length, collisions.length], [300, 0]);
  }
  const began = performance.now();
  assert.equal(detect(applied(rows, relabel(rows, scheme, HALL)), HALL).seats.pattern, "odd_even");
  const took = performance.now() - began;
  const [first, ...more] = told;
  context.diagnostic(`10,200 seats in 300 rows: ${first.toFixed(1)} ms at first, then ${Math.min(...more).toFixed(1)} to ${Math.max(...more).toFixed(1)} ms; detected in ${took.toFixed(1)} ms`);
});
