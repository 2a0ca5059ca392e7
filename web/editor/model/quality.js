// How good a seat is: its own number, or how far it is from the focal point (the middle of the sheet's upper edge without
// one); less is better. What the search for the best seats goes by.

export const LEVELS = 10;

// The numbers of a house's seats, by index; `costs`: those that were set by hand, by seat id.
export function costsOf(house, { focal_point: focal, size }, costs) {
  const [fx, fy] = focal ?? [size.width / 2, 0];
  return Float64Array.from({ length: house.count }, (_, seat) => costs.get(house.ids[seat]) ?? Math.hypot(house.x[seat] - fx, house.y[seat] - fy));
}

// Levels from 0 (the best tenth) to 9: {of(seat)}.
export function levelled(costs) {
  const sorted = Float64Array.from(costs).sort();
  const bounds = Array.from({ length: LEVELS - 1 }, (_, n) => sorted[Math.floor(((n + 1) * sorted.length) / LEVELS)]);
  const levels = Uint8Array.from(costs, (cost) => {
    let level = 0;
    while (level < LEVELS - 1 && cost >= bounds[level]) level++;
    return level;
  });
  return { of: (seat) => levels[seat] };
}

export function setByHand(drawing) {
  const found = new Map();
  for (const { data } of drawing.every("row")) for (const { id, cost } of data.seats) if (cost !== undefined) found.set(id, cost);
  return found;
}
