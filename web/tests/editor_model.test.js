import assert from "node:assert/strict";
import { test } from "node:test";
import * as arrange from "../editor/model/arrange.js";
import * as copies from "../editor/model/copies.js";
import { Drawing, Edit, HEAD, same } from "../editor/model/drawing.js";
import * as making from "../editor/model/making.js";
import { along, bowOf, seatsAt, turned } from "../editor/model/places.js";
import { Selection, pointsOf, rowsOf, seatCount } from "../editor/model/selection.js";

const HEAD_DATA = { name: "Hall", size: { width: 2000, height: 1500 }, focal_point: [1000, 0], categories: [{ name: "Gold" }, { name: "Silver" }] };

// A number between 0 and 1 from a seed, the same everywhere (mulberry32).
function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function hall() {
  const drawing = new Drawing({ head: HEAD_DATA, parts: [] });
  const stalls = making.rows(drawing, making.block({ x: 100, y: 300, rowCount: 4, seatCount: 10, aisles: [5] }).lines, { zoneName: "Stalls", category: "Gold" });
  stalls.edit.do();
  making.rows(drawing, making.block({ x: 900, y: 300, rowCount: 3, seatCount: 8, bow: 60, taper: 1 }).lines, { zoneName: "Side", category: "Silver" }).edit.do();
  making.table(drawing, { x: 500, y: 1000, count: 6, zone: stalls.zone, category: "Gold" }).edit.do();
  making.area(drawing, { x: 300, y: 50, outline: { shape: "rectangle", width: 600, height: 120 }, zone: stalls.zone, name: "Stage", step: "stage" }).edit.do();
  making.area(drawing, { x: 1300, y: 900, outline: { shape: "polygon", points: [[0, 0], [300, 0], [200, 250]] }, zone: stalls.zone, capacity: 200, category: "Silver" }).edit.do();
  return drawing;
}

const state = (drawing) => JSON.stringify([...drawing.parts.values()].sort((a, b) => (a.key < b.key ? -1 : 1)));

function some(drawing, random) {
  const parts = [...drawing.parts.values()].filter(({ key, kind }) => key !== HEAD && kind !== "head");
  const keys = parts.filter(() => random() < 0.2).map(({ key }) => key);
  const seats = new Map();
  for (const row of drawing.every("row")) if (random() < 0.2) seats.set(row.key, new Set(row.data.seats.filter(() => random() < 0.4).map(({ id }) => id)));
  return new Selection(keys, seats);
}

// Something that a person could do, at random.
function act(drawing, random) {
  const chosen = some(drawing, random);
  const zones = drawing.zones;
  const acts = [
    () => arrange.moved(drawing, chosen, random() * 200 - 100, random() * 200 - 100),
    () => (chosen.empty ? new Edit(drawing, "none") : arrange.rotated(drawing, chosen, random() * 360)),
    () => (chosen.empty ? new Edit(drawing, "none") : arrange.mirrored(drawing, chosen, random() < 0.5 ? "x" : "y")),
    () => (chosen.empty ? new Edit(drawing, "none") : arrange.aligned(drawing, chosen, ["left", "middle", "bottom"][Math.floor(random() * 3)])),
    () => (chosen.empty ? new Edit(drawing, "none") : arrange.distributed(drawing, chosen, "x")),
    () => arrange.removed(drawing, random() < 0.3 ? chosen : new Selection()),
    () => copies.copied(drawing, chosen, 40, 40).edit,
    () => arrange.counted(drawing, chosen, Math.floor(random() * 14) + 1, random() < 0.5 ? "end" : "start"),
    () => arrange.spaced(drawing, chosen, 40 + random() * 40),
    () => arrange.bent(drawing, chosen, random() * 200 - 100),
    () => arrange.evened(drawing, chosen),
    () => arrange.reversed(drawing, chosen),
    () => arrange.joined(drawing, chosen).edit,
    () => arrange.reseated(drawing, chosen, "category", (seat) => ({ ...seat, category: "Silver" })),
    () => (zones.length ? arrange.rehomed(drawing, chosen, zones[Math.floor(random() * zones.length)].key) : new Edit(drawing, "none")),
    () => making.rows(drawing, making.block({ x: random() * 900, y: random() * 900, rowCount: 2, seatCount: 5, degrees: random() * 90 }).lines, { zoneName: "New" }).edit,
    () => making.table(drawing, { x: random() * 900, y: random() * 900, booth: random() < 0.3, shape: random() < 0.5 ? "round" : "rectangle", zoneName: "Tables" }).edit,
    () => new Edit(drawing, "head").head({ name: `Hall ${Math.floor(random() * 10)}` }),
  ];
  acts[Math.floor(random() * acts.length)]().do();
}

