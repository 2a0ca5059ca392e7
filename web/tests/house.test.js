import assert from "node:assert/strict";
import { test } from "node:test";
import { COMPANION, House, WHEELCHAIR } from "../src/seatmap/house.js";
import { PALETTE, colorOf, inkOn, safeColor } from "../src/seatmap/look.js";
import { FREE, HELD, OFF, SOLD, States, ranges } from "../src/seatmap/states.js";
import { octetsOf } from "../src/seatmap/live.js";

const seat = (row, n, more = {}) => ({ id: `${row}${n}`, label: `${n}`, x: 50 * n + (n > 5 ? 100 : 0), y: 0, category: "Gold", ...more });
const row = (label, y, more) => ({ label, x: 0, y, seats: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => seat(label, n, more?.(n))) });
const plan = () => ({
  format: "placeur-plan-1",
  name: "Small",
  categories: [{ name: "Gold", color: "#d4ac0d" }, { name: "Silver" }],
  zones: [
    { id: "stage", name: "Stage", x: 0, y: 0, areas: [{ id: "stage", x: 0, y: 0, rotation: 0, outline: { shape: "rectangle", width: 600, height: 100 } }] },
    {
      id: "stalls", name: "Stalls", x: 0, y: 200,
      rows: [row("A", 0), row("B", 90, (n) => (n === 10 ? { attributes: ["wheelchair"] } : n === 9 ? { companion_of: "B10" } : {}))],
    },
    { id: "pit", name: "Pit", x: 0, y: 600, areas: [{ id: "pit", x: 0, y: 0, rotation: 90, outline: { shape: "rectangle", width: 100, height: 200 }, capacity: 6, category: "Silver" }] },
  ],
  size: { width: 700, height: 900 },
});
const placeList = () => ({
  runs: [
    { type: "seats", seats: ["gone", ...plan().zones[1].rows.flatMap(({ seats }) => seats.map(({ id }) => id))] },
    { type: "area", area: "pit", count: 8 },
  ],
});
const octets = (states) => {
  const packed = new Uint8Array(Math.ceil(states.length / 4));
  states.forEach((state, place) => (packed[place >> 2] |= state << ((place & 3) * 2)));
  return packed;
};
const run = (first, count, state) => {
  const view = new DataView(new ArrayBuffer(9));
  view.setUint32(0, first, true);
  view.setUint32(4, count, true);
  view.setUint8(8, state);
  return new Uint8Array(view.buffer);
};

test("a house has its seats where they stand, under their place numbers", () => {
  const house = new House(plan(), placeList());
  assert.equal(house.count, 20);
  assert.deepEqual(house.sections.map(({ name, count }) => [name, count]), [["Stalls", 20], ["Pit", 6]]);
  assert.deepEqual([house.x[5], house.y[5]], [400, 200]);
  assert.equal(house.place[0], 1);
  assert.equal(house.placeCount, 29);
  assert.deepEqual(house.areas[1].ranges, [[21, 6]]);
  assert.equal(house.pitch, 50);
  assert.equal(house.flags[19], WHEELCHAIR);
  assert.equal(house.flags[18], COMPANION);
  assert.deepEqual(house.seat(19), {
    index: 19, id: "B10", label: "10", row: "B", section: "Stalls", category: "Gold", place: 20, note: "", photo: "", attributes: ["wheelchair"],
  });
});

test("a point finds its seat, its area, its section", () => {
  const house = new House(plan());
  assert.equal(house.at(52, 203, 30), 0);
  assert.equal(house.at(52, 400, 30), -1);
  assert.equal(house.areas[house.areaAt(-100, 650)].id, "pit");
  assert.equal(house.areaAt(300, 50), -1, "decoration is no area");
  assert.equal(house.sections[house.sectionAt(300, 245)].name, "Stalls");
  assert.deepEqual(house.within(0, 190, 110, 210).sort(), [0, 1]);
});

test("arrows go to the next seat, and stay where there is none", () => {
  const house = new House(plan());
  assert.equal(house.toward(0, 1, 0), 1);
  assert.equal(house.toward(4, 1, 0), 5, "over an aisle");
  assert.equal(house.toward(0, 0, 1), 10);
  assert.equal(house.toward(10, 0, -1), 0);
  assert.equal(house.toward(0, -1, 0), 0);
});

test("a row is cut at its aisles", () => {
  const house = new House(plan());
  assert.deepEqual(house.runs(0), [[0, 5], [5, 10]]);
});

