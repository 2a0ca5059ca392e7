// Arithmetic of points and directions, [x, y], and of lists of numbers.

// Math.hypot is many times slower.
export const lengthOf = (x, y) => Math.sqrt(x * x + y * y);

export const apart = ([x, y], [ox, oy]) => lengthOf(x - ox, y - oy);

export function turned([x, y], angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [x * cos - y * sin, x * sin + y * cos];
}

export function unit(x, y, sign = 1) {
  const length = lengthOf(x, y);
  return length > 1e-9 ? [(sign * x) / length, (sign * y) / length] : null;
}

// The direction in which points are spread most.
export function spread(points) {
  const [mx, my] = points.reduce(([sx, sy], [x, y]) => [sx + x / points.length, sy + y / points.length], [0, 0]);
  let [xx, xy, yy] = [0, 0, 0];
  for (const [x, y] of points) {
    xx += (x - mx) ** 2;
    xy += (x - mx) * (y - my);
    yy += (y - my) ** 2;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  return [Math.cos(angle), Math.sin(angle)];
}

export function flat(lists) {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const list of lists) {
    all.set(list, end);
    end += list.length;
  }
  return all;
}

export function middleOf(numbers) {
  return Float64Array.from(numbers).sort()[numbers.length >> 1];
}
