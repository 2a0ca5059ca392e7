// Where a section's name stands once its seats are drawn: beside them or in a gap among them, never on one, since a
// seat that is covered cannot be judged. A name for which there is no room is left out: the list has it, and the
// sentence that tells a seat.
const AWAY = 3;
const STEPS_MAX = 24;

// The middle of a label of this size for a section whose box ({minX, minY, maxX, maxY}) is on the screen; null when
// `free(minX, minY, maxX, maxY)` holds nowhere near it. `right` says which side is away from the middle of the house.
export function roomFor(box, width, height, right, free) {
  const [halfWidth, halfHeight] = [width / 2, height / 2];
  for (const [x, y] of around(box, halfWidth, halfHeight, right)) {
    if (free(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight)) return [x, y];
  }
  return null;
}

export const apart = (a, b) => a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1];

function* around({ minX, minY, maxX, maxY }, halfWidth, halfHeight, right) {
  const [x, y] = [(minX + maxX) / 2, (minY + maxY) / 2];
  const above = [x, minY - halfHeight - AWAY], below = [x, maxY + halfHeight + AWAY];
  const before = [minX - halfWidth - AWAY, y], after = [maxX + halfWidth + AWAY, y];
  const sides = right ? [after, before] : [before, after];
  if (maxX - minX < 2 * halfWidth) yield* [...sides, above, below];
  else yield* [above, below];
  const step = Math.max(halfHeight, (maxY - minY) / STEPS_MAX);
  for (let inside = minY + halfHeight; inside < maxY - halfHeight; inside += step) yield [x, inside];
  if (maxX - minX >= 2 * halfWidth) yield* sides;
}
