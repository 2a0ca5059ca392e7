// Forms of what is selected that are not about what it is: the corner that is chosen, copies, seats that are sold together.
import { boxOf } from "../src/seatmap/geometry.js";
import { make } from "../src/seatmap/list.js";
import { button, field, group } from "./fields.js";
import * as arrange from "./model/arrange.js";
import * as copies from "./model/copies.js";
import * as corners from "./model/corners.js";
import { distanceOf, system } from "./model/rowing.js";
import { Selection, endsOf, pieces, pointsOf, rowsOf } from "./model/selection.js";

const FAR = 300_000, BESIDE = 120;

// What comes before the other forms of a selection, and what comes after them.
export function moreForms(editor) {
  const { drawing, selection, tools } = editor;
  const tables = [...selection.keys].some((key) => drawing.get(key)?.kind === "table");
  const rows = rowsOf(drawing, selection);
  const before = tools.get("select").cornered ? [cornerForm(editor)] : [];
  return { before, after: [...(rows.length && !tables ? [seatsForm(editor, rows)] : []), copiesForm(editor)] };
}

// One corner after another, by numbers.
function cornerForm(editor) {
  const { drawing, words } = editor;
  const tool = editor.tools.get("select");
  const area = tool.cornered;
  const at = corners.cornersAt(drawing, area);
  const { corner } = tool;
  const told = make("p", (corner < 0 ? words.cornerNone : words.cornerOf).replace("{number}", corner + 1).replace("{count}", at.length), "help");
  const acts = make("div", "", "acts");
  acts.append(
    button("‹", () => tool.choose(corner < 0 ? -1 : corner - 1), { className: "btn btn-icon", title: `${words.cornerBefore} (,)` }),
    button("›", () => tool.choose(corner + 1), { className: "btn btn-icon", title: `${words.cornerNext} (.)` }),
    button(words.cornerAdd, () => tool.addCorner(), { className: "btn", disabled: at.length >= corners.CORNERS_MAX }),
    button(words.cornerRemove, () => tool.removeCorner(), { className: "btn", disabled: corner < 0 || at.length <= corners.CORNERS_MIN }),
  );
  const box = make("div", "", "fields");
  if (corner >= 0) {
    const numbered = (name, axis) => field({ name: `corner-${name}`, type: "number", label: words.fields[name], value: Math.round(at[corner][axis]), min: -FAR, max: FAR }, (value) =>
      editor.do(corners.cornerMoved(drawing, area.key, corner, at[corner].with(axis, value))));
    box.append(numbered("x", 0), numbered("y", 1));
  }
  return group(words.corners, [told, acts, box]);
}

// Seats of the selection that are meant by themselves, and seats that are sold together.
function seatsForm(editor, rows) {
  const { drawing, selection, words } = editor;
  const acts = make("div", "", "acts");
  const box = make("div", "", "fields");
  box.append(field({ name: "ends", type: "number", label: words.rowEndsHelp, value: (editor.ends ??= 1), min: 1, max: 100 }, (ends) => (editor.ends = ends)));
  const found = system(drawing, selection);
  const distance = found ? distanceOf(found) : 0;
  if (distance >= 1) box.append(field({ name: "rowDistance", type: "number", label: words.fields.rowSpacing, value: Math.round(distance), min: 10, max: 2000 }, (wanted) => editor.do(arrange.parted(drawing, selection, wanted / distance))));
  acts.append(button(words.rowEnds, () => editor.select(endsOf(drawing, selection, editor.ends)), { className: "btn" }));
  const count = rows.reduce((sum, { part, ids }) => sum + (ids?.size ?? part.data.seats.length), 0);
  if (count > 1) acts.append(button(words.sellTogether, () => {
    const { edit, keys } = arrange.soldTogether(drawing, selection);
    if (editor.do(edit, { quiet: true })) editor.select(new Selection(keys));
  }, { className: "btn", title: words.sellTogetherHelp }));
  return group(words.amongThese, [box, acts]);
}

function copiesForm(editor) {
  const { drawing, selection, words } = editor;
  const points = pointsOf(drawing, selection);
  const { minX, maxX } = points.length ? boxOf(points) : { minX: 0, maxX: 0 };
  const wanted = (editor.repeat ??= { times: 1, right: null, down: 0, step: 1 });
  const right = () => wanted.right ?? Math.round(maxX - minX + BESIDE);
  const box = make("div", "", "fields");
  const number = (name, value, min, max) => field({ name: `repeat-${name}`, type: "number", label: words.repeat[name], value, min, max }, (typed) => (wanted[name] = typed));
  box.append(number("times", wanted.times, 1, copies.TIMES_MAX), number("right", right(), -FAR, FAR), number("down", wanted.down, -FAR, FAR));
  const zoned = pieces(drawing, selection).some(({ part }) => part.kind === "zone");
  if (zoned) box.append(number("step", wanted.step, 1, 100));
  const made = ({ edit, selection: chosen, times = wanted.times }) => {
    if (editor.do(edit, { quiet: true })) editor.select(chosen);
    editor.tell(times < wanted.times ? words.repeat.full : words.copied);
  };
  const acts = make("div", "", "acts");
  acts.append(
    button(words.repeat.go, () => made(copies.repeated(drawing, selection, wanted.times, right(), wanted.down, zoned ? wanted.step : 1)), { className: "btn" }),
    button(words.repeat.mirrored, () => made(copies.mirroredCopy(drawing, selection, editor.axis)), { className: "btn", title: words.repeat.mirroredHelp }),
    button(words.centreIt, () => editor.centre(), { className: "btn", title: `${words.centreHelp} (M)` }),
  );
  return group(words.repeat.title, [box, acts]);
}
