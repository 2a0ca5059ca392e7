import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "../src/seatmap/house.js";
import { Picking } from "../src/seatmap/picking.js";
import { Pricing } from "../src/seatmap/pricing.js";
import { FREE, HELD, SOLD, States } from "../src/seatmap/states.js";

// Stalls: rows A and B of ten, an aisle in A after the fifth; B9 for a companion, B10 for a wheelchair. A table of four
// that is sold whole. Standing places.
const COLUMNS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const seat = (row, n) => ({
  id: `${row}${n}`, label: `${n}`, x: 50 * n, y: 0, category: row === "A" ? "Gold" : "Silver",
  ...(row === "A" && n === 5 ? { aisle_after: true } : {}),
  ...(row === "A" && n === 1 ? { attributes: ["restricted_view"], note: "A pillar hides the stage." } : {}),
  ...(row === "B" && n === 10 ? { attributes: ["wheelchair"] } : {}),
  ...(row === "B" && n === 9 ? { companion_of: "B10" } : {}),
});
const row = (label, y, columns = COLUMNS) => ({ label, x: 0, y, seats: columns.map((n) => seat(label, n)) });
const PLAN = {
  format: "placeur-plan-1", name: "Small", size: { width: 700, height: 900 },
  categories: [{ name: "Gold" }, { name: "Silver" }, { name: "Standing" }],
  zones: [
    { id: "stalls", name: "Stalls", x: 0, y: 0, rows: [row("A", 0), row("B", 60)] },
    { id: "tables", name: "Tables", x: 0, y: 300, rows: [row("T", 0, [1, 2, 3, 4])], tables: [{ id: "t", label: "Table 1", seats: ["T1", "T2", "T3", "T4"], sold_whole: true }] },
    { id: "pit", name: "Pit", x: 0, y: 600, areas: [{ id: "pit", x: 0, y: 0, rotation: 0, outline: { shape: "rectangle", width: 100, height: 100 }, capacity: 6, category: "Standing" }] },
  ],
};
const IDS = PLAN.zones.flatMap(({ rows = [] }) => rows.flatMap(({ seats }) => seats.map(({ id }) => id)));
const OFFER = {
  tariffs: [{ id: "full", name: "Full" }, { id: "young", name: "Under 26" }],
  groups: [
    { name: "Gold", category: "Gold", zone: "", prices: { full: 6000, young: 4000 } },
    { name: "Silver", category: "Silver", zone: "", prices: { full: 3000 } },
    { name: "Tables / Silver", category: "Silver", zone: "tables", prices: { full: 9000 } },
    { name: "Standing", category: "Standing", zone: "", prices: { full: 1500 } },
  ],
};

function made(told = {}) {
  const house = new House(PLAN, { runs: [{ type: "seats", seats: IDS }, { type: "area", area: "pit", count: 6 }] });
  const states = new States(house);
  const list = [...IDS.map((id) => told[id] ?? FREE), ...new Array(6).fill(FREE)];
  const octets = new Uint8Array(Math.ceil(list.length / 4));
  list.forEach((state, place) => (octets[place >> 2] |= state << ((place & 3) * 2)));
  states.whole(octets);
  const picking = new Picking(house, states, new Pricing(house, OFFER));
  return { house, states, picking, seats: (...ids) => ids.map((id) => IDS.indexOf(id)), ids: (seats) => seats.map((at) => IDS[at]) };
}

function holding(ids, told = {}) {
  const all = made({ ...told, ...Object.fromEntries(ids.map((id) => [id, HELD])) });
  all.picking.hold(all.seats(...ids).map((index) => all.house.place[index]));
  return all;
}

test("what is left is right as soon as the cart is another", () => {
  const { house, picking, seats } = made();
  const [a2] = seats("A2");
  assert.equal(picking.leftOf(0), 10);
  picking.hold([house.place[a2]]);
  assert.equal(picking.leftOf(0), 9, "one's own is not left");
  picking.hold([]);
  assert.equal(picking.leftOf(0), 10, "emptied elsewhere, it is left again");
});

test("a seat has the price of its zone before that of its category", () => {
  const { picking, seats } = made();
  const groups = seats("A1", "B1", "T1").map((index) => picking.group[index]);
  assert.deepEqual(groups, [0, 1, 2]);
  assert.deepEqual(picking.pricing.offered(0).map(([{ name }, cents]) => [name, cents]), [["Full", 6000], ["Under 26", 4000]]);
  assert.deepEqual(picking.pricing.steps, [1500, 3000, 4000, 9000]);
});

test("only what is free and priced can be taken", () => {
  const { picking, seats } = holding(["A3"], { A4: SOLD });
  assert.deepEqual(seats("A2", "A3", "A4").map((index) => picking.open(index)), [true, false, false]);
});

test("a section tells what is left of what is looked for, and from how much", () => {
  const { picking, house } = made({ A1: SOLD });
  assert.deepEqual([picking.section(0).free, picking.section(0).from], [19, 3000]);
  picking.filter.centsMax = 3000;
  picking.recount();
  assert.deepEqual([picking.section(0).free, picking.section(1).free, picking.section(1).from], [10, 0, null]);
  picking.filter = { centsMax: Infinity, groups: null, wheelchair: true, clear: false };
  picking.recount();
  assert.deepEqual(house.sections.map((_, index) => picking.section(index).free), [2, 0, 0]);
  assert.equal(picking.leftOf(3), 6, "the legend counts whatever is filtered");
});

