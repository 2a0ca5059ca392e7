import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, roomFor } from "../src/seatmap/names.js";

const BOX = { minX: 100, minY: 100, maxX: 300, maxY: 200 };
const clearOf = (...taken) => (...rect) => taken.every((other) => apart(rect, other));

test("a name stands above its section, or under it", () => {
  assert.deepEqual(roomFor(BOX, 40, 14, true, () => true), [200, 90]);
  assert.deepEqual(roomFor(BOX, 40, 14, true, clearOf([0, 0, 400, 200])), [200, 210]);
});

test("beside one that is narrower, away from the middle of the house", () => {
  const narrow = { minX: 100, minY: 100, maxX: 110, maxY: 140 };
  assert.deepEqual(roomFor(narrow, 40, 14, true, () => true), [133, 120]);
  assert.deepEqual(roomFor(narrow, 40, 14, false, () => true), [77, 120]);
});

test("in a gap among the seats, where it is hemmed in", () => {
  const [x, y] = roomFor(BOX, 40, 14, true, clearOf([0, 0, 400, 140], [0, 165, 400, 300]));
  assert.equal(x, 200);
  assert.ok(y - 7 >= 140 && y + 7 <= 165, y);
});

test("nowhere, where there is no room", () => {
  assert.equal(roomFor(BOX, 40, 14, true, () => false), null);
});
