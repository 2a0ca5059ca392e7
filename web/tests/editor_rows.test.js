import assert from "node:assert/strict";
import { test } from "node:test";
import * as arcs from "../editor/model/arcs.js";
import * as arrange from "../editor/model/arrange.js";
import { Drawing } from "../editor/model/drawing.js";
import * as making from "../editor/model/making.js";
import { bowOf, seatsAt, turned } from "../editor/model/places.js";
import { distanceOf, lengthened, system } from "../editor/model/rowing.js";
import { Selection, endsOf } from "../editor/model/selection.js";

const HEAD_DATA = { name: "Hall", size: { width: 4000, height: 3000 }, focal_point: [2000, 0], categories: [{ name: "Gold" }] };

// A hall of one block; its rows, all selected, and their points.
function hall(block) {
  const drawing = new Drawing({ head: HEAD_DATA, parts: [] });
  const { lines, aisles } = making.block({ x: 1000, y: 500, rowSpacing: 90, spacing: 55, ...block });
  making.rows(drawing, lines, { zoneName: "Stalls", category: "Gold", aisles }).edit.do();
  const all = new Selection(drawing.every("row").map(({ key }) => key));
  const points = () => drawing.every("row").map((row) => seatsAt(drawing.zones[0], row));
  return { drawing, all, points };
}

const apart = ([x0, y0], [x1, y1]) => Math.hypot(x1 - x0, y1 - y0);
const steps = (points) => points.slice(1).map((point, n) => apart(points[n], point));

// The point round which a row lies: of the circle through its ends and a seat between them.
function centreOf(points) {
  const [[ax, ay], [bx, by], [cx, cy]] = [points[0], points[points.length >> 1], points[points.length - 1]];
  const d = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by));
  const [a, b, c] = [ax * ax + ay * ay, bx * bx + by * by, cx * cx + cy * cy];
  return [(a * (by - cy) + b * (cy - ay) + c * (ay - by)) / d, (a * (cx - bx) + b * (ax - cx) + c * (bx - ax)) / d];
}

test("a place in a frame is found again, however it bends", () => {
  for (const curvature of [0, 1 / 900, -1 / 2300, -1 / 700]) {
    const frame = { at: [120, -40], along: [0.6, 0.8], curvature };
    for (const [s, d] of [[0, 0], [400, -90], [-300, 200], [555, 30]]) {
      const [fs, fd] = arcs.placeIn(frame, arcs.standing(frame, s, d));
      assert.ok(Math.abs(fs - s) < 1e-6 && Math.abs(fd - d) < 1e-6, `${curvature}: ${[fs, fd]} is not ${[s, d]}`);
    }
  }
});

test("an arc of a length bows as far as it was told", () => {
  for (const bow of [-300, -81, 5, 120, 360]) {
    const curvature = arcs.curvatureOf(bow, 1200);
    const frame = { at: [0, 0], along: [1, 0], curvature };
    const points = Array.from({ length: 25 }, (_, n) => arcs.standing(frame, (n - 12) * 50, 0));
    assert.ok(Math.abs(bowOf(points) - bow) < 0.5, `${bow}: ${bowOf(points)}`);
  }
  assert.ok(Number.isFinite(arcs.curvatureOf(1e6, 1200)), "no further than an arc can");
});

test("a block lies round one point: its rows keep their distance, its seats theirs", () => {
  const { points } = hall({ rowCount: 12, seatCount: 20, bow: -80 });
  const centres = points().map(centreOf);
  for (const centre of centres) assert.ok(apart(centre, centres[0]) < 60, `${centre} is not ${centres[0]}`);
  const radii = points().map((row) => apart(row[0], centres[0]));
  radii.slice(1).forEach((radius, n) => assert.ok(Math.abs(radius - radii[n] - 90) < 1));
  for (const row of points()) for (const step of steps(row)) assert.ok(Math.abs(step - 55) < 0.4);
});

test("rows are bent together: one act, and they keep their distance", () => {
  const { drawing, all, points } = hall({ listed: [[10, 10], [11, 11], [12, 12], null, [12, 12]] });
  const before = points();
  arrange.bent(drawing, all, -150).do();
  const bent = points();
  const centres = bent.map(centreOf);
  for (const centre of centres) assert.ok(apart(centre, centres[0]) < 40);
  const radii = bent.map((row) => apart(row[0], centres[0]));
  assert.deepEqual(radii.slice(1).map((radius, n) => Math.round((radius - radii[n]) / 10)), [9, 9, 18]);
  bent.forEach((row, n) => steps(row).forEach((step, at) => assert.ok(Math.abs(step - steps(before[n])[at]) < 0.6)));
  drawing.undo();
  assert.deepEqual(points(), before, "one step");
  arrange.bent(drawing, all, -150).do();
  arrange.bent(drawing, all, 0).do();
  points().forEach((row, n) => row.forEach((point, at) => assert.ok(apart(point, before[n][at]) < 8, "straight again, where they were")));
});

