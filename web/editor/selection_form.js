// The forms of what is selected: how it lies, its rows, its seats, areas, tables, its zone.
import { make } from "../src/seatmap/list.js";
import { button, common, field, group } from "./fields.js";
import * as arrange from "./model/arrange.js";
import { Edit } from "./model/drawing.js";
import { floored, floorsOf } from "./model/making.js";
import { bowOf, round, seatsAt, spacingOf } from "./model/places.js";
import { pieces, rowsOf } from "./model/selection.js";
import { Photos } from "./photos.js";

const ATTRIBUTES = ["wheelchair", "restricted_view", "aisle", "legroom", "hearing"];
const ROWS_TOLD_MAX = 2000;

export function selectionForm(editor) {
  const { drawing, selection, words } = editor;
  const found = pieces(drawing, selection);
  const rows = rowsOf(drawing, selection);
  const kinds = { row: [], area: [], zone: [] };
  for (const { part } of found) kinds[part.kind].push(part);
  const tables = [...selection.keys].map((key) => drawing.get(key)).filter((part) => part?.kind === "table");
  const areas = kinds.area.filter(({ data }) => !data.id.endsWith("-top") || !tables.length);
  const forms = [make("h2", heading(editor, found, rows, tables), "panel-title"), lying(editor, found)];
  if (tables.length) forms.push(tableForm(editor, tables));
  if (kinds.zone.length) forms.push(zoneForm(editor, kinds.zone));
  if (kinds.row.length && !tables.length) forms.push(rowForm(editor, kinds.row, rows));
  if (rows.length) forms.push(seatForm(editor, rows));
  if (areas.length) forms.push(areaForm(editor, areas));
  if (!kinds.zone.length) forms.push(homeForm(editor, found));
  return forms.map((form) => (Array.isArray(form) ? group(...form) : form));

  function heading() {
    const seats = rows.reduce((sum, { part, ids }) => sum + (ids?.size ?? part.data.seats.length), 0);
    if (tables.length === 1 && found.length <= 2) return `${words.table} ${tables[0].data.label}`;
    if (kinds.zone.length === 1 && found.length === 1) return kinds.zone[0].data.name;
    if (areas.length === 1 && found.length === 1) return areas[0].data.name || words.area;
    const counted = (text, count) => text.replace("{count}", count.toLocaleString(editor.language));
    const where = rows.length === 1 ? `${words.row} ${rows[0].part.data.label || "–"}` : counted(words.rowCount, rows.length);
    return seats ? `${where} · ${counted(seats === 1 ? words.seatCountOne : words.seatCount, seats)}` : counted(words.chosenThings, found.length);
  }
}

// Moving, turning, lining up.
function lying(editor, found) {
  const { drawing, words } = editor;
  const act = (edit) => editor.do(edit);
  const many = found.length > 1;
  const tool = (sign, title, make) => button(sign, () => act(make()), { className: "btn btn-icon", title });
  const bar = make("div", "", "acts");
  bar.append(
    ...[["left", "⇤"], ["centre", "↔"], ["right", "⇥"], ["top", "⤒"], ["middle", "↕"], ["bottom", "⤓"]].map(([how, sign]) => {
      const made = tool(sign, words.align[how], () => arrange.aligned(drawing, editor.selection, how));
      made.disabled = !many;
      return made;
    }),
    ...[["x", "⋯"], ["y", "⋮"]].map(([axis, sign]) => {
      const made = tool(sign, words.distribute[axis], () => arrange.distributed(drawing, editor.selection, axis));
      made.disabled = found.length < 3;
      return made;
    }),
    tool("⇋", words.mirror.x, () => arrange.mirrored(drawing, editor.selection, "x")),
    tool("⥮", words.mirror.y, () => arrange.mirrored(drawing, editor.selection, "y")),
  );
  const turn = field({ name: "turn", type: "number", label: words.fields.turn, value: 0, min: -360, max: 360 }, (degrees) => degrees && act(arrange.rotated(drawing, editor.selection, degrees)));
  const by = (name, dx, dy) => field({ name, type: "number", label: words.fields[name], value: 0, min: -300000, max: 300000 }, (far) => far && act(arrange.moved(drawing, editor.selection, far * dx, far * dy)));
  const numbers = make("div", "", "fields");
  numbers.append(by("moveX", 1, 0), by("moveY", 0, 1), turn);
  const more = make("div", "", "acts");
  more.append(
    button(words.duplicate, () => editor.duplicate(), { className: "btn", title: "Ctrl+D" }),
    button(words.remove, () => editor.remove(), { className: "btn btn-danger", title: "Delete" }),
  );
  return [words.lying, [bar, numbers, more]];
}

