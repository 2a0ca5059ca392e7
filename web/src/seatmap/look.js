// How categories and states look: always a hue and a shape, so that neither depends on seeing colours.

// For categories without a colour of their own, in their order; printing/plan_pictures.py has the same.
export const PALETTE = ["#3b6fb6", "#d98324", "#2f8f6f", "#b5477d", "#7a63b8", "#8a8f3a", "#4aa3c7", "#a4553a", "#5c6573", "#c9a227"];
export const SHAPES = ["circle", "square", "diamond", "hexagon", "triangle"];
const COLOR = /^(#[0-9a-f]{3}|#[0-9a-f]{6}|#[0-9a-f]{8}|[a-z]{3,20})$/i;

let counts;

// A count as the page writes it, whatever the browser's own language is.
export function counted(number) {
  counts ??= new Intl.NumberFormat(document.documentElement.lang || undefined);
  return counts.format(number);
}

export function safeColor(color) {
  return COLOR.test(color) ? color : "";
}

export function colorOf(category, index) {
  return safeColor(category.color) || PALETTE[index % PALETTE.length];
}

export function shapeOf(index) {
  return SHAPES[index % SHAPES.length];
}

// Add the outline of a shape of radius r about (x, y) to a path.
export function trace(path, shape, x, y, r) {
  switch (shape) {
    case "square":
      return path.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
    case "diamond":
      return polygon(path, x, y, r * 1.15, 4, -Math.PI / 2);
    case "hexagon":
      return polygon(path, x, y, r * 1.05, 6, 0);
    case "triangle":
      return polygon(path, x, y + r * 0.15, r * 1.2, 3, -Math.PI / 2);
    default:
      path.moveTo(x + r, y);
      return path.arc(x, y, r, 0, Math.PI * 2);
  }
}

function polygon(path, x, y, r, sides, from) {
  for (let side = 0; side < sides; side++) {
    const angle = from + (side * Math.PI * 2) / sides;
    const [px, py] = [x + r * Math.cos(angle), y + r * Math.sin(angle)];
    if (side) path.lineTo(px, py);
    else path.moveTo(px, py);
  }
  path.closePath();
}

// Black or white, whichever is read on a colour (#rgb, #rrggbb; named colours count as dark).
export function inkOn(color) {
  const hex = color.length === 4 ? color.replace(/[0-9a-f]/gi, "$&$&") : color;
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.179 ? "#16181d" : "#ffffff";
}
