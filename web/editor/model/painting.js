// What a brush gives the seats that it goes over: a category, what they are besides, a note; or takes away again. What it has
// none of stays as it is.
import { tidy } from "./drawing.js";
import { reseated } from "./seating.js";
import { pieces } from "./selection.js";

export const ATTRIBUTES = ["wheelchair", "restricted_view", "aisle", "legroom", "hearing"];

// Whether a brush would change anything.
export const wet = ({ category, attributes, note }) => Boolean(category || attributes.length || note);

// Seats under a brush {category, attributes, note, clean}: `clean` takes its attributes and its note away. Areas with places
// take its category.
export function painted(drawing, selection, brush) {
  const edit = reseated(drawing, selection, "paint", (seat) => stroked(seat, brush));
  if (!brush.category || brush.clean) return edit;
  for (const { part } of pieces(drawing, selection)) {
    const areas = part.kind === "zone" ? drawing.areas(part.key) : part.kind === "area" ? [part] : [];
    for (const { key, data } of areas) if (data.capacity) edit.set(key, { category: brush.category });
  }
  return edit;
}

// A seat with what a brush leaves on it; itself where that is nothing new.
export function stroked(seat, { category, attributes, note, clean }) {
  const had = seat.attributes ?? [];
  const has = ATTRIBUTES.filter((name) => (attributes.includes(name) ? !clean : had.includes(name)));
  const same = has.length === had.length && has.every((name) => had.includes(name));
  const words = !note ? seat.note : clean ? undefined : note;
  const of = category && !clean ? category : seat.category;
  if (same && words === seat.note && of === seat.category) return seat;
  return tidy({ ...seat, category: of, attributes: has.length ? has : undefined, note: words });
}