test("a seat with a restricted view is left out of a clear view", () => {
  const { picking, seats } = made();
  picking.filter.clear = true;
  assert.deepEqual(seats("A1", "A2").map((index) => picking.passes(index)), [false, true]);
});

test("a lone seat is told with its neighbours, at a row's end and at an aisle too", () => {
  const { picking, ids } = holding(["A2", "A4"]);
  assert.deepEqual(picking.lone().map(({ seat: at, between }) => [IDS[at], between.map((next) => IDS[next] ?? "")]), [
    ["A1", ["", "A2"]], ["A3", ["A2", "A4"]], ["A5", ["A4", ""]],
  ]);
  assert.deepEqual(ids(holding(["A5"]).picking.lone().map(({ seat: at }) => at)), [], "the aisle is no neighbour");
});

test("nobody is blamed for a seat that was alone before, or for a bay", () => {
  assert.deepEqual(holding(["B4"], { B1: SOLD, B3: SOLD }).picking.lone(), []);
  assert.deepEqual(holding(["B8"]).picking.lone(), [], "B9 is a companion's");
});

test("a choice moves on by one seat, where that leaves nobody alone", () => {
  const { picking, ids } = holding(["B2", "B3"]);
  const { take, leave } = picking.mendLone();
  assert.deepEqual([ids(take), ids(leave)], [["B1"], ["B3"]]);
});

test("nothing is offered that mends nothing", () => {
  assert.equal(holding(["B2"], { B3: SOLD, B4: SOLD }).picking.mendLone(), null, "moving on leaves another one alone");
  assert.equal(holding(["A2", "A3", "A4"]).picking.mendLone()?.leave.length, 1, "at both ends at once");
  assert.equal(holding(["B5"]).picking.mendLone(), null, "nobody is alone");
});

test("who sits apart is told, and offered a place together at the same price", () => {
  const { picking, ids } = holding(["B1", "B4"], { B2: SOLD });
  assert.deepEqual(picking.clumps().map(ids), [["B1"], ["B4"]]);
  const { take, leave } = picking.mendApart();
  assert.equal(take.length, leave.length);
  const after = new Set([...picking.mine].filter((index) => !leave.includes(index)).concat(take));
  assert.equal(picking.clumps(after).length, 1);
  assert.ok(ids([...after]).every((id) => id.startsWith("B")));
});

test("an aisle parts neighbours", () => {
  const { picking, ids } = holding(["A5", "A6"]);
  assert.deepEqual(picking.clumps().map(ids), [["A5"], ["A6"]]);
});

test("a table that is sold whole is one choice, and leaves nobody alone", () => {
  const { house, seats, picking } = holding(["T1", "T2", "T3", "T4"]);
  assert.deepEqual(house.soldWith(seats("T2")[0]), seats("T1", "T2", "T3", "T4"));
  assert.equal(picking.clumps().length, 1);
  assert.deepEqual(picking.lone(), []);
  assert.equal(picking.mendApart(), null);
});

test("the nearest of the same price stand in for a seat that was taken", () => {
  const { picking, seats, ids } = made({ A3: SOLD });
  assert.deepEqual(ids(picking.nearest(seats("A3")[0], 2)).sort(), ["A2", "A4"]);
  const none = Object.fromEntries(COLUMNS.map((n) => [`A${n}`, SOLD]));
  const others = made(none);
  assert.ok(others.ids(others.picking.nearest(others.seats("A3")[0], 2)).every((id) => id.startsWith("B")), "or of another");
});

test("a companion's seat is no stand-in for an ordinary one", () => {
  const { picking, seats, ids } = made({ B8: SOLD, B7: SOLD, B6: SOLD });
  assert.ok(!ids(picking.nearest(seats("B8")[0], 20)).some((id) => ["B9", "B10"].includes(id)));
});

test("what is kept off sale is open to who may sell it, whatever is told of it meanwhile", () => {
  const { house, states, picking } = made();
  const [place, sold] = [house.place[3], house.place[4]];
  const octets = new Uint8Array(Math.ceil(house.placeCount / 4));
  for (const [at, state] of [[place, 3], [sold, 2]]) octets[at >> 2] |= state << ((at & 3) * 2);
  states.whole(octets);
  states.open([[place, 2, 7]]);
  picking.recount();
  assert.deepEqual([states.of(3), states.of(4), picking.open(3)], [FREE, SOLD, true]);
  const told = new DataView(new ArrayBuffer(9));
  told.setUint32(0, place, true);
  told.setUint32(4, 2, true);
  told.setUint8(8, 3);
  states.change(new Uint8Array(told.buffer));
  assert.deepEqual([states.of(3), states.of(4)], [FREE, FREE], "sold no more, and still kept");
  states.open([]);
  assert.deepEqual([states.of(3), states.of(4), picking.open(3)], [3, 3, false]);
  assert.equal(states.row(house.row[3])[FREE], house.rows[house.row[3]].end - house.rows[house.row[3]].start - 2);
});
