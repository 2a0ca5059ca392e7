import assert from "node:assert/strict";
import { test } from "node:test";
import * as arrange from "../editor/model/arrange.js";
import * as clipboard from "../editor/model/clipboard.js";
import * as copies from "../editor/model/copies.js";
import * as corners from "../editor/model/corners.js";
import { Drawing, Edit, TOUCHED_MAX } from "../editor/model/drawing.js";
import * as making from "../editor/model/making.js";
import { painted, stroked, wet } from "../editor/model/painting.js";
import { seatsAt } from "../editor/model/places.js";
import { Selection, pointsOf } from "../editor/model/selection.js";
import { drawnTo, linesOf, pointDrawnTo } from "../editor/model/snapping.js";
import { apart, scaled } from "../editor/model/tracing.js";

const HEAD_DATA = { name: "Hall", size: { width: 4000, height: 3000 }, focal_point: [2000, 100], categories: [{ name: "Gold", color: "#aa8800" }, { name: "Silver", price_hint: 70 }] };
const PLAIN = { category: null, attributes: [], note: "", clean: false };

function empty(head = HEAD_DATA) {
  return new Drawing({ head, parts: [] });
}

// A box of two rows, with its walls and a table, in a zone of its own.
function boxed(drawing = empty()) {
  const made = making.rows(drawing, making.block({ x: 500, y: 500, listed: [[3], [2]] }).lines, { zoneName: "Box 1", category: "Gold" });
  made.edit.do();
  making.area(drawing, { x: 450, y: 450, outline: { shape: "polygon", points: [[0, 0], [200, 0], [220, 150], [-20, 150]] }, zone: made.zone }).edit.do();
  return { drawing, zone: made.zone, box: new Selection([made.zone]) };
}

const seatsOf = (drawing) => drawing.every("row").flatMap(({ data }) => data.seats);
const idsOf = (drawing) => seatsOf(drawing).map(({ id }) => id);

// -- copies ------------------------------------------------------------------------------------------------------------

test("a box is repeated, its numbers going on by two, and all are mirrored in between", () => {
  const { drawing, box } = boxed();
  const { edit, selection } = copies.repeated(drawing, box, 3, -45, 245, 2);
  edit.do();
  assert.deepEqual(drawing.zones.map(({ data }) => data.name), ["Box 1", "Box 3", "Box 5", "Box 7"]);
  const first = seatsAt(drawing.zones[0], drawing.rows(drawing.zones[0].key)[0]);
  const last = seatsAt(drawing.zones[3], drawing.rows(drawing.zones[3].key)[0]);
  assert.deepEqual(last[0].map(Math.round), [first[0][0] - 135, first[0][1] + 735].map(Math.round));
  const points = pointsOf(drawing, selection);
  const mirrored = copies.mirroredCopy(drawing, selection, 2000);
  mirrored.edit.do();
  assert.deepEqual(drawing.zones.map(({ data }) => data.name), Array.from({ length: 8 }, (_, n) => `Box ${n + 1}`));
  const all = pointsOf(drawing, mirrored.selection);
  for (const [x, y] of points) assert.ok(all.some((other) => Math.hypot(4000 - x - other[0], y - other[1]) < 0.5));
  assert.equal(new Set(idsOf(drawing)).size, 40, "every seat is one of its own");
  drawing.undo();
  drawing.undo();
  assert.equal(drawing.zones.length, 1, "two steps");
});

test("no more is repeated than a plan has room for", () => {
  const seats = Array.from({ length: 60_000 }, (_, n) => ({ id: `${n}`, label: `${n}`, x: n, y: 0, category: "Gold" }));
  const parts = [
    { key: "z", kind: "zone", parent: null, position: 1, data: { id: "z", name: "All", x: 0, y: 0 } },
    { key: "r", kind: "row", parent: "z", position: 1, data: { label: "1", x: 0, y: 0, seats } },
  ];
  const { edit, times } = copies.repeated(new Drawing({ head: HEAD_DATA, parts }), new Selection(["z"]), 9, 0, 90);
  assert.equal(times, 2);
  assert.equal(edit.added.filter(({ kind }) => kind === "zone").length, 2);
  const { drawing, box } = boxed();
  assert.equal(copies.repeated(drawing, box, 1000, 0, 90).times, copies.TIMES_MAX);
});

