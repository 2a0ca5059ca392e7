// What would be wrong with new labels: names that are there twice in a zone, and blanks.
import { linesOf, rowDistance } from "./lines.js";
import { stood } from "./standing.js";

export const COLLISIONS_MAX = 300;
const SHARED_MAX = 12;

export const seatTextsNow = ({ seats }) => seats.map(({ label }) => label);

// What would be wrong with labels, of those rows that are relabelled:
//   {kind: "rows", zone, label, keys, shared}: rows of one zone with one label that do not stand in one line; `shared` are
//   seat labels that more than one of them has (SHARED_MAX at most). With none shared every seat still has a name of its own.
//   {kind: "seats", zone, row, label, keys, seats}: seats (ids) of one row, or of the rows of one line, with one label.
//   {kind: "blank", zone, label: "", keys, seats}: a row, or seats, for which the scheme has no label.
export function collisionsOf({ hall, rowTexts, seatTexts, rowsAnew, seatsAnew }, context) {
  const groups = new Map();
  const keyOf = (zone, label) => `${zone}\n${label}`;
  hall.stands.forEach((stand, index) => {
    const key = keyOf(stand.zone, rowTexts[index]);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push({ stand, label: rowTexts[index], seats: seatTexts[index] });
  });
  const { others = [], zone_of: zoneOf = (row) => row.parent ?? "" } = context;
  const same = others.filter((row) => groups.has(keyOf(zoneOf(row), row.label)));
  for (const stand of stood(same, { ...context, focal_point: hall.focus }).stands) {
    groups.get(keyOf(stand.zone, stand.row.label)).push({ stand, label: stand.row.label, seats: seatTextsNow(stand.row) });
  }
  const found = [];
  for (const group of groups.values()) {
    for (const one of groupCollisions(group, hall, rowsAnew, seatsAnew)) found.push(one);
    if (found.length >= COLLISIONS_MAX) break;
  }
  return found.slice(0, COLLISIONS_MAX);
}

function groupCollisions(group, hall, rowsAnew, seatsAnew) {
  const [{ stand: { zone }, label }] = group;
  const lines = inOneLine(group, hall);
  const keysOf = (some) => some.map(({ stand }) => stand.row.key);
  const found = [];
  if (!label && rowsAnew) found.push({ kind: "blank", zone, label, keys: keysOf(group), seats: [] });
  if (label && lines.length > 1) found.push({ kind: "rows", zone, label, keys: keysOf(group), shared: shared(lines) });
  for (const line of lines) {
    for (const [text, spots] of repeated(line, seatsAnew)) {
      const keys = [...new Set(keysOf(spots))];
      const seats = spots.map(({ id }) => id);
      found.push({ ...(text ? { kind: "seats", row: label } : { kind: "blank" }), zone, label: text, keys, seats });
    }
  }
  return found;
}

// Rows of one label, as lists of those that stand in one line.
function inOneLine(group, hall) {
  if (group.length === 1) return [group];
  const known = new Map(group.map((one) => [one.stand, one]));
  rowDistance(hall);
  const stands = group.map(({ stand }) => stand);
  return linesOf({ ...hall, stands, joined: null }, true).map((line) => line.stands.map((stand) => known.get(stand)));
}

function shared(lines) {
  const holders = new Map();
  for (const line of lines) {
    for (const label of new Set(line.flatMap(({ seats }) => seats))) holders.set(label, (holders.get(label) ?? 0) + 1);
  }
  return [...holders].filter(([, count]) => count > 1).map(([label]) => label).slice(0, SHARED_MAX);
}

// Labels that several seats of a line have, and the seats without one, if any label is new: [label, [{stand, id}]].
function repeated(line, seatsAnew) {
  const different = new Set();
  let total = 0;
  for (const { seats } of line) {
    for (const label of seats) different.add(label);
    total += seats.length;
  }
  if (different.size === total && !(seatsAnew && different.has(""))) return [];
  const spots = new Map();
  for (const { stand, seats } of line) {
    seats.forEach((label, n) => {
      if (!spots.has(label)) spots.set(label, []);
      spots.get(label).push({ stand, id: stand.row.seats[n].id });
    });
  }
  return [...spots].filter(([label, some]) => (label ? some.length > 1 : seatsAnew));
}
