// Plane geometry for maps: hulls, boxes, areas turned about their corner. Points are [x, y], y downwards.

// The convex hull of flat coordinates (Andrew's monotone chain).
export function hull(points) {
  const sorted = points.slice().sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  if (sorted.length < 3) return sorted;
  return [...chain(sorted), ...chain(sorted.reverse())];
}

function chain(sorted) {
  const kept = [];
  for (const point of sorted) {
    while (kept.length > 1 && turn(kept[kept.length - 2], kept[kept.length - 1], point) <= 0) kept.pop();
    kept.push(point);
  }
  kept.pop();
  return kept;
}

function turn([ax, ay], [bx, by], [cx, cy]) {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

// A hull moved outwards from its middle, so that it holds seats and not just their centres.
export function grown(points, by) {
  const [mx, my] = middle(points);
  return points.map(([x, y]) => {
    const away = Math.hypot(x - mx, y - my) || 1;
    return [x + ((x - mx) / away) * by, y + ((y - my) / away) * by];
  });
}

export function middle(points) {
  const sum = points.reduce(([x, y], [px, py]) => [x + px, y + py], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

export function boxOf(points) {
  const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
  for (const [x, y] of points) stretch(box, x, y);
  return box;
}

export function stretch(box, x, y) {
  if (x < box.minX) box.minX = x;
  if (x > box.maxX) box.maxX = x;
  if (y < box.minY) box.minY = y;
  if (y > box.maxY) box.maxY = y;
}

export function inside([x, y], points) {
  let within = false;
  for (let i = 0, j = points.length - 1; i < points.length; j = i++) {
    const [xi, yi] = points[i];
    const [xj, yj] = points[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}

// The outline of an area as a polygon where it stands; round ones as 36 corners. Empty for one that is only words.
export function outlineOf(area, zoneX, zoneY) {
  const turned = (area.rotation * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turned), Math.sin(turned)];
  const [x, y] = [zoneX + area.x, zoneY + area.y];
  return corners(area.outline).map(([dx, dy]) => [x + cos * dx - sin * dy, y + sin * dx + cos * dy]);
}

function corners(outline) {
  switch (outline?.shape) {
    case "polygon":
      return outline.points;
    case "rectangle":
      return [[0, 0], [outline.width, 0], [outline.width, outline.height], [0, outline.height]];
    case "ellipse":
      return round(outline.radius_x, outline.radius_y);
    case "circle":
      return round(outline.radius, outline.radius);
    default:
      return [];
  }
}

function round(rx, ry) {
  return Array.from({ length: 36 }, (_, n) => [rx * Math.cos((n * Math.PI) / 18), ry * Math.sin((n * Math.PI) / 18)]);
}
