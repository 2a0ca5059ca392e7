// Parts of a drawing as text, to be carried from one window to another by the clipboard: JSON with a mark, so that what comes
// from elsewhere is known as such. What is read is as foreign as any text: every value is looked at before it is used.
import { KINDS } from "./drawing.js";

export const MARK = "placeur-parts", VERSION = 1;
export const CHARS_MAX = 40_000_000;
const PARTS_MAX = 60_000, TEXT_MAX = 1000, COORDINATE_MAX = 300_000, DEPTH_MAX = 6;
const KEY = /^[A-Za-z0-9_-]{1,40}$/;

// What was cut (copies.js) as text, with the categories that its places have.
export function written(drawing, { parts, zones }) {
  const used = new Set(parts.flatMap(({ kind, data }) => (kind === "row" ? data.seats.map(({ category }) => category) : data.category ? [data.category] : [])));
  const categories = drawing.head.categories.filter(({ name }) => used.has(name));
  return JSON.stringify({ mark: MARK, version: VERSION, categories, zones, parts });
}

// What a text holds: {parts, zones, categories}, or {problem}: "foreign" (not from an editor), "version" (from one that writes
// it another way), "broken".
export function read(text) {
  const found = text.length <= CHARS_MAX && text.includes(MARK) ? parsed(text) : null;
  if (found?.mark !== MARK) return { problem: "foreign" };
  if (found.version !== VERSION) return { problem: "version" };
  const { parts, zones, categories } = found;
  const lists = [parts, zones, categories].every(Array.isArray) && parts.length && parts.length + zones.length <= PARTS_MAX;
  const sound = lists && [...zones, ...parts].every(isPart) && zones.every(({ kind }) => kind === "zone") && categories.every(isCategory);
  return sound ? { parts, zones, categories } : { problem: "broken" };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isPart(part) {
  if (!isObject(part) || !KINDS.includes(part.kind) || !KEY.test(part.key) || !Number.isFinite(part.position)) return false;
  if (!(part.parent === null ? part.kind === "zone" : KEY.test(part.parent))) return false;
  return isObject(part.data) && isPlain(part.data) && OF_KIND[part.kind](part.data);
}

const OF_KIND = {
  zone: (data) => isText(data.id) && isText(data.name) && isPlaced(data),
  row: (data) => isText(data.label) && isPlaced(data) && Array.isArray(data.seats) && data.seats.every(isSeat),
  area: (data) => isText(data.id) && isPlaced(data) && (data.outline === undefined || isOutline(data.outline)) && (data.text === undefined || (isPlaced(data.text) && isText(data.text.text))),
  table: (data) => isText(data.id) && isText(data.label) && Array.isArray(data.seats) && data.seats.every(isText),
};
const SHAPES = {
  polygon: ({ points }) => Array.isArray(points) && points.every((point) => Array.isArray(point) && point.length === 2 && point.every(Number.isFinite)),
  rectangle: ({ width, height }) => Number.isFinite(width) && Number.isFinite(height),
  ellipse: ({ radius_x: x, radius_y: y }) => Number.isFinite(x) && Number.isFinite(y),
  circle: ({ radius }) => Number.isFinite(radius),
};

function isSeat(seat) {
  if (!isObject(seat) || !isPlaced(seat) || ![seat.id, seat.label, seat.category].every(isText)) return false;
  const { attributes = [], companion_of: of = "" } = seat;
  return Array.isArray(attributes) && attributes.every(isText) && isText(of);
}

const isOutline = (outline) => isObject(outline) && Object.hasOwn(SHAPES, outline.shape) && SHAPES[outline.shape](outline);
const isCategory = (one) => isObject(one) && isText(one.name) && isPlain(one) && (one.color === undefined || isText(one.color));
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isText = (value) => typeof value === "string" && value.length <= TEXT_MAX;
const isPlaced = (value) => isObject(value) && [value.x, value.y].every((at) => Number.isFinite(at) && Math.abs(at) <= COORDINATE_MAX);

// Whether a value is made of texts, numbers and truths only, none of them too long and not too deep.
function isPlain(value, depth = 0) {
  if (typeof value === "string") return value.length <= TEXT_MAX;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return typeof value === "boolean";
  return depth < DEPTH_MAX && Object.values(value).every((one) => isPlain(one, depth + 1));
}
