// The corners of an area that is drawn corner by corner: moved, added, taken away. Where they stand on the sheet is told; how
// the format has them, from the area's own place and turned with it, is known here alone.
import { Edit } from "./drawing.js";
import { round, turned } from "./places.js";

export const CORNERS_MIN = 3, CORNERS_MAX = 2000;

export const hasCorners = (part) => part?.kind === "area" && part.data.outline?.shape === "polygon";

// The corners of a polygon, as [x, y] on the sheet.
export function cornersAt(drawing, area) {
  const { origin, rotation } = frameOf(drawing, area);
  return area.data.outline.points.map(([x, y]) => turned([origin[0] + x, origin[1] + y], rotation, origin));
}

// The middles of its edges; each is after the corner of its number.
export function middlesOf(corners) {
  return corners.map(([x, y], n) => {
    const [nx, ny] = corners[(n + 1) % corners.length];
    return [(x + nx) / 2, (y + ny) / 2];
  });
}

export function cornerMoved(drawing, key, number, point) {
  return recornered(drawing, key, (points, local) => points.with(number, local(point)));
}

// Another corner after one of them: at a point, or in the middle of the edge.
export function cornerAdded(drawing, key, number, point = null) {
  const corners = cornersAt(drawing, drawing.get(key));
  if (corners.length >= CORNERS_MAX) return new Edit(drawing, "corner");
  return recornered(drawing, key, (points, local) => points.toSpliced(number + 1, 0, local(point ?? middlesOf(corners)[number])));
}

// Without a corner; three stay.
export function cornerRemoved(drawing, key, number) {
  return recornered(drawing, key, (points) => (points.length > CORNERS_MIN ? points.toSpliced(number, 1) : points));
}

// The edge that is nearest to a point: {number, far, at}: after which corner, how far off, where on it.
export function edgeAt(corners, [x, y]) {
  let best = null;
  for (const [number, [x0, y0]] of corners.entries()) {
    const [x1, y1] = corners[(number + 1) % corners.length];
    const long = (x1 - x0) ** 2 + (y1 - y0) ** 2;
    const t = long ? Math.max(0, Math.min(1, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / long)) : 0;
    const at = [x0 + t * (x1 - x0), y0 + t * (y1 - y0)];
    const far = Math.hypot(x - at[0], y - at[1]);
    if (!best || far < best.far) best = { number, far, at };
  }
  return best;
}

function recornered(drawing, key, change) {
  const area = drawing.get(key);
  const { origin, rotation } = frameOf(drawing, area);
  const local = (point) => {
    const [x, y] = turned(point, -rotation, origin);
    return [round(x - origin[0]), round(y - origin[1])];
  };
  const { outline } = area.data;
  return new Edit(drawing, "corner").set(key, { outline: { ...outline, points: change(outline.points, local) } });
}

function frameOf(drawing, area) {
  const zone = drawing.get(area.parent);
  return { origin: [zone.data.x + area.data.x, zone.data.y + area.data.y], rotation: area.data.rotation ?? 0 };
}
