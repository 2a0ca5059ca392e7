// What has become of a plan's seats since another version of it: seats are the same by their ids, whatever else they say.

const MOVED_MIN = 1;

// {added, removed, moved, relabelled, recategorised, described}: lists of seats as `seatsOf` tells them ({id, zone, row, label,
// category, x, y, told}), the changed ones as {before, after}; and `kept`, how many are there in both.
export function compared(before, after) {
  const [old, now] = [seatsOf(before), seatsOf(after)];
  const found = { added: [], removed: [], moved: [], relabelled: [], recategorised: [], described: [], kept: 0 };
  for (const [id, seat] of now) {
    const was = old.get(id);
    if (!was) {
      found.added.push(seat);
      continue;
    }
    found.kept++;
    const change = { before: was, after: seat };
    if (Math.hypot(seat.x - was.x, seat.y - was.y) >= MOVED_MIN) found.moved.push(change);
    if (seat.label !== was.label || seat.row !== was.row || seat.zone !== was.zone) found.relabelled.push(change);
    if (seat.category !== was.category) found.recategorised.push(change);
    if (seat.told !== was.told) found.described.push(change);
  }
  for (const [id, seat] of old) if (!now.has(id)) found.removed.push(seat);
  return found;
}

// The seats of a plan by id.
export function seatsOf(plan) {
  const found = new Map();
  for (const zone of plan.zones) {
    for (const row of zone.rows ?? []) {
      for (const seat of row.seats) {
        found.set(seat.id, { id: seat.id, zone: zone.name, row: row.label, label: seat.label, category: seat.category, x: zone.x + row.x + seat.x, y: zone.y + row.y + seat.y, told: toldOf(seat) });
      }
    }
  }
  return found;
}

// What else is told of a seat, in one text.
function toldOf({ attributes = [], companion_of: of = "", note = "", photo = "" }) {
  return attributes.length || of || note || photo ? JSON.stringify([[...attributes].sort(), of, note, photo]) : "";
}

// Areas whose number of places is another: [{name, before, after}].
export function areasCompared(before, after) {
  const places = (plan) => new Map(plan.zones.flatMap(({ areas = [], name }) => areas.filter(({ capacity }) => capacity).map((area) => [area.id, { name: area.name || name, capacity: area.capacity }])));
  const [old, now] = [places(before), places(after)];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((id) => ({ name: (now.get(id) ?? old.get(id)).name, before: old.get(id)?.capacity ?? 0, after: now.get(id)?.capacity ?? 0 }))
    .filter((one) => one.before !== one.after);
}