test("tables that are repeated are numbered on, with their seats", () => {
  const drawing = empty();
  const { edit, selection } = making.table(drawing, { x: 500, y: 500, count: 4, zoneName: "Hall", category: "Gold" });
  edit.do();
  copies.repeated(drawing, selection, 2, 300, 0).edit.do();
  assert.deepEqual(drawing.every("table").map(({ data }) => data.label), ["1", "2", "3"]);
  assert.deepEqual(drawing.every("row").map(({ data }) => data.label), ["1", "2", "3"]);
  for (const [n, table] of drawing.every("table").entries()) assert.deepEqual(table.data.seats, drawing.every("row")[n].data.seats.map(({ id }) => id));
});

test("what is moved to the middle stands under the focal point", () => {
  const { drawing, box } = boxed();
  arrange.centred(drawing, box, 2000).do();
  const xs = pointsOf(drawing, box).map(([x]) => x);
  assert.ok(Math.abs((Math.min(...xs) + Math.max(...xs)) / 2 - 2000) < 0.2);
  assert.equal(arrange.centred(drawing, new Selection(), 2000).changes.length, 0);
});

// -- the clipboard -----------------------------------------------------------------------------------------------------

test("parts go from one drawing into another by text, with ids of their own and their categories", () => {
  const { drawing, box } = boxed();
  const text = clipboard.written(drawing, copies.cut(drawing, box));
  const other = empty({ ...HEAD_DATA, categories: [{ name: "Bronze" }] });
  const { problem, ...what } = clipboard.read(text);
  assert.equal(problem, undefined);
  const { edit } = copies.pasted(other, what, ...copies.wayTo(what, [1000, 1000]));
  edit.do();
  assert.equal(seatsOf(other).length, 5);
  assert.ok(!idsOf(other).some((id) => idsOf(drawing).includes(id)));
  assert.deepEqual(other.head.categories.map(({ name }) => name), ["Bronze", "Gold"]);
  assert.equal(other.head.categories[1].color, "#aa8800");
  const points = pointsOf(other, new Selection(other.every("row").map(({ key }) => key)));
  assert.ok(points.every(([x, y]) => Math.abs(x - 1000) < 200 && Math.abs(y - 1000) < 200), "in the middle of what is seen");
  const rows = new Selection(drawing.every("row").slice(0, 1).map(({ key }) => key));
  const bare = empty();
  copies.pasted(bare, clipboard.read(clipboard.written(drawing, copies.cut(drawing, rows))), 0, 0).edit.do();
  assert.deepEqual(bare.zones.map(({ data }) => data.name), ["Box 1"], "a row brings its zone where there is none");
});

test("what comes from elsewhere, or from another version, or is damaged, is refused", () => {
  const { drawing, box } = boxed();
  const sound = clipboard.written(drawing, copies.cut(drawing, box));
  const changed = (change) => {
    const found = JSON.parse(sound);
    change(found);
    return clipboard.read(JSON.stringify(found)).problem;
  };
  for (const text of ["", "hello", "[]", "null", '{"mark": 1}', `"${clipboard.MARK}"`, sound.slice(0, -9)]) assert.equal(clipboard.read(text).problem, "foreign", text.slice(0, 20));
  assert.equal(changed((found) => (found.version = 2)), "version");
  assert.equal(changed((found) => delete found.version), "version");
  const row = (found) => found.parts.find(({ kind }) => kind === "row");
  for (const damage of [
    (found) => (found.parts = []), (found) => (found.parts = {}), (found) => (found.zones = [row(found)]),
    (found) => (row(found).kind = "head"), (found) => (row(found).key = "../x"), (found) => (row(found).data = null),
    (found) => (row(found).data.seats[0].x = "5"), (found) => (row(found).data.seats[0].x = 1e9), (found) => (row(found).data.seats = [null]),
    (found) => (row(found).data.seats[0].attributes = "wheelchair"), (found) => (row(found).data.seats[0].label = "x".repeat(2000)),
    (found) => (found.categories = [{ name: 5 }]), (found) => (row(found).position = null), (found) => (found.parts.at(-1).data.outline = { shape: "toString" }),
    (found) => (found.parts.at(-1).data.outline.points = [[0]]), (found) => (row(found).data.deep = [[[[[[[[1]]]]]]]]),
  ]) assert.equal(changed(damage), "broken", String(damage));
  assert.equal(changed(() => {}), undefined);
});