test("whatever was done is undone and done again, in any order", () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seeded(seed);
    const drawing = hall();
    const states = [state(drawing)];
    const path = [0];
    for (let step = 0; step < 25; step++) {
      const before = states.length;
      if (random() < 0.7) {
        const now = drawing.version;
        act(drawing, random);
        if (drawing.version === now) continue;
        states.length = path.at(-1) + 1;
        states.push(state(drawing));
        path.push(states.length - 1);
      } else if (random() < 0.6 && path.at(-1) > 0) {
        assert.ok(drawing.undo());
        path.push(path.at(-1) - 1);
      } else if (path.at(-1) < before - 1 && drawing.redo()) path.push(path.at(-1) + 1);
      assert.equal(state(drawing), states[path.at(-1)], `seed ${seed}, step ${step}`);
    }
    const built = hall().undoable && drawing;
    while (built.undo());
    assert.equal(drawing.parts.size, 1, "back to nothing but a head");
  }
});

test("a drawing says the same after it was kept and read again, with its history", () => {
  const random = seeded(7);
  const drawing = hall();
  for (let n = 0; n < 20; n++) act(drawing, random);
  const kept = JSON.parse(JSON.stringify({ parts: [...drawing.parts.values()], history: drawing.history() }));
  const again = new Drawing({ head: kept.parts.find(({ key }) => key === HEAD).data, parts: kept.parts.filter(({ key }) => key !== HEAD) });
  again.restore(kept.history);
  assert.ok(same(JSON.parse(JSON.stringify(again.assembled().plan)), JSON.parse(JSON.stringify(drawing.assembled().plan))));
  while (drawing.undo()) again.undo();
  assert.equal(state(again), state(drawing));
});

test("seats keep their ids whatever is done to them", () => {
  const drawing = hall();
  const ids = new Set(drawing.every("row").flatMap(({ data }) => data.seats.map(({ id }) => id)));
  const all = new Selection(drawing.zones.map(({ key }) => key));
  for (const edit of [arrange.rotated(drawing, all, 33), arrange.mirrored(drawing, all, "x"), arrange.bent(drawing, all, 20), arrange.reversed(drawing, all)]) edit.do();
  assert.deepEqual(new Set(drawing.every("row").flatMap(({ data }) => data.seats.map(({ id }) => id))), ids);
  const { edit, selection } = copies.copied(drawing, all, 50, 50);
  edit.do();
  const made = rowsOf(drawing, selection).flatMap(({ part }) => part.data.seats.map(({ id }) => id));
  assert.equal(new Set(made).size, ids.size);
  assert.ok(made.every((id) => !ids.has(id)), "copies are other seats");
  assert.equal(drawing.every("table").length, 2);
  for (const table of drawing.every("table")) assert.ok(table.data.seats.every((id) => ids.has(id)) || table.data.seats.every((id) => made.includes(id)));
});

test("turning four times by a right angle, and mirroring twice, is nothing", () => {
  const drawing = hall();
  const all = new Selection([...drawing.zones.map(({ key }) => key)]);
  const before = pointsOf(drawing, all);
  const about = [777.7, 333.3];
  for (let n = 0; n < 4; n++) arrange.rotated(drawing, all, 90, about).do();
  near(pointsOf(drawing, all), before, 1);
  for (const axis of ["x", "x", "y", "y"]) arrange.mirrored(drawing, all, axis, about).do();
  near(pointsOf(drawing, all), before, 1);
});

