// The schemes that labels follow already: those of rows are found here, those of seats in seat_detection.js.
import { lettered } from "./counting.js";
import { linesOf } from "./lines.js";
import { byZone, sequence } from "./order.js";
import { readings } from "./readings.js";
import { detectSeats } from "./seat_detection.js";
import { named } from "./spelling.js";
import { stood } from "./standing.js";

// The schemes that the labels of rows (or of one row) follow to the last seat: {rows, seats}, either of them null where
// there is none; null where there is neither. Seats that are fixed may be called anything.
export function detect(rows, context = {}) {
  const some = Array.isArray(rows) ? rows : [rows];
  const hall = stood(some, context);
  if (!some.length) return null;
  const [joined, alone] = [linesOf(hall, true), linesOf(hall, false)];
  const zones = new Set(hall.stands.map(({ zone }) => zone)).size > 1 ? [false, true] : [false];
  const shapes = zones.flatMap((each_zone) =>
    (joined.length < alone.length ? [false, true] : [false]).map((together) => ({
      each_zone, together, lines: together ? linesOf(hall, true, each_zone) : alone,
    })),
  );
  const found = { rows: detectRows(hall, shapes), seats: detectSeats(hall, shapes, context) };
  return found.rows || found.seats ? found : null;
}

// Of several schemes the one with the smallest step, and rather upwards; odd letters only where nothing else fits.
function detectRows(hall, shapes) {
  const labels = hall.stands.map(({ row }) => row.label);
  for (const bold of [false, true]) {
    const found = readings(labels, bold).flatMap((reading) =>
      shapes.flatMap((shape) => rowSchemes(hall, labels, reading, shape)),
    );
    const cost = ({ step }) => Math.abs(step) + (step < 0 ? 0.5 : 0);
    found.sort((a, b) => cost(a) - cost(b));
    if (found.length) return named(found[0]);
  }
  return null;
}

function rowSchemes(hall, labels, { scheme: bare, value }, { each_zone, together, lines }) {
  const [some] = byZone(lines, each_zone);
  const ways = hall.far ? ["first", "last", "front", "back"] : ["front", "back", "first", "last"];
  return ways.flatMap((from) => {
    const values = sequence(some, from, hall).map(({ stands: [{ row }] }) => value(row.label));
    const step = values.length > 1 ? values[1] - values[0] : 1;
    const scheme = { ...bare, start: values[0], step, from, ...(together && { together }), ...(each_zone && { each_zone }) };
    return step && lettered(hall, lines, scheme).every((label, n) => label === labels[n]) ? [scheme] : [];
  });
}
