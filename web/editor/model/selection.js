// What is selected: whole parts by their keys, and single seats by their row's key and their own id. A table stands for its
// seats and what is drawn of it. Immutable: choosing makes another one.
import { HEAD } from "./drawing.js";
import { seatsAt } from "./places.js";
import { outlineOf } from "../../src/seatmap/geometry.js";

export class Selection {
  // `seats`: ids by the row's key. A row with all of its seats is the row.
  constructor(keys = [], seats = new Map()) {
    this.keys = new Set(keys);
    this.seats = new Map([...seats].filter(([key, ids]) => ids.size && !this.keys.has(key)));
  }

  get empty() {
    return !this.keys.size && !this.seats.size;
  }

  has(key, seat = null) {
    return this.keys.has(key) || (seat !== null && Boolean(this.seats.get(key)?.has(seat)));
  }

  // This one with others in it.
  with(other) {
    const seats = new Map([...this.seats].map(([key, ids]) => [key, new Set(ids)]));
    for (const [key, ids] of other.seats) seats.set(key, new Set([...(seats.get(key) ?? []), ...ids]));
    return new Selection([...this.keys, ...other.keys], seats);
  }

  // This one with what is in the other turned over: in if it was out, out if it was in. What is taken out of a whole (a seat
  // of a row, a row of a zone) leaves its others.
  toggled(other, drawing) {
    const whole = this._opened(other, drawing);
    return whole === this ? this._turned(other) : whole.toggled(other, drawing);
  }

  // This one with the wholes that the other has a part of as their parts.
  _opened(other, drawing) {
    for (const key of [...other.keys, ...other.seats.keys()]) {
      const part = drawing.get(key);
      if (part && this.keys.has(part.parent)) {
        const children = ["row", "area"].flatMap((kind) => drawing.list(kind, part.parent)).map((one) => one.key);
        return new Selection([...this.keys].filter((one) => one !== part.parent).concat(children), this.seats);
      }
    }
    for (const key of other.seats.keys()) {
      if (!this.keys.has(key)) continue;
      const ids = new Set(drawing.get(key).data.seats.map(({ id }) => id));
      return new Selection([...this.keys].filter((one) => one !== key), new Map([...this.seats, [key, ids]]));
    }
    return this;
  }

  _turned(other) {
    const keys = [...this.keys].filter((key) => !other.keys.has(key)).concat([...other.keys].filter((key) => !this.keys.has(key)));
    const seats = new Map([...this.seats].map(([key, ids]) => [key, new Set(ids)]));
    for (const [key, ids] of other.seats) {
      const own = seats.get(key) ?? new Set();
      for (const id of ids) own.has(id) ? own.delete(id) : own.add(id);
      seats.set(key, own);
    }
    return new Selection(keys, seats);
  }

  // Without what is no longer drawn; rows of which every seat is meant become the rows.
  within(drawing) {
    const keys = [...this.keys].filter((key) => key !== HEAD && drawing.get(key));
    const seats = new Map();
    for (const [key, ids] of this.seats) {
      const row = drawing.get(key);
      if (!row) continue;
      const there = row.data.seats.filter(({ id }) => ids.has(id));
      if (there.length === row.data.seats.length) keys.push(key);
      else seats.set(key, new Set(there.map(({ id }) => id)));
    }
    return new Selection(keys, seats);
  }
}

// What is moved for a selection, each thing once: {part, ids}, of rows with the ids of the seats that are meant (null: all).
// Zones are there as themselves; tables as their rows and what is drawn of them.
export function pieces(drawing, selection) {
  const found = new Map();
  const add = (part, ids) => {
    const before = found.get(part.key);
    if (selection.keys.has(part.parent)) return;
    found.set(part.key, { part, ids: before && !before.ids ? null : ids && before ? new Set([...before.ids, ...ids]) : ids });
  };
  for (const key of selection.keys) {
    const part = drawing.get(key);
    if (!part) continue;
    if (part.kind === "table") for (const [piece, ids] of ofTable(drawing, part)) add(piece, ids);
    else add(part, null);
  }
  for (const [key, ids] of selection.seats) if (drawing.get(key)) add(drawing.get(key), ids);
  return [...found.values()];
}

// The rows of a selection with the ids of the seats that are meant (null: all of them), those in zones among them.
export function rowsOf(drawing, selection) {
  return pieces(drawing, selection).flatMap(({ part, ids }) => {
    if (part.kind === "row") return [{ part, ids }];
    return part.kind === "zone" ? drawing.rows(part.key).map((row) => ({ part: row, ids: null })) : [];
  });
}

export function seatCount(drawing, selection) {
  return rowsOf(drawing, selection).reduce((sum, { part, ids }) => sum + (ids ? ids.size : part.data.seats.length), 0);
}

// The first and the last seats of each row that is meant, so many at either end.
export function endsOf(drawing, selection, count = 1) {
  const seats = new Map();
  for (const { part, ids } of rowsOf(drawing, selection)) {
    const own = part.data.seats.filter(({ id }) => !ids || ids.has(id));
    seats.set(part.key, new Set([...own.slice(0, count), ...own.slice(-count)].map(({ id }) => id)));
  }
  return new Selection([], seats).within(drawing);
}

// The points that a selection covers: its seats, the corners of its areas.
export function pointsOf(drawing, selection) {
  return pieces(drawing, selection).flatMap(({ part, ids }) => pieceAt(drawing, part, ids));
}

// The points of one piece.
export function pieceAt(drawing, part, ids = null) {
  if (part.kind === "zone") return [...drawing.rows(part.key), ...drawing.areas(part.key)].flatMap((child) => pieceAt(drawing, child));
  const zone = drawing.get(part.parent);
  if (part.kind === "area") return cornersOf(zone, part);
  const points = seatsAt(zone, part);
  return ids ? points.filter((_, n) => ids.has(part.data.seats[n].id)) : points;
}

export function cornersOf(zone, area) {
  const corners = outlineOf(area.data, zone.data.x, zone.data.y);
  if (corners.length) return corners;
  const text = area.data.text;
  return [[zone.data.x + area.data.x + (text?.x ?? 0), zone.data.y + area.data.y + (text?.y ?? 0)]];
}

// The area that is drawn for a table: known by its id.
export const topOf = (tableId) => `${tableId}-top`;

function* ofTable(drawing, table) {
  const ids = new Set(table.data.seats);
  for (const row of drawing.rows(table.parent)) {
    const own = row.data.seats.filter(({ id }) => ids.has(id)).map(({ id }) => id);
    if (own.length) yield [row, own.length === row.data.seats.length ? null : new Set(own)];
  }
  for (const area of drawing.areas(table.parent)) if (area.data.id === topOf(table.data.id)) yield [area, null];
}
