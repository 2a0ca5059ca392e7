// How halls letter their rows and number their seats: new labels for rows as they stand. Knows no DOM, changes nothing.
//
// A row is a part of a drawing, {key, parent, label, x, y, seats: [{id, label, x, y, aisle_after}]}. A `context` tells what is
// round it; all of it may be left out:
//   focal_point [x, y]: what everybody looks at; without one everybody looks up the drawing.
//   at(row, seat): where a seat stands, [x, y]; else the row's place and the seat's added up. Of a row without seats it is asked
//   where {x: 0, y: 0} would be, and need not know.
//   zone_of(row): the key of the row's zone; else its `parent`.
//   axis [dx, dy]: the hall's centre line, from the focal point into the house; else as `axisOf` finds it.
//   pitch, row_distance: the usual distance of neighbours, of rows; else as they are measured.
//   fixed, fixed_counts: ids (a Set) of seats that keep their labels, and whether the counting passes over them (true).
//   others: rows of the same zones that stay as they are; they are asked for collisions only.
//
// Whoever sits and looks at the focal point has a left and a right: rows of any angle, curved ones too, are ordered by it
// (`view: "seats"`), or else by the drawing (`view: "drawing"`; a row that stands upright there begins at its top).
export { axisOf } from "./numbering/axis.js";
export { COLLISIONS_MAX } from "./numbering/collisions.js";
export { rowLabels, seatLabels } from "./numbering/counting.js";
export { detect } from "./numbering/detection.js";
export { SAMPLE_MAX, relabel } from "./numbering/relabelling.js";
export { read } from "./numbering/signs.js";
export { next, spell } from "./numbering/spelling.js";
