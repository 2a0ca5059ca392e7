// Copies: what is selected, taken out of a drawing and put into it again, or into another one, once or many times over, as it
// is or mirrored. Copies have names of their own, and go on from those that are there.
import { boxOf } from "../../src/seatmap/geometry.js";
import { flippedPart } from "./arrange.js";
import { Edit, between, tidy } from "./drawing.js";
import { fresh } from "./keys.js";
import { nextLabels } from "./making.js";
import { round } from "./places.js";
import { Selection, pieces, pointsOf, topOf } from "./selection.js";

export const TIMES_MAX = 200;
const SEATS_MAX = 200_000; // of one plan

// Copied, so far away from what was copied. {edit, selection}: the copies.
export function copied(drawing, selection, dx, dy) {
  return pasted(drawing, cut(drawing, selection), dx, dy, "copy");
}

// Copied so many times, or as often as a plan has room for, each so far from the one before it; names and labels go on by
// `step`. {edit, selection, times}: what was copied, and all copies.
export function repeated(drawing, selection, wanted, dx, dy, step = 1) {
  const edit = new Edit(drawing, "repeat");
  const what = cut(drawing, selection);
  const seats = (parts) => parts.reduce((sum, { kind, data }) => sum + (kind === "row" ? data.seats.length : 0), 0);
  const room = Math.floor((SEATS_MAX - seats(drawing.every("row"))) / (seats(what.parts) || 1));
  const times = Math.max(0, Math.min(wanted, TIMES_MAX, room));
  const names = new Names(edit, step);
  const made = [];
  for (let n = 1; n <= times; n++) made.push(...put(edit, what, names, dx * n, dy * n));
  return { edit, selection: new Selection([...selection.keys, ...shown(edit, made)], selection.seats), times };
}

// Copied once, mirrored left to right about a line; each zone comes after the one that it mirrors. {edit, selection}: what
// was copied, and its copy.
export function mirroredCopy(drawing, selection, x) {
  const edit = new Edit(drawing, "mirroredCopy");
  const what = cut(drawing, selection);
  const made = shown(edit, put(edit, what, new Names(edit), 0, 0));
  const originals = what.parts.filter(({ kind }) => kind === "zone");
  const copiesOf = made.filter((key) => edit.get(key).kind === "zone");
  originals.forEach(({ key }, n) => {
    const next = drawing.zones[drawing.zones.findIndex((zone) => zone.key === key) + 1];
    edit.put({ ...edit.get(copiesOf[n]), position: between(drawing.get(key).position, next?.position) });
  });
  for (const key of made) flippedPart(edit, edit.get(key), x);
  return { edit, selection: new Selection([...selection.keys, ...made], selection.seats) };
}

// What is selected as it can be put into a drawing again, this one or another: parts with their zones.
export function cut(drawing, selection) {
  const parts = [];
  const take = (part, ids) => parts.push(ids ? { ...part, data: { ...part.data, seats: part.data.seats.filter(({ id }) => ids.has(id)) } } : part);
  for (const { part, ids } of pieces(drawing, selection)) {
    take(part, ids);
    if (part.kind === "zone") for (const kind of ["row", "area", "table"]) for (const child of drawing.list(kind, part.key)) take(child, null);
  }
  const seats = new Set(parts.flatMap(({ kind, data }) => (kind === "row" ? data.seats.map(({ id }) => id) : [])));
  const whole = ({ parent, data }) => !selection.keys.has(parent) && data.seats.length && data.seats.every((id) => seats.has(id));
  for (const table of drawing.every("table")) if (whole(table)) take(table, null);
  const zones = new Map(parts.map(({ parent }) => [parent, drawing.get(parent)]).filter(([, zone]) => zone));
  return { parts, zones: [...zones.values()] };
}

// Put parts that were cut into a drawing. A part goes into its own zone if that is there, or else into `zone`, or one made
// like the one it was in. Rows that would be called as others of their zone go on from these. `categories` are those that the
// parts may have; what is not among the drawing's is added.
export function pasted(drawing, { categories = [], ...what }, dx, dy, name = "paste", zone = null) {
  const edit = new Edit(drawing, name);
  const known = new Set(drawing.head.categories.map((one) => one.name));
  const unknown = categories.filter((one) => !known.has(one.name));
  if (unknown.length) edit.head({ categories: [...drawing.head.categories, ...unknown] });
  const [spare] = what.zones;
  if (!zone && !drawing.zones.length && spare && !what.parts.some(({ kind }) => kind === "zone")) {
    edit.put({ ...spare, key: fresh(), parent: null, data: { ...spare.data, id: fresh() } });
    zone = edit.added[0];
  }
  const made = put(edit, what, new Names(edit), dx, dy, zone);
  return { edit, selection: new Selection(shown(edit, made)) };
}