function rowForm(editor, rows, chosen) {
  const { drawing, selection, words } = editor;
  const told = rows.slice(0, ROWS_TOLD_MAX);
  const points = told.map((row) => seatsAt(drawing.get(row.parent), row));
  const box = make("div", "", "fields");
  const number = (name, values, bounds, change) => field({ name, type: "number", label: words.fields[name], mixedWords: words.mixed, ...common(values), ...bounds }, change);
  if (rows.length === 1) {
    box.append(field({ name: "rowLabel", label: words.fields.rowLabel, value: rows[0].data.label, maxLength: 200 }, (label) => editor.do(new Edit(drawing, "label").set(rows[0].key, { label }))));
  }
  if (chosen.every(({ ids }) => !ids)) {
    box.append(
      number("seatCount", told.map(({ data }) => data.seats.length), { min: 1, max: 1000 }, (count) => editor.do(arrange.counted(drawing, selection, count))),
      number("spacing", points.filter((one) => one.length > 1).map((one) => round(spacingOf([one]))), { min: 10, max: 2000, step: 0.1 }, (spacing) => editor.do(arrange.spaced(drawing, selection, spacing))),
      number("bow", points.map((one) => Math.round(-bowOf(one))), { min: -20000, max: 20000 }, (bow) => editor.do(arrange.bent(drawing, selection, -bow))),
    );
  }
  box.append(field({ name: "labelsAt", type: "select", label: words.fields.labelsAt, mixedWords: words.mixed, options: [["", words.labelsAt.none], ["start", words.labelsAt.start], ["end", words.labelsAt.end], ["both", words.labelsAt.both]], ...common(told.map(({ data }) => data.labels_at ?? "")) }, (at) => {
    const edit = new Edit(drawing, "labels");
    for (const row of rows) edit.set(row.key, { labels_at: at || undefined });
    editor.do(edit);
  }));
  const acts = make("div", "", "acts");
  const whole = chosen.every(({ ids }) => !ids);
  if (whole) acts.append(
    button(words.even, () => editor.do(arrange.evened(drawing, selection)), { className: "btn", title: words.evenHelp }),
    button(words.reverse, () => editor.do(arrange.reversed(drawing, selection)), { className: "btn", title: words.reverseHelp }),
  );
  if (whole && rows.length > 1) {
    acts.append(button(words.join, () => {
      const { edit, selection: made } = arrange.joined(drawing, selection);
      if (editor.do(edit, { quiet: true })) editor.select(made);
    }, { className: "btn", title: words.joinHelp }));
  }
  acts.append(button(words.acts.numbering, () => editor.panel.open("numbering"), { className: "btn" }));
  return [rows.length === 1 ? words.row : words.rows, [box, acts]];
}

