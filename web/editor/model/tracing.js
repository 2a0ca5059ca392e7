// The picture to trace, by the length of something on it: two points, and how far apart they are in the house.

export const WIDTH_MIN = 10, FAR_MAX = 300_000;
const APART_MIN = 1;

// How far apart two points are, in whole centimetres.
export function apart([x0, y0], [x1, y1]) {
  return Math.round(Math.hypot(x1 - x0, y1 - y0));
}

// Where a picture lies ({x, y, width, ...}) so that two points of it are so far apart, the first of them where it is; null
// where they are one point, or the picture would be too small or too far.
export function scaled(placed, [x0, y0], [x1, y1], centimetres) {
  const now = Math.hypot(x1 - x0, y1 - y0);
  if (now < APART_MIN || !(centimetres >= APART_MIN)) return null;
  const factor = centimetres / now;
  const [width, x, y] = [placed.width * factor, x0 + (placed.x - x0) * factor, y0 + (placed.y - y0) * factor];
  return width < WIDTH_MIN || Math.max(width, Math.abs(x), Math.abs(y)) > FAR_MAX ? null : { ...placed, width, x, y };
}