// The way from where things were to where another drawing, or another part of it, is looked at: their middle at a point.
export function wayTo({ parts, zones }, [x, y]) {
  const points = parts.flatMap(({ kind, parent, data }) => {
    if (kind === "table" || kind === "zone") return [];
    const from = zones.find(({ key }) => key === parent)?.data ?? parts.find(({ key }) => key === parent)?.data ?? { x: 0, y: 0 };
    const at = [from.x + data.x, from.y + data.y];
    return kind === "row" ? data.seats.map((seat) => [at[0] + seat.x, at[1] + seat.y]) : [at];
  });
  if (!points.length) return [0, 0];
  const { minX, minY, maxX, maxY } = boxOf(points);
  return [Math.round(x - (minX + maxX) / 2), Math.round(y - (minY + maxY) / 2)];
}

// The keys of what stands on the sheet by itself.
const shown = (edit, keys) => keys.filter((key) => edit.get(key).kind !== "table");

// Put parts into an edit, so far from where they were; the keys of those that are in no other.
function put(edit, { parts, zones }, names, dx, dy, zone = null) {
  const { drawing } = edit;
  const keys = new Map(parts.map(({ key }) => [key, fresh()]));
  const ids = new Map(parts.flatMap((part) => namesIn(part)).map((id) => [id, id.endsWith("-top") ? null : fresh()]));
  for (const id of [...ids.keys()].filter((id) => id.endsWith("-top"))) ids.set(id, topOf(ids.get(id.slice(0, -4)) ?? fresh()));
  const made = [];
  const called = new Map();
  for (const part of parts) {
    const within = keys.has(part.parent);
    const home = within || part.kind === "zone" ? null : (drawing.get(part.parent) ?? zone ?? drawing.zones[0]);
    if (!within && part.kind !== "zone" && !home) continue;
    const from = zones.find(({ key }) => key === part.parent) ?? home;
    const by = part.kind === "zone" ? [dx, dy] : within || !from || part.kind === "table" ? [0, 0] : [dx + from.data.x - home.data.x, dy + from.data.y - home.data.y];
    const parent = part.kind === "zone" ? null : within ? keys.get(part.parent) : home.key;
    const data = renamed(part, ids, by);
    if (part.kind === "zone") data.name = names.zone(data.name);
    if (part.kind === "row" && home) {
      data.label = names.row(home.key, data.label);
      for (const { id } of part.data.seats) called.set(id, [part.data.label, data.label]);
    }
    const [was, now] = (part.kind === "table" && called.get(part.data.seats[0])) || [];
    if (was !== undefined && was === data.label) data.label = now;
    const position = within ? part.position : names.position(part.kind, parent);
    edit.put({ key: keys.get(part.key), kind: part.kind, parent, position, data });
    if (!within) made.push(keys.get(part.key));
  }
  return made;
}

// What the parts that an edit adds are called, and where they come: after what is there.
class Names {
  constructor(edit, step = 1) {
    Object.assign(this, { edit, step, zones: null, rows: new Map(), positions: new Map() });
  }

  // A name that no other zone has: "Box 2" beside "Box", and by two "Box 3" beside "Box 1".
  zone(name) {
    this.zones ??= new Set(this.edit.list("zone", null).map(({ data }) => data.name));
    const [, base, number] = /^(.*?)(?: (\d+))?$/s.exec(name);
    let next = Number(number ?? 1);
    let made = name;
    while (this.zones.has(made)) made = `${base} ${(next += this.step)}`;
    this.zones.add(made);
    return made;
  }

  // A row's label in a zone: its own, or what goes on from the others.
  row(zone, label) {
    if (!this.rows.has(zone)) this.rows.set(zone, this.edit.list("row", zone).map(({ data }) => data.label));
    const there = this.rows.get(zone);
    let made = label;
    if (there.includes(made)) [made] = nextLabels(there, 1);
    while (there.includes(made)) [made] = nextLabels([made], 1);
    there.push(made);
    return made;
  }

  position(kind, parent) {
    const group = `${kind} ${parent}`;
    const before = this.positions.get(group) ?? this.edit.list(kind, parent).reduce((most, { position }) => (most === undefined ? position : Math.max(most, position)), undefined);
    this.positions.set(group, between(before));
    return this.positions.get(group);
  }
}

function namesIn({ kind, data }) {
  if (kind === "row") return data.seats.map(({ id }) => id);
  return [data.id];
}

function renamed({ kind, data }, ids, [dx, dy]) {
  const at = kind === "table" ? {} : { x: round(data.x + dx), y: round(data.y + dy) };
  if (kind === "table") return { ...data, id: ids.get(data.id), seats: data.seats.map((id) => ids.get(id)).filter(Boolean) };
  if (kind !== "row") return { ...data, ...at, id: ids.get(data.id), ...(data.uuid ? { uuid: "" } : {}) };
  const seats = data.seats.map((seat) => tidy({ ...seat, id: ids.get(seat.id), uuid: undefined, companion_of: ids.get(seat.companion_of) ?? undefined }));
  return tidy({ ...data, ...at, seats, uuid: undefined });
}
