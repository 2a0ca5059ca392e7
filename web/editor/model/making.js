// What is drawn anew: rows, blocks of rows, areas, tables and booths, stages, words, zones. Each makes one edit, and says
// what it has made: {edit, selection}.
import { curvatureOf, standing } from "./arcs.js";
import { Edit, between } from "./drawing.js";
import { fresh } from "./keys.js";
import { next } from "./numbering/spelling.js";
import { round, rowAt, turned } from "./places.js";
import { Selection, topOf } from "./selection.js";

export const SPACING = 55, ROW_SPACING = 90;
const FIRST = "A";
const TABLE_EDGE = 45;
const LISTED_ROWS_MAX = 500, BLOCK_SEATS_MAX = 500;
const LINE = /^(?:(\d{1,3})\s*[x×*]\s*)?(\d{1,4}(?:\s*[+\t]\s*\d{1,4})*)$/i;

// Rows at these points, each a list of [x, y], in a zone (null: a new one named `zoneName`). `aisles`: after which seats there
// is one; a list for each row, or one for all.
export function rows(drawing, lines, { zone = null, category = "", zoneName = "", labels = null, aisles = [], name = "row" } = {}) {
  const edit = new Edit(drawing, name);
  const home = zone ? edit.get(zone) : newZone(edit, zoneName);
  const before = drawing.rows(home.key);
  const position = between(before.at(-1)?.position);
  const called = labels ?? nextLabels(before.map(({ data }) => data.label), lines.length);
  const keys = lines.map((points, n) => {
    const own = Array.isArray(aisles[0]) ? aisles[n] : aisles;
    const seats = points.map((_, at) => ({ id: fresh(), label: String(at + 1), x: 0, y: 0, category, ...(own.includes(at + 1) ? { aisle_after: true } : {}) }));
    const data = rowAt(home, { label: called[n], x: 0, y: 0, seats }, points);
    const key = fresh();
    edit.put({ key, kind: "row", parent: home.key, position: position + n, data });
    return key;
  });
  return { edit, selection: new Selection(keys), zone: home.key };
}

// A block as lists of seats have it, row by row: "11+11" is a row of two blocks with an aisle between, "8 x 17+17" are eight
// such rows, an empty line leaves a row out. Lines may be parted by commas too, and blocks by tabs, as cells of a table are.
// {rows: [[seats of each block] or null], broken}: `broken` is the first line that says nothing.
export function readRows(text) {
  const rows = [];
  let broken = null;
  for (const line of text.replace(/[\s,;]+$/, "").split(/\n|[,;]/)) {
    const found = LINE.exec(line.trim());
    if (!line.trim()) rows.push(null);
    else if (!found || rows.length + Number(found[1] ?? 1) > LISTED_ROWS_MAX) broken ??= line.trim();
    else {
      const blocks = found[2].split(/[+\t]/).map(Number);
      if (!blocks.every((seats) => seats > 0 && seats <= BLOCK_SEATS_MAX)) broken ??= line.trim();
      else for (let n = Number(found[1] ?? 1); n > 0; n--) rows.push(blocks);
    }
  }
  while (rows[0] === null) rows.shift();
  return { rows: text.trim() ? rows : [], broken };
}

// The points of a block: `rowCount` rows of `seatCount` seats from the first seat on, turned by `degrees`; or, with `listed`,
// the rows that it names (as readRows tells them). Rows are centred on one another, and keep their distance:
// {lines, aisles}: the points of each row, and after which of its seats there are aisles.
//
// `bow` bends the front row, its middle to the left as one goes, and the others round the same point; `skew` shifts each row by
// so much against the one before it; `aisles`: after which seats there is one, each `aisle` wide; `taper`: so many seats fewer
// (or more) in each row than in the one before it.
export function block({ x, y, rowCount, seatCount, spacing = SPACING, rowSpacing = ROW_SPACING, degrees = 0, bow = 0, skew = 0, aisles = [], aisle = 120, taper = 0, listed = [] }) {
  const wide = Math.max(aisle, spacing);
  const told = listed.length ? listed.map((blocks) => blocks && inBlocks(blocks)) : Array.from({ length: rowCount }, (_, row) => ({ count: Math.max(1, seatCount - taper * row), aisles }));
  const rows = told.flatMap((row, n) => (row ? [{ off: offsets(row.count, row.aisles, spacing, wide), aisles: row.aisles, n }] : []));
  const long = ({ off }) => off[off.length - 1] - off[0];
  const front = long(rows[0]);
  const frame = { at: [front / 2, -bow], along: [1, 0], curvature: curvatureOf(bow, front) };
  const lines = rows.map(({ off, n }) => off.map((s) => {
    const [dx, dy] = standing(frame, s + skew * n, -rowSpacing * n);
    return turned([x + dx, y + dy], degrees, [x, y]);
  }));
  return { lines, aisles: rows.map(({ off, aisles: after }) => after.filter((seat) => seat < off.length)) };
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

// A zone, on a floor if one is named; `step`: what the edit is called.
export function zone(drawing, name, floor = "", step = "zone") {
  const edit = new Edit(drawing, step);
  const made = newZone(edit, name);
  if (floor) edit.set(made.key, { floor });
  return { edit, zone: made.key };
}

// Zones on another floor ("": on none); one that is called as its floor was is called as it is now.
export function floored(drawing, keys, floor) {
  const edit = new Edit(drawing, "floor");
  const names = new Set(drawing.zones.map(({ data }) => data.name));
  for (const key of keys) {
    const { name, floor: before } = drawing.get(key).data;
    const named = floor && name === before && !names.has(floor);
    edit.set(key, { floor: floor || undefined, ...(named ? { name: floor } : {}) });
  }
  return edit;
}

// The floors of a drawing, as its zones name them, from the first on.
export function floorsOf(drawing) {
  return [...new Set(drawing.zones.map(({ data }) => data.floor).filter(Boolean))];
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

// A row of blocks: how many seats it has, and after which of them there are aisles.
function inBlocks(blocks) {
  const ends = blocks.map((_, n) => blocks.slice(0, n + 1).reduce((sum, seats) => sum + seats));
  return { count: ends.pop(), aisles: ends };
}

// How far along a row its seats are, from its middle.
function offsets(count, aisles, spacing, aisle) {
  const off = [0];
  for (let seat = 1; seat < count; seat++) off.push(off[seat - 1] + (aisles.includes(seat) ? aisle : spacing));
  return off.map((s) => s - off[count - 1] / 2);
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