test("what is mirrored lies where a mirror shows it, areas turned any way among it", () => {
  const drawing = hall();
  const areas = new Selection(drawing.every("area").map(({ key }) => key));
  arrange.rotated(drawing, areas, 30).do();
  const before = pointsOf(drawing, areas);
  arrange.mirrored(drawing, areas, "x", [500, 0]).do();
  const wanted = before.map(([x, y]) => [1000 - x, y]);
  const found = pointsOf(drawing, areas);
  for (const point of wanted) assert.ok(found.some((other) => Math.hypot(point[0] - other[0], point[1] - other[1]) < 1), `${point}`);
});

test("moving is the same for rows, seats and zones", () => {
  const drawing = hall();
  const [zone] = drawing.zones;
  const [row] = drawing.rows(zone.key);
  const at = () => seatsAt(drawing.get(zone.key), drawing.get(row.key));
  const before = at();
  arrange.moved(drawing, new Selection([zone.key]), 10, 20).do();
  arrange.moved(drawing, new Selection([row.key]), 10, 20).do();
  arrange.moved(drawing, new Selection([], new Map([[row.key, new Set(row.data.seats.map(({ id }) => id))]])), 10, 20).do();
  near(at(), before.map(([x, y]) => [x + 30, y + 60]), 0.2);
  arrange.moved(drawing, new Selection([zone.key, row.key]), 1, 0).do();
  near(at(), before.map(([x, y]) => [x + 31, y + 60]), 0.2);
});

test("a bent row bows as it was told, and is read so", () => {
  for (const bow of [-400, -120, -1, 0, 30, 500]) {
    const points = along([0, 0], [700, 300], 15, bow);
    assert.ok(Math.abs(bowOf(points) - bow) < 0.5, `${bow}: ${bowOf(points)}`);
    const steps = points.slice(1).map((point, n) => Math.hypot(point[0] - points[n][0], point[1] - points[n][1]));
    assert.ok(Math.max(...steps) - Math.min(...steps) < 0.01, "evenly spaced");
  }
});

test("rows grow and shrink at either end, and go on as they do", () => {
  const drawing = hall();
  const [row] = drawing.rows(drawing.zones[0].key);
  const only = new Selection([row.key]);
  const labels = () => drawing.get(row.key).data.seats.map(({ label }) => label);
  const at = () => seatsAt(drawing.zones[0], drawing.get(row.key));
  const before = at();
  arrange.counted(drawing, only, 12).do();
  assert.deepEqual(labels().slice(-3), ["10", "11", "12"]);
  near([at()[11]], [[before[9][0] + 110, before[9][1]]], 0.5);
  arrange.counted(drawing, only, 13, "start").do();
  assert.deepEqual(labels().slice(0, 2), ["13", "1"], "no seat is 0, and none is there twice");
  near(at().slice(1, 11), before, 0.5);
  arrange.counted(drawing, only, 10, "start").do();
  arrange.counted(drawing, only, 8).do();
  assert.equal(labels().length, 8);
  arrange.spaced(drawing, only, 70).do();
  assert.ok(Math.abs(at()[1][0] - at()[0][0]) > 55);
});

test("what is taken away leaves no table, no companion behind", () => {
  const drawing = hall();
  const table = drawing.every("table")[0];
  const row = drawing.every("row").find(({ data }) => data.seats.some(({ id }) => table.data.seats.includes(id)));
  arrange.removed(drawing, new Selection([], new Map([[row.key, new Set([row.data.seats[0].id])]]))).do();
  assert.equal(drawing.get(table.key).data.seats.length, 5);
  arrange.removed(drawing, new Selection([table.key])).do();
  assert.equal(drawing.get(table.key), undefined);
  assert.equal(drawing.every("row").includes(row), false);
  assert.ok(!drawing.every("area").some(({ data }) => data.id.endsWith("-top")));
  const [first] = drawing.every("row");
  const [bay, mate] = first.data.seats;
  arrange.reseated(drawing, new Selection([], new Map([[first.key, new Set([bay.id])]])), "bay", (seat) => ({ ...seat, attributes: ["wheelchair"] })).do();
  arrange.accompanied(drawing, new Selection([], new Map([[first.key, new Set([mate.id])]]))).do();
  assert.equal(drawing.get(first.key).data.seats[1].companion_of, bay.id);
  arrange.removed(drawing, new Selection([], new Map([[first.key, new Set([bay.id])]]))).do();
  assert.equal(drawing.get(first.key).data.seats[0].companion_of, undefined);
});