test("states are read, changed and counted", () => {
  const house = new House(plan(), placeList());
  const states = new States(house);
  assert.equal(states.known, false);
  const told = new Array(29).fill(FREE);
  told[1] = SOLD;
  told[2] = HELD;
  told[22] = SOLD;
  states.whole(octets(told));
  assert.equal(states.of(0), SOLD);
  assert.deepEqual([...states.section(0)], [18, 1, 1, 0]);
  assert.deepEqual([...states.section(1)], [5, 0, 1, 0], "units beyond the capacity do not count");
  assert.deepEqual([...states.category(1)], [5, 0, 1, 0]);
  const touched = states.change(new Uint8Array([...run(1, 3, FREE), ...run(21, 1, OFF), ...run(0, 1, SOLD)]));
  assert.deepEqual([...touched].sort(), [0, 1]);
  assert.deepEqual([...states.row(0)], [10, 0, 0, 0]);
  assert.deepEqual([...states.area(1)], [4, 0, 1, 1]);
  assert.equal(states.change(run(1, 3, FREE)).size, 0, "nothing new");
});

test("what this browser has done is known before it is told", () => {
  const states = new States(new House(plan(), placeList()));
  states.whole(octets(new Array(29).fill(FREE)));
  assert.deepEqual([...states.mark([1, 2, -1, 99], HELD)], [0]);
  assert.deepEqual([...states.row(0)], [8, 2, 0, 0]);
  assert.deepEqual([...states.mark([1], FREE)], [0]);
  assert.equal(states.of(0), FREE);
});

test("changes beyond the house are left out", () => {
  const states = new States(new House(plan(), placeList()));
  states.change(run(28, 4_000_000_000, SOLD));
  assert.equal(states.state.length, 29);
});

test("a house without places is drawn and tells no states", () => {
  const house = new House({ name: "Empty", categories: [], zones: [], size: { width: 1, height: 1 } });
  assert.deepEqual([house.count, house.sections.length, house.at(0, 0, 10)], [0, 0, -1]);
  assert.deepEqual(house.within(0, 0, 1, 1), []);
});

test("labels that count on are told as ranges", () => {
  assert.equal(ranges(["1", "2", "3", "7", "9", "8"]), "1–3, 7, 9–8");
  assert.equal(ranges(["A", "B"]), "A, B");
  assert.equal(ranges([]), "");
});

test("only colours are colours", () => {
  assert.equal(safeColor("url(//elsewhere.example)"), "");
  assert.equal(colorOf({ color: "" }, 12), PALETTE[2]);
  assert.equal(inkOn("#ffffff"), "#16181d");
  assert.equal(inkOn("#1d1b18"), "#ffffff");
});

test("base64 is octets", () => {
  assert.deepEqual([...octetsOf("AAEC/w==")], [0, 1, 2, 255]);
});

test("forty thousand seats are a house in a moment", () => {
  const rows = Array.from({ length: 1000 }, (_, r) => ({
    label: `${r}`, x: 0, y: 80 * r, seats: Array.from({ length: 40 }, (_, n) => ({ id: `${r}-${n}`, label: `${n}`, x: 50 * n, y: 0, category: "Gold" })),
  }));
  const large = { ...plan(), zones: [{ id: "all", name: "All", x: 0, y: 0, rows }] };
  const began = performance.now();
  const house = new House(large);
  assert.equal(house.count, 40_000);
  assert.ok(performance.now() - began < 2000);
});

test("a house of several floors is looked at floor by floor", () => {
  const drawn = plan();
  const [, stalls] = drawn.zones;
  drawn.zones[1] = { ...stalls, floor: "Ground" };
  drawn.zones.push({ id: "balcony", name: "Balcony", x: 0, y: 200, floor: "Balcony", rows: [row("C", 10), row("D", 100)] });
  const house = new House(drawn);
  assert.deepEqual([house.floors, house.stacked, house.floor], [["Ground", "Balcony"], true, 0], "drawn over one another");
  const c1 = house.ids.indexOf("C1");
  assert.equal(house.at(50, 210, 1), -1, "what is on another floor is not found");
  assert.ok(!house.within(0, 0, 1000, 1000).includes(c1));
  assert.equal(house.sectionAt(300, 205), 0);
  assert.ok(house.areaAt(-50, 650) >= 0, "what is on no floor belongs to all");
  house.floor = 1;
  assert.equal(house.at(50, 210, 1), c1);
  assert.equal(house.toward(c1, 0, -1), c1, "nor do arrows lead there");
  assert.equal(house.sections[house.sectionAt(300, 210)]?.name, "Balcony");
  assert.ok(house.seen.minY > house.bounds.minY || house.seen.maxY <= house.bounds.maxY);
  const apart = new House(plan());
  assert.deepEqual([apart.floors, apart.stacked, apart.floor], [[], false, -1]);
});