// -- seats -------------------------------------------------------------------------------------------------------------

test("each wheelchair place gets the companion beside it, not two of them one", () => {
  const drawing = empty();
  making.rows(drawing, making.block({ x: 0, y: 0, listed: [[8, 8]], spacing: 82, aisle: 250 }).lines, { zoneName: "Stalls", category: "Gold" }).edit.do();
  const [row] = drawing.every("row");
  const bays = [1, 3, 5, 7, 8, 10, 12, 14];
  const some = (numbers) => new Selection([], new Map([[row.key, new Set(numbers.map((n) => row.data.seats[n].id))]]));
  assert.equal(arrange.accompanied(drawing, some([0])), null, "there is none to accompany");
  arrange.reseated(drawing, some(bays), "bay", (seat) => ({ ...seat, attributes: ["wheelchair"] })).do();
  arrange.accompanied(drawing, new Selection([row.key])).do();
  const of = drawing.get(row.key).data.seats.map((seat) => row.data.seats.findIndex(({ id }) => id === seat.companion_of));
  assert.deepEqual(of, [1, -1, 3, -1, 5, -1, 7, -1, -1, 8, -1, 10, -1, 12, -1, 14]);
  const [bay] = [drawing.get(row.key).data.seats[1].id];
  making.rows(drawing, [[[0, 90], [82, 90]]], { zone: row.parent, category: "Gold" }).edit.do();
  const behind = drawing.every("row")[1];
  arrange.accompanied(drawing, new Selection([behind.key])).do();
  const second = drawing.get(behind.key).data.seats.map((seat) => seat.companion_of);
  assert.ok(second.every((id) => bays.some((n) => row.data.seats[n].id === id)), "where each has one, a second is as near as may be");
  assert.ok(second.includes(bay) || second[0] !== second[1]);
});

test("seats are sold together as one table of their zone, and as tables where they are at some", () => {
  const { drawing, zone } = boxed();
  const all = new Selection(drawing.every("row").map(({ key }) => key));
  const { edit, keys } = arrange.soldTogether(drawing, all);
  edit.do();
  const [table] = keys.map((key) => drawing.get(key));
  assert.deepEqual([table.parent, table.data.label, table.data.sold_whole, table.data.seats.length], [zone, "Box 1", true, 5]);
  const [first] = drawing.every("row");
  const two = new Selection([], new Map([[first.key, new Set(first.data.seats.slice(0, 2).map(({ id }) => id))]]));
  arrange.soldTogether(drawing, two).edit.do();
  assert.deepEqual(drawing.every("table").map(({ data }) => [data.label, data.seats.length]), [["Box 1", 3], ["1", 2]], "no seat is at two tables");
  const { edit: round, selection } = making.table(drawing, { x: 1500, y: 900, count: 6, zone, category: "Gold" });
  round.do();
  const before = drawing.every("table").length;
  arrange.soldTogether(drawing, selection).edit.do();
  assert.equal(drawing.every("table").length, before);
  assert.equal(drawing.every("table").at(-1).data.sold_whole, true);
});

