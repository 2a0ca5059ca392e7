// Rows and seats labelled anew by schemes: what changes, a preview of it, and what collides.
import { collisionsOf, seatTextsNow } from "./collisions.js";
import { numbered, rowTextsOf } from "./counting.js";
import { linesOf } from "./lines.js";
import { stood } from "./standing.js";

export const SAMPLE_MAX = 9;

// Rows and seats labelled anew, all at once; null for either leaves it as it is.
//   changes: [{key, label?, seats?}], rows of which something changes; `seats` are all labels of the row, in their order.
//   preview: [{key, row: [before, after], first, last, count, changed, sample}] of every row; `first`, `last` and the sample
//   (SAMPLE_MAX at most, "…" for what is left out) go from left to right as those see it who sit there, `changed` is how many
//   seats have another label.
//   collisions: what would be twice in a zone, COLLISIONS_MAX at most; see `collisionsOf`.
export function relabel(rows, { rows: rowScheme = null, seats: seatScheme = null } = {}, context = {}) {
  const hall = stood(rows, context);
  const rowTexts = rowScheme ? rowTextsOf(hall, rowScheme) : rows.map(({ label }) => label);
  const seatTexts = seatScheme ? seatTextsOf(hall, rowScheme, seatScheme, context) : rows.map(seatTextsNow);
  const changes = [];
  const preview = [];
  hall.stands.forEach(({ row, order }, index) => {
    const [label, seats] = [rowTexts[index], seatTexts[index]];
    const changed = row.seats.reduce((sum, seat, n) => sum + (seat.label !== seats[n]), 0);
    const change = { key: row.key, ...(label !== row.label && { label }), ...(changed && { seats }) };
    if (changed || label !== row.label) changes.push(change);
    preview.push({ key: row.key, row: [row.label, label], ...seen(row, order, seats), changed });
  });
  const labelled = { hall, rowTexts, seatTexts, rowsAnew: rowScheme !== null, seatsAnew: seatScheme !== null };
  return { changes, preview, collisions: collisionsOf(labelled, context) };
}

function seatTextsOf(hall, rowScheme, scheme, context) {
  const together = scheme.together ?? rowScheme?.together ?? false;
  const eachZone = scheme.each_zone ?? rowScheme?.each_zone ?? false;
  const lines = linesOf(hall, together, eachZone);
  return numbered(hall, lines, scheme, context, scheme.rows_from ?? rowScheme?.from, eachZone);
}

function seen({ seats }, order, labels) {
  const shown = seats.length ? order.map((seat) => labels[seat]) : [];
  const half = (SAMPLE_MAX - 1) / 2;
  const sample = shown.length > SAMPLE_MAX ? [...shown.slice(0, half), "…", ...shown.slice(-half)] : shown;
  return { first: shown[0] ?? "", last: shown[shown.length - 1] ?? "", count: shown.length, sample };
}
