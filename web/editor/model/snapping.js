// What is moved comes to lie in line with what stands still: the ends of rows, the edges and middles of areas and tables, the
// places of texts, the focal point, the middle of the sheet.
import { boxOf } from "../../src/seatmap/geometry.js";
import { round } from "./places.js";
import { cornersOf, pieces } from "./selection.js";

// The lines that a selection can come to lie on, sorted: {xs, ys}; what moves with it has none.
export function linesOf(drawing, selection = null) {
  const moving = new Set(selection ? pieces(drawing, selection).map(({ part }) => part.key) : []);
  const [xs, ys] = [new Set(), new Set()];
  const note = ([x, y]) => {
    xs.add(round(x));
    ys.add(round(y));
  };
  for (const zone of drawing.zones) {
    if (moving.has(zone.key)) continue;
    for (const row of drawing.rows(zone.key)) {
      if (moving.has(row.key) || !row.data.seats.length) continue;
      const [x, y] = [zone.data.x + row.data.x, zone.data.y + row.data.y];
      for (const seat of [row.data.seats[0], row.data.seats[row.data.seats.length - 1]]) note([x + seat.x, y + seat.y]);
    }
    for (const area of drawing.areas(zone.key)) {
      if (moving.has(area.key)) continue;
      const { minX, minY, maxX, maxY } = boxOf(cornersOf(zone, area));
      for (const point of [[minX, minY], [maxX, maxY], [(minX + maxX) / 2, (minY + maxY) / 2]]) note(point);
    }
  }
  if (drawing.head.focal_point) note(drawing.head.focal_point);
  xs.add(round(drawing.head.size.width / 2));
  const sorted = (numbers) => Float64Array.from(numbers).sort();
  return { xs: sorted(xs), ys: sorted(ys) };
}

// How far a box goes that is moved by so much, its edges or its middle drawn onto a line that is near: {by: [dx, dy], guides}.
// What no line draws goes in whole centimetres.
export function drawnTo({ xs, ys }, { minX, minY, maxX, maxY }, [dx, dy], reach) {
  const x = nearest([minX + dx, (minX + maxX) / 2 + dx, maxX + dx], xs, reach);
  const y = nearest([minY + dy, (minY + maxY) / 2 + dy, maxY + dy], ys, reach);
  const guides = [...(x ? [{ x: x.to }] : []), ...(y ? [{ y: y.to }] : [])];
  return { by: [x ? dx + x.by : Math.round(dx), y ? dy + y.by : Math.round(dy)], guides };
}

// A point, drawn onto lines that are near: {at, guides}.
export function pointDrawnTo(lines, [x, y], reach) {
  const { by, guides } = drawnTo(lines, { minX: x, minY: y, maxX: x, maxY: y }, [0, 0], reach);
  return { at: guides.length ? [x + by[0], y + by[1]] : [x, y], guides };
}

// The smallest step that brings one of some numbers onto one of others, sorted; null when all are further.
function nearest(own, others, reach) {
  let best = null;
  for (const value of own) {
    let [low, high] = [0, others.length];
    while (low < high) {
      const mid = (low + high) >> 1;
      others[mid] < value ? (low = mid + 1) : (high = mid);
    }
    for (const to of [others[low - 1], others[low]]) {
      if (to === undefined || Math.abs(to - value) > reach) continue;
      if (!best || Math.abs(to - value) < Math.abs(best.by)) best = { by: to - value, to };
    }
  }
  return best;
}
