// Who may go through, judged here as the server would: the same verdicts, in the same order of weight, by the same table.
export const ADMITTED = "admitted", LEFT = "left", ALREADY_IN = "already_in", NOT_IN = "not_in";
export const IN = "in", OUT = "out";
export const PASSED = { [IN]: ADMITTED, [OUT]: LEFT };
const STATUSES = ["valid", "reserved", "cancelled", "opposed"];

// Of a good ticket at its own door, by mode, direction and where it stands: [new, inside, outside].
const OUTWARD = [NOT_IN, LEFT, NOT_IN];
export const DOOR = {
  once: { in: [ADMITTED, ALREADY_IN, ALREADY_IN], out: OUTWARD },
  entry_exit: { in: [ADMITTED, ALREADY_IN, ADMITTED], out: OUTWARD },
  multiple: { in: [ADMITTED, ADMITTED, ADMITTED], out: OUTWARD },
};

// 0: nobody came in with it yet, 1: somebody is inside, 2: outside again.
export function standing(row) {
  return row.inside ? 1 : row.entries ? 2 : 0;
}

// The verdict about a row of a list. `door`: {mode, entries_max, direction, zones (a set, null: all)}; `here`: the date is
// one that is scanned; `cancelled`: the whole date is.
export function judged(row, generation, door, here, cancelled) {
  if (generation !== null && row.generation !== generation) return "old_code";
  const status = STATUSES[row.status];
  if (status === "opposed") return "opposed";
  if (status === "cancelled" || cancelled) return "cancelled";
  if (status === "reserved") return "not_paid";
  if (!here) return "wrong_performance";
  const elsewhere = row.zone && (!row.zone.admitted || (door.zones && !door.zones.has(row.zone.id)));
  if (elsewhere) return "wrong_zone";
  if (door.direction === IN && door.entries_max !== null && row.entries >= door.entries_max) return "entries_spent";
  return DOOR[door.mode][door.direction][standing(row)];
}

// How a row stands after somebody went through.
export function after(row, direction) {
  return direction === IN ? { entries: row.entries + 1, inside: true } : { entries: row.entries, inside: false };
}

// What a verdict is to somebody who looks from afar: yes, no, or something that can be mended.
export function toneOf(verdict) {
  if (verdict === ADMITTED || verdict === LEFT) return "yes";
  return ["wrong_zone", "wrong_performance", "not_paid", "not_in", "refused"].includes(verdict) ? "attention" : "no";
}