test("a brush gives what it has and leaves the rest; it takes away what it is told to", () => {
  const seat = Object.freeze({ id: "a", label: "1", x: 0, y: 0, category: "Gold", attributes: ["aisle"], note: "Old" });
  assert.equal(wet(PLAIN), false);
  assert.equal(stroked(seat, PLAIN), seat, "the same seat where nothing changes");
  assert.equal(stroked(seat, { ...PLAIN, category: "Gold", attributes: ["aisle"] }), seat);
  const both = stroked(seat, { ...PLAIN, category: "Silver", attributes: ["restricted_view"], note: "Pillar" });
  assert.deepEqual([both.category, both.attributes, both.note], ["Silver", ["restricted_view", "aisle"], "Pillar"]);
  const cleaned = stroked(both, { ...PLAIN, category: "Gold", attributes: ["aisle", "restricted_view"], note: "any", clean: true });
  assert.deepEqual([cleaned.category, cleaned.attributes, cleaned.note], ["Silver", undefined, undefined], "a category cannot be taken away");
  const { drawing, zone } = boxed();
  making.area(drawing, { x: 0, y: 0, outline: { shape: "circle", radius: 50 }, capacity: 80, category: "Gold", zone }).edit.do();
  painted(drawing, new Selection([zone]), { ...PLAIN, category: "Silver" }).do();
  assert.ok(seatsOf(drawing).every(({ category }) => category === "Silver"));
  assert.deepEqual(drawing.every("area").map(({ data }) => data.category), [undefined, "Silver"], "walls have none");
  assert.equal(painted(drawing, new Selection([zone]), { ...PLAIN, category: "Silver" }).changes.length, 0);
});

// -- corners, lines, the picture to trace ------------------------------------------------------------------------------

test("corners are moved, added and taken away where they stand, of a turned area too", () => {
  for (const degrees of [0, 37]) {
    const { drawing } = boxed();
    const [area] = drawing.every("area");
    if (degrees) arrange.rotated(drawing, new Selection([area.key]), degrees).do();
    const at = () => corners.cornersAt(drawing, drawing.get(area.key));
    const before = at();
    corners.cornerMoved(drawing, area.key, 2, [700, 700]).do();
    assert.ok(Math.hypot(at()[2][0] - 700, at()[2][1] - 700) < 0.2);
    const middle = corners.middlesOf(at())[3];
    corners.cornerAdded(drawing, area.key, 3).do();
    assert.equal(at().length, 5);
    assert.ok(Math.hypot(at()[4][0] - middle[0], at()[4][1] - middle[1]) < 0.2, "after the last one, before the first");
    corners.cornerAdded(drawing, area.key, 0, [480, 440]).do();
    assert.ok(Math.hypot(at()[1][0] - 480, at()[1][1] - 440) < 0.2);
    for (const _ of [1, 2, 3]) corners.cornerRemoved(drawing, area.key, 1).do();
    assert.equal(at().length, 3);
    assert.equal(corners.cornerRemoved(drawing, area.key, 0).changes.length, 0, "three stay");
    while (drawing.undoable === "corner") drawing.undo();
    assert.deepEqual(at(), before);
  }
});

test("the nearest edge is found, and what has no corners has none", () => {
  const square = [[0, 0], [100, 0], [100, 100], [0, 100]];
  assert.deepEqual(corners.edgeAt(square, [40, 7]), { number: 0, far: 7, at: [40, 0] });
  assert.equal(corners.edgeAt(square, [-3, 50]).number, 3);
  assert.equal(corners.edgeAt([], [0, 0]), null);
  assert.equal(corners.hasCorners({ kind: "area", data: { outline: { shape: "circle", radius: 5 } } }), false);
  assert.equal(corners.hasCorners(undefined), false);
});

test("areas, tables and texts are in line with one another and with rows, and rows with them", () => {
  const { drawing, zone } = boxed();
  making.area(drawing, { x: 1200, y: 900, outline: { shape: "rectangle", width: 300, height: 200 }, zone }).edit.do();
  const text = making.area(drawing, { x: 2500, y: 1400, text: { text: "Bar", x: 0, y: 0, size: 60 }, zone, step: "text" });
  text.edit.do();
  making.table(drawing, { x: 3000, y: 2000, count: 4, zone, category: "Gold" }).edit.do();
  const { xs, ys } = linesOf(drawing);
  for (const x of [500, 610, 1200, 1350, 1500, 2000, 2500, 3000]) assert.ok(xs.includes(x), `x ${x}`);
  for (const y of [100, 900, 1000, 1100, 1400, 2000]) assert.ok(ys.includes(y), `y ${y}`);
  const without = linesOf(drawing, text.selection);
  assert.ok(!without.xs.includes(2500) && !without.ys.includes(1400), "what moves is no line for itself");
  const box = { minX: 2500, minY: 1400, maxX: 2500, maxY: 1400 };
  assert.deepEqual(drawnTo(without, box, [-1003, -260.4], 6), { by: [-1000, -260], guides: [{ x: 1500 }] });
  assert.deepEqual(drawnTo(without, box, [-1003, -260.4], 1), { by: [-1003, -260], guides: [] });
  assert.deepEqual(pointDrawnTo({ xs, ys }, [1204, 903], 6), { at: [1200, 900], guides: [{ x: 1200 }, { y: 900 }] });
  assert.deepEqual(pointDrawnTo({ xs, ys }, [777.7, 333.3], 2).at, [777.7, 333.3]);
});

