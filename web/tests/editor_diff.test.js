import assert from "node:assert/strict";
import { test } from "node:test";
import { areasCompared, compared } from "../editor/model/diff.js";
import { costsOf, levelled } from "../editor/model/quality.js";

const seat = (id, label, x, category = "Gold", more = {}) => ({ id, label, x, y: 0, category, ...more });
const plan = (seats, areas = []) => ({ zones: [{ id: "z", name: "Stalls", x: 100, y: 0, rows: [{ label: "A", x: 0, y: 50, seats }], areas }] });

test("seats are the same by their ids, whatever else they say", () => {
  const before = plan([seat("a", "1", 0), seat("b", "2", 55), seat("c", "3", 110), seat("d", "4", 165)]);
  const after = plan([seat("a", "1", 0.5), seat("b", "2", 60), seat("c", "33", 110), seat("e", "5", 220, "Silver")]);
  const found = compared(before, after);
  assert.equal(found.kept, 3);
  assert.deepEqual(found.added.map(({ id }) => id), ["e"]);
  assert.deepEqual(found.removed.map(({ id }) => id), ["d"]);
  assert.deepEqual(found.moved.map((one) => one.after.id), ["b"], "half a centimetre is no move");
  assert.deepEqual(found.relabelled.map((one) => [one.before.label, one.after.label]), [["3", "33"]]);
  assert.deepEqual(compared(before, before).added, []);
});

test("a seat is told of otherwise by its attributes, its note or its photo", () => {
  const told = { attributes: ["aisle", "restricted_view"], note: "A pillar.", photo: "5e".repeat(32) };
  const before = plan([seat("a", "1", 0), seat("b", "2", 55, "Gold", told), seat("c", "3", 110, "Gold", told), seat("d", "4", 165)]);
  const after = plan([
    seat("a", "1", 0, "Gold", { note: "A pillar." }), seat("b", "2", 55, "Gold", { ...told, attributes: ["restricted_view", "aisle"] }),
    seat("c", "3", 110, "Gold", { ...told, photo: "a1".repeat(32) }), seat("d", "4", 165, "Gold", { attributes: [] }),
  ]);
  assert.deepEqual(compared(before, after).described.map((one) => one.after.id), ["a", "c"]);
});

test("areas are compared by their places", () => {
  const area = (id, capacity) => ({ id, name: id, capacity });
  const found = areasCompared(plan([], [area("pit", 100), area("bar", 20)]), plan([], [area("pit", 120), area("lawn", 5)]));
  assert.deepEqual(found, [{ name: "pit", before: 100, after: 120 }, { name: "bar", before: 20, after: 0 }, { name: "lawn", before: 0, after: 5 }]);
});

test("quality goes by the distance, unless it was set by hand", () => {
  const house = { count: 20, ids: Array.from({ length: 20 }, (_, n) => `${n}`), x: Array.from({ length: 20 }, (_, n) => n * 10), y: new Array(20).fill(0) };
  const costs = costsOf(house, { focal_point: [0, 0], size: { width: 1, height: 1 } }, new Map([["19", 0]]));
  const levels = levelled(costs);
  assert.equal(levels.of(19), 0);
  assert.equal(levels.of(18), 9);
  assert.ok(levels.of(5) < levels.of(15));
});
