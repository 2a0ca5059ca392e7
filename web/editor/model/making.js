// What is drawn anew: rows, blocks of rows, areas, tables and booths, stages, words, zones. Each makes one edit, and says
// what it has made: {edit, selection}.
import { Edit, between } from "./drawing.js";
import { fresh } from "./keys.js";
import { next } from "./numbering/spelling.js";
import { along, round, rowAt, turned } from "./places.js";
import { Selection, topOf } from "./selection.js";

export const SPACING = 55, ROW_SPACING = 90;
const FIRST = "A";
const TABLE_EDGE = 45;

// Rows at these points, each a list of [x, y], in a zone (null: a new one named `zoneName`).
export function rows(drawing, lines, { zone = null, category = "", zoneName = "", labels = null, aisles = [], name = "row" } = {}) {
  const edit = new Edit(drawing, name);
  const home = zone ? edit.get(zone) : newZone(edit, zoneName);
  const before = drawing.rows(home.key);
  const position = between(before.at(-1)?.position);
  const called = labels ?? nextLabels(before.map(({ data }) => data.label), lines.length);
  const keys = lines.map((points, n) => {
    const seats = points.map((_, at) => ({ id: fresh(), label: String(at + 1), x: 0, y: 0, category, ...(aisles.includes(at + 1) ? { aisle_after: true } : {}) }));
    const data = rowAt(home, { label: called[n], x: 0, y: 0, seats }, points);
    const key = fresh();
    edit.put({ key, kind: "row", parent: home.key, position: position + n, data });
    return key;
  });
  return { edit, selection: new Selection(keys), zone: home.key };
}

// The points of a block: `rowCount` rows of `seatCount` seats from a corner on, turned by `degrees`.
//
// `bow` bends each row towards its front; `skew` shifts each row by so much against the one before it; `aisles`: after which
// seats there is one, each `aisle` wide; `taper`: so many seats fewer (or more) in each row than in the one before it.
export function blockPoints({ x, y, rowCount, seatCount, spacing = SPACING, rowSpacing = ROW_SPACING, degrees = 0, bow = 0, skew = 0, aisles = [], aisle = 120, taper = 0 }) {
  const lines = [];
  for (let row = 0; row < rowCount; row++) {
    const count = Math.max(1, seatCount - taper * row);
    const gaps = aisles.filter((after) => after > 0 && after < count);
    const wide = spacing * (count - 1) + (aisle - spacing) * gaps.length * (aisle > spacing ? 1 : 0);
    const full = spacing * (seatCount - 1) + (aisle > spacing ? (aisle - spacing) * aisles.filter((after) => after > 0 && after < seatCount).length : 0);
    const left = (full - wide) / 2 + skew * row;
    const top = row * rowSpacing;
    const flat = [];
    let at = left;
    for (let seat = 0; seat < count; seat++) {
      flat.push(at);
      at += gaps.includes(seat + 1) && aisle > spacing ? aisle : spacing;
    }
    const curved = arc(flat, left, left + wide, bow);
    lines.push(curved.map(([dx, dy]) => turned([x + dx, y + top + dy], degrees, [x, y])));
  }
  return lines;
}

// An area at an absolute place: {shape, ...} as the format has outlines. With a capacity it has places.
export function area(drawing, { x, y, outline, zone = null, zoneName = "", name = "", capacity = 0, category = "", color = "", text = null, rotation = 0, step = "area" }) {
  const edit = new Edit(drawing, step);
  const home = zone ? edit.get(zone) : newZone(edit, zoneName);
  const key = fresh();
  const data = { id: fresh(), x: round(x - home.data.x), y: round(y - home.data.y), rotation };
  if (name) data.name = name;
  if (outline) data.outline = outline;
  if (capacity) Object.assign(data, { capacity, category });
  if (color) data.color = color;
  if (text) data.text = text;
  edit.put({ key, kind: "area", parent: home.key, position: between(drawing.areas(home.key).at(-1)?.position), data });
  return { edit, selection: new Selection([key]), zone: home.key };
}

