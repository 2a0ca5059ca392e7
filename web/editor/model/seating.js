// What seats are to one another: companions of wheelchair places, tables and groups that are sold together; what they say
// changed for many at once.
import { Edit, between, tidy } from "./drawing.js";
import { fresh } from "./keys.js";
import { seatsAt } from "./places.js";
import { rowsOf, topOf } from "./selection.js";

const ASSIGNED_MAX = 200;
const SHARED = 1e7; // further than any seat: a bay that has a companion is taken by a second one last

// What seats say changed, each by `change(seat, row)`.
export function reseated(drawing, selection, name, change) {
  const edit = new Edit(drawing, name);
  for (const { part, ids } of rowsOf(drawing, selection)) {
    edit.set(part.key, { seats: part.data.seats.map((seat) => (!ids || ids.has(seat.id) ? change(seat, part) : seat)) });
  }
  return edit;
}

// Companion seats bound to a wheelchair place each, so that all of them are as near as may be; those beyond to the nearest.
// `null` where there is none.
export function accompanied(drawing, selection) {
  const bays = [];
  const [mates, bound] = [[], new Set()];
  const meant = new Map(rowsOf(drawing, selection).map(({ part, ids }) => [part.key, ids]));
  for (const row of drawing.every("row")) {
    const points = seatsAt(drawing.get(row.parent), row);
    for (const [n, seat] of row.data.seats.entries()) {
      const wanted = meant.has(row.key) && (!meant.get(row.key) || meant.get(row.key).has(seat.id));
      if (seat.attributes?.includes("wheelchair")) bays.push({ id: seat.id, point: points[n] });
      else if (wanted) mates.push({ id: seat.id, point: points[n] });
      else if (seat.companion_of) bound.add(seat.companion_of);
    }
  }
  if (!bays.length) return null;
  const of = new Map(assigned(mates, bays, bound).map((bay, n) => [mates[n].id, bay.id]));
  return reseated(drawing, selection, "companion", (seat) => (of.has(seat.id) ? { ...seat, companion_of: of.get(seat.id) } : seat));
}

// Seats sold together or not at all: those of a zone as one table, named as the zone where they are all that it has, or by
// the next number. Seats that are all of some tables already have these sold whole. {edit, keys}: the tables.
export function soldTogether(drawing, selection, name = "together") {
  const edit = new Edit(drawing, name);
  const zones = new Map();
  for (const { part, ids } of rowsOf(drawing, selection)) {
    if (!zones.has(part.parent)) zones.set(part.parent, []);
    zones.get(part.parent).push(...part.data.seats.filter(({ id }) => !ids || ids.has(id)).map(({ id }) => id));
  }
  const keys = [];
  let number = drawing.every("table").reduce((most, { data }) => Math.max(most, Number(data.label) || 0), 0);
  for (const [zone, seats] of zones) {
    const wanted = new Set(seats);
    const tables = drawing.tables(zone).filter(({ data }) => data.seats.some((id) => wanted.has(id)));
    const theirs = tables.flatMap(({ data }) => data.seats);
    if (theirs.length === wanted.size && theirs.every((id) => wanted.has(id))) {
      for (const { key } of tables) edit.set(key, { sold_whole: true });
      keys.push(...tables.map(({ key }) => key));
      continue;
    }
    forget(edit, wanted, false);
    const all = drawing.rows(zone).every((row) => row.data.seats.every(({ id }) => wanted.has(id)));
    const label = all ? drawing.get(zone).data.name : String(++number);
    const key = fresh();
    edit.put({ key, kind: "table", parent: zone, position: between(drawing.tables(zone).at(-1)?.position), data: { id: fresh(), label, seats, sold_whole: true } });
    keys.push(key);
  }
  return { edit, keys };
}

// Seats that are gone are in no table any more, and nobody accompanies them; a table without seats is none. `gone` or at
// another table only: then companions stay.
export function forget(edit, gone, wholly = true) {
  const { drawing } = edit;
  if (!gone.size) return;
  for (const table of drawing.every("table")) {
    const seats = table.data.seats.filter((id) => !gone.has(id));
    if (seats.length === table.data.seats.length) continue;
    if (seats.length) edit.set(table.key, { seats });
    else {
      edit.drop(table.key);
      for (const area of drawing.areas(table.parent)) if (area.data.id === topOf(table.data.id)) edit.drop(area.key);
    }
  }
  if (wholly) for (const row of drawing.every("row")) {
    const now = edit.get(row.key);
    if (!now?.data.seats.some(({ companion_of: of }) => of && gone.has(of))) continue;
    edit.set(row.key, { seats: now.data.seats.map((seat) => (gone.has(seat.companion_of) ? tidy({ ...seat, companion_of: undefined }) : seat)) });
  }
}

// A bay for each companion, the least way in all; one that somebody accompanies already, or a second time, comes last.
function assigned(mates, bays, bound) {
  const away = ({ point: [x, y] }, bay) => Math.hypot(bay.point[0] - x, bay.point[1] - y) + (bound.has(bay.id) ? SHARED : 0);
  if (!mates.length || mates.length > ASSIGNED_MAX || bays.length > 10 * ASSIGNED_MAX) {
    return mates.map((mate) => bays.reduce((best, bay) => (away(mate, bay) < away(mate, best) ? bay : best)));
  }
  const times = Math.ceil(mates.length / bays.length);
  const columns = Array.from({ length: times }, (_, time) => bays.map((bay) => ({ bay, more: time * SHARED }))).flat();
  const cost = mates.map((mate) => columns.map(({ bay, more }) => away(mate, bay) + more));
  return matched(cost).map((column) => columns[column].bay);
}

// For each row of a matrix of costs a column of its own, the least sum (Kuhn, Munkres; rows are taken in one by one along
// shortest ways). O(rows^2 columns).
function matched(cost) {
  const [rows, columns] = [cost.length, cost[0].length];
  const [ofRow, ofColumn] = [new Float64Array(rows + 1), new Float64Array(columns + 1)];
  const [owner, from] = [new Int32Array(columns + 1), new Int32Array(columns + 1)];
  for (let row = 1; row <= rows; row++) {
    owner[0] = row;
    let column = 0;
    const least = new Float64Array(columns + 1).fill(Infinity);
    const seen = new Uint8Array(columns + 1);
    do {
      seen[column] = 1;
      let [next, by] = [0, Infinity];
      for (let one = 1; one <= columns; one++) {
        if (seen[one]) continue;
        const over = cost[owner[column] - 1][one - 1] - ofRow[owner[column]] - ofColumn[one];
        if (over < least[one]) [least[one], from[one]] = [over, column];
        if (least[one] < by) [by, next] = [least[one], one];
      }
      for (let one = 0; one <= columns; one++) {
        if (seen[one]) {
          ofRow[owner[one]] += by;
          ofColumn[one] -= by;
        } else least[one] -= by;
      }
      column = next;
    } while (owner[column]);
    for (; column; column = from[column]) owner[column] = owner[from[column]];
  }
  const found = new Array(rows);
  for (let column = 1; column <= columns; column++) if (owner[column]) found[owner[column] - 1] = column - 1;
  return found;
}
