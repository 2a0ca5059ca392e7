// The order in which lines are counted, and the zones in which counting begins anew.
import { axisIn } from "./axis.js";

// Lines in the order in which they are counted. Those as far back as each other go from left to right.
export function sequence(lines, from, hall) {
  const wanted = from ?? (hall.far ? "first" : "front");
  if (wanted === "first") return lines;
  if (wanted === "last") return [...lines].reverse();
  const sorted = [...lines].sort((a, b) => a.depth - b.depth || a.index - b.index);
  const level = hall.pitch / 4;
  const ranked = [];
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (end < sorted.length && sorted[end].depth - sorted[at].depth <= level) end++;
    const same = sorted.slice(at, end);
    ranked.push(same.length > 1 ? fromLeft(same, hall) : same);
    at = end;
  }
  return (wanted === "back" ? ranked.reverse() : ranked).flat();
}

function fromLeft(lines, hall) {
  const [ax, ay] = axisIn(hall);
  const aside = ({ stands: [{ middle: [x, y] }] }) => Math.round(((x - hall.focus[0]) * ay - (y - hall.focus[1]) * ax) * 10);
  const ranked = lines.map((line) => [aside(line), line]).sort(([a, one], [b, other]) => a - b || one.index - other.index);
  return ranked.map(([, line]) => line);
}

export function byZone(lines, eachZone) {
  if (!eachZone) return [lines];
  const zones = new Map();
  for (const line of lines) {
    if (!zones.has(line.zone)) zones.set(line.zone, []);
    zones.get(line.zone).push(line);
  }
  return [...zones.values()];
}