test("a system of rows that is turned is bent as it stands", () => {
  const { drawing, all, points } = hall({ rowCount: 4, seatCount: 12 });
  arrange.bent(drawing, all, -60).do();
  const wanted = points().map((row) => row.map((point) => turned(point, 35, [2000, 900])));
  drawing.undo();
  arrange.rotated(drawing, all, 35, [2000, 900]).do();
  arrange.bent(drawing, all, -60).do();
  points().forEach((row, n) => row.forEach((point, at) => assert.ok(apart(point, wanted[n][at]) < 1)));
});

test("rows that do not run alike are bent each by itself", () => {
  const { drawing } = hall({ rowCount: 2, seatCount: 10 });
  making.rows(drawing, making.block({ x: 300, y: 300, rowCount: 2, seatCount: 10, degrees: 90 }).lines, { zone: drawing.zones[0].key }).edit.do();
  const all = new Selection(drawing.every("row").map(({ key }) => key));
  assert.equal(system(drawing, all), null);
  arrange.bent(drawing, all, 40).do();
  for (const row of drawing.every("row")) assert.ok(Math.abs(bowOf(seatsAt(drawing.zones[0], row)) - 40) < 0.5);
});

test("rows are widened together: their seats further apart, or more of them on one side", () => {
  const { drawing, all, points } = hall({ rowCount: 4, seatCount: 12, bow: -60, aisles: [6], aisle: 130 });
  const centre = centreOf(points()[0]);
  arrange.spaced(drawing, all, 60).do();
  for (const row of points()) {
    assert.deepEqual(steps(row).map((step) => Math.round(step / 5) * 5), [60, 60, 60, 60, 60, 130, 60, 60, 60, 60, 60]);
    assert.ok(apart(centreOf(row), centre) < 60, "still round the same point");
  }
  const left = points().map((row) => row[0]);
  lengthened(drawing, system(drawing, all), 3, 1).do();
  points().forEach((row, n) => {
    assert.equal(row.length, 15);
    assert.ok(apart(row[0], left[n]) < 0.1, "the other side stays");
  });
  lengthened(drawing, system(drawing, all), -20, -1).do();
  assert.deepEqual(drawing.every("row").map(({ data }) => data.seats.length), [1, 1, 1, 1], "one seat stays");
});

test("rows are drawn apart together", () => {
  const { drawing, all, points } = hall({ rowCount: 5, seatCount: 14, bow: -70 });
  assert.equal(Math.round(distanceOf(system(drawing, all))), 90);
  arrange.parted(drawing, all, 1.5).do();
  assert.equal(Math.round(distanceOf(system(drawing, all))), 135);
  const centre = centreOf(points()[0]);
  const radii = points().map((row) => apart(row[0], centre));
  radii.slice(1).forEach((radius, n) => assert.ok(Math.abs(radius - radii[n] - 135) < 1.5));
});

test("a house's list of rows is read", () => {
  const { rows, broken } = making.readRows("2x11+11\n12+12, 13\t26\t13\n\n 3 × 14+14 \n20\n");
  assert.deepEqual(rows, [[11, 11], [11, 11], [12, 12], [13, 26, 13], null, [14, 14], [14, 14], [14, 14], [20]]);
  assert.equal(broken, null);
  assert.deepEqual(making.readRows("  "), { rows: [], broken: null });
  assert.deepEqual(making.readRows(",,5,,"), { rows: [[5]], broken: null }, "nothing is left out before the first row");
  for (const text of ["A 22", "11++11", "0+5", "501", "999x2", "-3", "2x", "1e3"]) assert.equal(making.readRows(`4\n${text}`).broken, text);
  assert.deepEqual(making.readRows("4\nfoo\n5").rows, [[4], [5]]);
});

test("listed rows have their aisles, are centred, and leave out what is left out", () => {
  const { lines, aisles } = making.block({ x: 0, y: 0, aisle: 125, listed: [[11, 11], null, [9, 14, 9]] });
  assert.deepEqual(lines.map(({ length }) => length), [22, 32]);
  assert.deepEqual(aisles, [[11], [9, 23]]);
  assert.ok(Math.abs(steps(lines[0])[10] - 125) < 1e-6);
  assert.equal(lines[1][0][1] - lines[0][0][1], 2 * making.ROW_SPACING);
  const middle = (line) => (line[0][0] + line[line.length - 1][0]) / 2;
  assert.ok(Math.abs(middle(lines[0]) - middle(lines[1])) < 1e-6);
  assert.deepEqual(lines[0][0], [0, 0], "where the first seat stands");
});

test("the ends of rows are selected, so many seats at each", () => {
  const { drawing, all } = hall({ listed: [[10], [3], [1]] });
  const [long, three, one] = drawing.every("row");
  const ends = endsOf(drawing, all, 2);
  assert.deepEqual([...ends.seats.get(long.key)], [0, 1, 8, 9].map((n) => long.data.seats[n].id));
  assert.ok(ends.keys.has(three.key) && ends.keys.has(one.key), "of a short row that is all of it");
  const chosen = new Selection([], new Map([[long.key, new Set(long.data.seats.slice(2, 6).map(({ id }) => id))]]));
  assert.deepEqual([...endsOf(drawing, chosen).seats.get(long.key)], [2, 5].map((n) => long.data.seats[n].id));
});
