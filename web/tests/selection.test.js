import assert from "node:assert/strict";
import { test } from "node:test";
import { Selection, runs } from "../src/admin/selection.js";
import { House } from "../src/seatmap/house.js";

const seat = (id, n) => ({ id, label: `${n}`, x: 50 * n, y: 0, category: "A" });
const row = (label, y, count) => ({ label, x: 0, y, seats: Array.from({ length: count }, (_, n) => seat(`${label}${n + 1}`, n + 1)) });
const PLAN = {
  name: "House", categories: [{ name: "A" }],
  zones: [
    { id: "stalls", name: "Stalls", x: 0, y: 0, rows: [row("A", 0, 4), row("B", 100, 4)], tables: [{ label: "T", seats: ["B3", "B4"], sold_whole: true }] },
    { id: "circle", name: "Circle", x: 0, y: 500, rows: [row("C", 0, 3)] },
  ],
};
const ids = [...PLAN.zones.flatMap(({ rows }) => rows.flatMap(({ seats }) => seats.map(({ id }) => id)))];
const LIST = { runs: [{ type: "seats", seats: ids.filter((id) => id !== "C3") }] };

const chosen = () => new Selection(new House(PLAN, LIST));

test("seats are chosen and let go one by one", () => {
  const selection = chosen();
  selection.seat(0);
  selection.seat(2);
  assert.equal(selection.runs, "0,2");
  selection.seat(0);
  assert.equal(selection.runs, "2");
  selection.clear();
  assert.equal(selection.runs, "");
});

test("a row that is chosen in part is chosen whole first", () => {
  const selection = chosen();
  selection.seat(1);
  selection.row(0);
  assert.equal(selection.runs, "0-3");
  selection.row(3);
  assert.equal(selection.size, 0);
});

test("a section is all its rows, but seats that are not on sale at the date", () => {
  const selection = chosen();
  selection.zone(0);
  assert.equal(selection.runs, "0-7");
  selection.zone(8);
  assert.equal(selection.runs, "0-9");
  selection.zone(8);
  assert.equal(selection.runs, "0-7");
});

test("a table that is sold whole is chosen whole", () => {
  const selection = chosen();
  selection.seat(6);
  assert.equal(selection.runs, "6-7");
});

test("a box adds, or lets go", () => {
  const selection = chosen();
  selection.box({ minX: 0, minY: -10, maxX: 120, maxY: 110 });
  assert.equal(selection.runs, "0-1,4-5");
  selection.box({ minX: 0, minY: -10, maxX: 60, maxY: 110 }, true);
  assert.equal(selection.runs, "1,5");
});

test("runs are written and read back", () => {
  assert.equal(runs([5, 1, 2, 3, 9]), "1-3,5,9");
  const selection = chosen();
  selection.read("1-3,9,99");
  assert.equal(selection.runs, "1-3,9");
});