test("the picture to trace is scaled so that two points are as far apart as they are in the house", () => {
  const placed = { x: 100, y: 200, width: 2000, rotation: 30, opacity: 0.5 };
  const made = scaled(placed, [300, 400], [300, 900], 1000);
  assert.deepEqual(made, { ...placed, width: 4000, x: -100, y: 0 });
  assert.equal(apart([0, 0], [300, 400]), 500);
  assert.equal(scaled(placed, [300, 400], [300, 400], 100), null, "one point");
  assert.equal(scaled(placed, [0, 0], [1, 0], 100_000), null, "far too large");
  assert.equal(scaled(placed, [0, 0], [2000, 0], 5), null, "far too small");
  assert.equal(scaled(placed, [0, 0], [100, 0], Number.NaN), null);
});

// -- floors and the way back -------------------------------------------------------------------------------------------

test("a floor is named with its zone, and all zones of one go with its name", () => {
  const drawing = empty();
  making.zone(drawing, "Floor 1", "Floor 1", "floor").edit.do();
  making.zone(drawing, "Boxes", "Floor 1").edit.do();
  const keys = drawing.zones.map(({ key }) => key);
  making.floored(drawing, keys, "Stalls").do();
  assert.deepEqual(drawing.zones.map(({ data }) => [data.name, data.floor]), [["Stalls", "Stalls"], ["Boxes", "Stalls"]]);
  making.zone(drawing, "Balcony", "Balcony").edit.do();
  assert.deepEqual(making.floorsOf(drawing), ["Stalls", "Balcony"]);
  making.floored(drawing, keys.slice(1), "").do();
  assert.equal(drawing.zones[1].data.floor, undefined);
});

test("many steps over a whole stadium do not fill the memory: the oldest go first, the last one stays", () => {
  const seats = Array.from({ length: 30_000 }, (_, n) => ({ id: `${n}`, label: `${n}`, x: n, y: 0, category: "Gold" }));
  const parts = [
    { key: "z", kind: "zone", parent: null, position: 1, data: { id: "z", name: "All", x: 0, y: 0 } },
    { key: "r", kind: "row", parent: "z", position: 1, data: { label: "1", x: 0, y: 0, seats } },
  ];
  const drawing = new Drawing({ head: HEAD_DATA, parts });
  const recolour = (category) => arrange.reseated(drawing, new Selection(["r"]), "category", (seat) => ({ ...seat, category })).do();
  for (let n = 0; n < 60; n++) recolour(n % 2 ? "Gold" : "Silver");
  const kept = Math.floor(TOUCHED_MAX / 30_001);
  assert.equal(drawing.history().done.length, kept);
  for (let n = 0; n < 200; n++) new Edit(drawing, "move").set("r", { x: n + 1 }).do();
  assert.ok(drawing.history().done.length > 200 + kept - 2, "a move keeps the seats as they are, and costs little");
  while (drawing.undo());
  assert.equal(drawing.get("r").data.x, 0);
  while (drawing.redo());
  assert.equal(drawing.get("r").data.x, 200);
  const again = new Drawing({ head: HEAD_DATA, parts });
  again.restore(drawing.history());
  assert.ok(again.history().done.length <= drawing.history().done.length && again.undoable === "move");
});