function seatForm(editor, rows) {
  const { drawing, selection, words } = editor;
  const seats = rows.flatMap(({ part, ids }) => (ids ? part.data.seats.filter(({ id }) => ids.has(id)) : part.data.seats));
  const change = (name, to, options) => editor.do(arrange.reseated(drawing, editor.selection, name, (seat) => arrange.tidy(to(seat))), options);
  const box = make("div", "", "fields");
  if (seats.length === 1) box.append(field({ name: "seatLabel", label: words.fields.seatLabel, value: seats[0].label, maxLength: 200 }, (label) => change("label", (seat) => ({ ...seat, label }))));
  box.append(field({ name: "category", type: "select", label: words.fields.category, mixedWords: words.mixed, options: drawing.head.categories.map(({ name }) => [name, name]), ...common(seats.map(({ category }) => category)) }, (category) => {
    editor.category = category;
    change("category", (seat) => ({ ...seat, category }));
  }));
  const ticks = make("div", "", "ticks");
  for (const name of ATTRIBUTES) {
    const has = common(seats.map(({ attributes = [] }) => attributes.includes(name)));
    ticks.append(field({ name, type: "checkbox", label: words[name], ...has }, (wanted) => change(name, (seat) => {
      const rest = (seat.attributes ?? []).filter((one) => one !== name);
      const made = ATTRIBUTES.filter((one) => rest.includes(one) || (wanted && one === name));
      return { ...seat, attributes: made.length ? made : undefined };
    })));
  }
  ticks.append(field({ name: "aisleAfter", type: "checkbox", label: words.fields.aisleAfter, ...common(seats.map(({ aisle_after: after = false }) => after)) }, (after) => change("aisle", (seat) => ({ ...seat, aisle_after: after || undefined }))));
  const companions = common(seats.map(({ companion_of: of = "" }) => Boolean(of)));
  ticks.append(field({ name: "companion", type: "checkbox", label: words.companion, ...companions }, (wanted) => {
    if (!wanted) return change("companion", (seat) => ({ ...seat, companion_of: undefined }));
    const edit = arrange.accompanied(drawing, selection);
    edit ? editor.do(edit) : editor.tell(words.noBay);
    editor.panel.fill();
  }));
  box.append(
    field({ name: "note", label: words.fields.note, mixedWords: words.mixed, maxLength: 1000, help: words.noteHelp, ...common(seats.map(({ note = "" }) => note)) }, (note) => change("note", (seat) => ({ ...seat, note: note || undefined }))),
    field({ name: "cost", type: "number", label: words.fields.cost, mixedWords: words.mixed, min: 0, max: 2_000_000, help: words.costHelp, ...common(seats.map(({ cost }) => cost ?? "")) }, (cost) => change("quality", (seat) => ({ ...seat, cost }))),
  );
  const acts = make("div", "", "acts");
  if (seats.some(({ cost }) => cost !== undefined)) acts.append(button(words.clearCost, () => change("quality", (seat) => ({ ...seat, cost: undefined })), { className: "btn" }));
  editor.photos ??= new Photos(editor);
  return [seats.length === 1 ? words.oneSeat : words.seats, [box, ticks, ...editor.photos.form(seats), acts]];
}