test("parts of another zone stay where they are", () => {
  const drawing = hall();
  const [stalls, side] = drawing.zones;
  arrange.moved(drawing, new Selection([side.key]), 300, 40).do();
  const rows = new Selection(drawing.rows(stalls.key).slice(0, 2).map(({ key }) => key));
  const before = pointsOf(drawing, rows);
  arrange.rehomed(drawing, rows, side.key).do();
  near(pointsOf(drawing, rows), before, 0.2);
  assert.equal(drawing.rows(side.key).length, 5);
});

test("a slider that is moved is one step", () => {
  const drawing = hall();
  const row = new Selection([drawing.every("row")[0].key]);
  const before = state(drawing);
  for (const bow of [10, 20, 30, 40]) arrange.bent(drawing, row, bow).do({ merge: true });
  drawing.settle();
  arrange.bent(drawing, row, 80).do({ merge: true });
  drawing.undo();
  assert.ok(Math.abs(bowOf(seatsAt(drawing.zones[0], drawing.every("row")[0])) - 40) < 0.5);
  drawing.undo();
  assert.equal(state(drawing), before);
});

test("blocks taper, skew, bow and have aisles", () => {
  const lines = making.block({ x: 0, y: 0, rowCount: 3, seatCount: 10, taper: 2, aisles: [3], aisle: 150 }).lines;
  assert.deepEqual(lines.map(({ length }) => length), [10, 8, 6]);
  const gaps = lines[0].slice(1).map(([x], n) => Math.round(x - lines[0][n][0]));
  assert.deepEqual(gaps.map((gap) => gap > 100), [false, false, true, false, false, false, false, false, false]);
  const middle = (line) => (line[0][0] + line.at(-1)[0]) / 2;
  assert.ok(Math.abs(middle(lines[0]) - middle(lines[2])) < 1, "centred");
  const turnedLines = making.block({ x: 0, y: 0, rowCount: 2, seatCount: 3, degrees: 90 }).lines;
  near(turnedLines[0], making.block({ x: 0, y: 0, rowCount: 2, seatCount: 3 }).lines[0].map((point) => turned(point, 90)), 0.01);
});

test("the stadium is a drawing like any other", () => {
  const plan = { ...HEAD_DATA, zones: [] };
  const parts = [];
  for (let zone = 0; zone < 60; zone++) {
    parts.push({ key: `z${zone}`, kind: "zone", parent: null, position: zone, data: { id: `z${zone}`, name: `${zone}`, x: zone * 900, y: 0 } });
    for (let row = 0; row < 25; row++) {
      const seats = Array.from({ length: 26 }, (_, n) => ({ id: `${zone}-${row}-${n}`, label: String(n + 1), x: n * 50, y: 0, category: "Gold" }));
      parts.push({ key: `z${zone}r${row}`, kind: "row", parent: `z${zone}`, position: row, data: { label: String(row + 1), x: 0, y: row * 80, seats } });
    }
  }
  const drawing = new Drawing({ head: plan, parts });
  const all = new Selection(drawing.zones.map(({ key }) => key));
  assert.equal(seatCount(drawing, all), 39_000);
  const began = performance.now();
  arrange.reseated(drawing, all, "category", (seat) => ({ ...seat, category: "Silver" })).do();
  arrange.rotated(drawing, all, 5).do();
  drawing.undo();
  drawing.undo();
  console.log(`39,000 seats recoloured, turned, undone: ${Math.round(performance.now() - began)} ms`);
  assert.equal(drawing.every("row")[0].data.seats[0].category, "Gold");
});

function near(found, wanted, within) {
  assert.equal(found.length, wanted.length);
  found.forEach(([x, y], n) => assert.ok(Math.hypot(x - wanted[n][0], y - wanted[n][1]) <= within, `${n}: ${[x, y]} is not ${wanted[n]}`));
}