// A table with its seats round it: "round", or "rectangle" with seats on its long sides (and its ends, if `ends`).
// A booth is a rectangle with seats on one long side and the ends, sold whole.
export function table(drawing, { x, y, shape = "round", count = 8, label = "", whole = false, spacing = SPACING, zone = null, zoneName = "", category = "", color = "#e6e1d8", booth = false, degrees = 0 }) {
  const edit = new Edit(drawing, booth ? "booth" : "table");
  const home = zone ? edit.get(zone) : newZone(edit, zoneName);
  const { points, outline, corner } = shape === "round" ? roundTable(count, spacing) : booth ? boothTable(count, spacing) : longTable(count, spacing);
  const placed = points.map((point) => turned([x + point[0], y + point[1]], degrees, [x, y]));
  const called = label || String(1 + drawing.every("table").reduce((most, { data }) => Math.max(most, Number(data.label) || 0), 0));
  const seats = placed.map((_, n) => ({ id: fresh(), label: String(n + 1), x: 0, y: 0, category }));
  const [rowKey, tableKey, areaKey, id] = [fresh(), fresh(), fresh(), fresh()];
  const position = between(drawing.rows(home.key).at(-1)?.position);
  edit.put({ key: rowKey, kind: "row", parent: home.key, position, data: rowAt(home, { label: called, x: 0, y: 0, seats }, placed) });
  const data = { id, label: called, seats: seats.map((seat) => seat.id) };
  if (whole || booth) data.sold_whole = true;
  edit.put({ key: tableKey, kind: "table", parent: home.key, position: between(drawing.tables(home.key).at(-1)?.position), data });
  const [ax, ay] = turned([x + corner[0], y + corner[1]], degrees, [x, y]);
  const top = { id: topOf(id), x: round(ax - home.data.x), y: round(ay - home.data.y), rotation: degrees, outline, color };
  edit.put({ key: areaKey, kind: "area", parent: home.key, position: between(drawing.areas(home.key).at(-1)?.position), data: top });
  return { edit, selection: new Selection([tableKey]), zone: home.key };
}

export function zone(drawing, name) {
  const edit = new Edit(drawing, "zone");
  const made = newZone(edit, name);
  return { edit, zone: made.key };
}

// What rows after those with these labels are called: A, B, C ... without I and O, or on from the last number.
export function nextLabels(labels, count) {
  const called = [];
  for (let last = labels.at(-1); called.length < count; called.push(last)) last = (last && next([last])) ?? FIRST;
  return called;
}

function newZone(edit, name) {
  const { drawing } = edit;
  const key = fresh();
  edit.put({ key, kind: "zone", parent: null, position: between(drawing.zones.at(-1)?.position), data: { id: fresh(), name: name || `${drawing.zones.length + 1}`, x: 0, y: 0 } });
  return edit.get(key);
}

// Points along a line at these distances, bent as `along` bends.
function arc(flat, from, to, bow) {
  if (Math.abs(bow) < 0.05 || to - from < 1) return flat.map((at) => [at, 0]);
  return along([from, 0], [to, 0], flat.length, bow, flat.map((at) => (at - from) / (to - from)));
}

function roundTable(count, spacing) {
  const radius = Math.max(spacing * 0.9, (count * spacing) / (2 * Math.PI));
  const points = Array.from({ length: count }, (_, n) => turned([0, -radius], (n * 360) / count));
  return { points, outline: { shape: "circle", radius: round(Math.max(20, radius - TABLE_EDGE * 0.75)) }, corner: [0, 0] };
}

function longTable(count, spacing) {
  const side = Math.ceil(count / 2);
  const [width, height] = [side * spacing, 80];
  const line = (some, y) => Array.from({ length: some }, (_, n) => [(n - (some - 1) / 2) * spacing, y]);
  const points = [...line(side, -height / 2 - TABLE_EDGE * 0.8), ...line(count - side, height / 2 + TABLE_EDGE * 0.8).reverse()];
  return { points, outline: { shape: "rectangle", width, height }, corner: [-width / 2, -height / 2] };
}

function boothTable(count, spacing) {
  const back = Math.max(1, count - 2);
  const [width, height] = [back * spacing, 70];
  const points = Array.from({ length: back }, (_, n) => [(n - (back - 1) / 2) * spacing, -height / 2 - TABLE_EDGE * 0.8]);
  if (count > 1) points.unshift([-width / 2 - TABLE_EDGE * 0.8, 0]);
  if (count > 2) points.push([width / 2 + TABLE_EDGE * 0.8, 0]);
  return { points: points.slice(0, count), outline: { shape: "rectangle", width, height }, corner: [-width / 2, -height / 2] };
}