function areaForm(editor, areas) {
  const { drawing, words } = editor;
  const set = (name, data, options) => {
    const edit = new Edit(drawing, name);
    for (const { key } of areas) edit.set(key, data(drawing.get(key).data));
    editor.do(edit, options);
  };
  const box = make("div", "", "fields");
  const shown = (name, options, change) => box.append(field({ name, label: words.fields[name], mixedWords: words.mixed, ...options }, change));
  shown("name", { maxLength: 200, ...common(areas.map(({ data }) => data.name ?? "")) }, (name) => set("name", (data) => ({ name: name || undefined, text: data.text && data.text.text === data.name ? { ...data.text, text: name } : data.text })));
  shown("capacity", { type: "number", min: 0, max: 1_000_000, ...common(areas.map(({ data }) => data.capacity ?? 0)) }, (capacity) => set("capacity", (data) => ({ capacity: capacity || undefined, category: capacity ? data.category || editor.home().category : data.category })));
  if (areas.some(({ data }) => data.capacity)) shown("category", { type: "select", options: drawing.head.categories.map(({ name }) => [name, name]), ...common(areas.map(({ data }) => data.category ?? "")) }, (category) => set("category", () => ({ category })));
  const shape = common(areas.map(({ data }) => data.outline?.shape));
  for (const [name, of] of [["rectangle", ["width", "height"]], ["ellipse", ["radius_x", "radius_y"]], ["circle", ["radius"]]]) {
    if (shape.value !== name) continue;
    for (const one of of) shown(one, { type: "number", min: 1, max: 300000, step: 0.1, ...common(areas.map(({ data }) => data.outline[one])) }, (value) => set("shape", (data) => ({ outline: { ...data.outline, [one]: value } })));
  }
  shown("degrees", { type: "number", min: -360, max: 360, step: 0.1, ...common(areas.map(({ data }) => data.rotation ?? 0)) }, (rotation) => set("rotate", () => ({ rotation })));
  shown("color", { type: "color", ...common(areas.map(({ data }) => (/^#[0-9a-f]{6}$/i.test(data.color ?? "") ? data.color : "#e6e1d8"))) }, (color, done) => {
    set("color", () => ({ color }), { merge: true });
    if (done) drawing.settle();
  });
  if (areas.every(({ data }) => data.text)) {
    shown("text", { maxLength: 1000, ...common(areas.map(({ data }) => data.text.text)) }, (text) => set("text", (data) => ({ text: { ...data.text, text } })));
    shown("size", { type: "number", min: 5, max: 5000, ...common(areas.map(({ data }) => data.text.size ?? 60)) }, (size) => set("text", (data) => ({ text: { ...data.text, size } })));
  }
  shown("note", { maxLength: 1000, ...common(areas.map(({ data }) => data.note ?? "")) }, (note) => set("note", () => ({ note: note || undefined })));
  return [areas.length === 1 ? words.area : words.areas, [box]];
}

function tableForm(editor, tables) {
  const { drawing, words } = editor;
  const set = (data) => {
    const edit = new Edit(drawing, "table");
    for (const { key } of tables) edit.set(key, data);
    editor.do(edit);
  };
  const box = make("div", "", "fields");
  if (tables.length === 1) {
    box.append(field({ name: "label", label: words.fields.label, value: tables[0].data.label, maxLength: 200 }, (label) => {
      const edit = new Edit(drawing, "label").set(tables[0].key, { label });
      for (const row of drawing.rows(tables[0].parent)) if (row.data.label === tables[0].data.label && row.data.seats.every(({ id }) => tables[0].data.seats.includes(id))) edit.set(row.key, { label });
      editor.do(edit);
    }));
  }
  box.append(field({ name: "whole", type: "checkbox", label: words.fields.whole, ...common(tables.map(({ data }) => Boolean(data.sold_whole))) }, (whole) => set({ sold_whole: whole || undefined })));
  return [tables.length === 1 ? words.table : words.tables, [box]];
}

function zoneForm(editor, zones) {
  const { drawing, words } = editor;
  const set = (name, data, options) => {
    const edit = new Edit(drawing, name);
    for (const { key } of zones) edit.set(key, data);
    editor.do(edit, options);
  };
  const box = make("div", "", "fields");
  if (zones.length === 1) box.append(field({ name: "zone", label: words.fields.zoneName, value: zones[0].data.name, maxLength: 200 }, (name) => set("name", { name })));
  box.append(
    field({ name: "floor", label: words.fields.floor, mixedWords: words.mixed, maxLength: 200, help: words.floorHelp, offered: floorsOf(drawing), ...common(zones.map(({ data }) => data.floor ?? "")) }, (floor) => editor.do(floored(drawing, zones.map(({ key }) => key), floor.trim()))),
    field({ name: "note", label: words.fields.note, mixedWords: words.mixed, maxLength: 1000, ...common(zones.map(({ data }) => data.note ?? "")) }, (note) => set("note", { note: note || undefined })),
  );
  return [zones.length === 1 ? words.zone : words.zones, [box]];
}

// The zone that things are in; another one moves them there.
function homeForm(editor, found) {
  const { drawing, words } = editor;
  const options = [...drawing.zones.map(({ key, data }) => [key, data.name || "–"]), ["new", words.newZone]];
  const box = make("div", "", "fields");
  box.append(field({ name: "home", type: "select", label: words.fields.zone, mixedWords: words.mixed, options, ...common(found.map(({ part }) => part.parent)) }, (key) => {
    if (key === "new") key = editor.addZone();
    editor.do(arrange.rehomed(drawing, editor.selection, key));
  }));
  return [words.zone, [box]];
}
