// The forms of the plan itself, when nothing is selected: its name and sheet, its categories, its zones, the picture under
// it, how good its seats are.
import { make } from "../src/seatmap/list.js";
import { PALETTE, colorOf } from "../src/seatmap/look.js";
import { button, field, group } from "./fields.js";
import { Edit, between } from "./model/drawing.js";
import { floored, floorsOf } from "./model/making.js";
import { Selection } from "./model/selection.js";

const FORMATS = ["placeur-json", "open", "svg"];
const HEX = /^#[0-9a-f]{6}$/i;

export function planForm(editor) {
  return [sheetForm(editor), categoryForm(editor), zoneList(editor), floorForm(editor), editor.underlay.form(), heatForm(editor), fileLinks(editor)];
}

function sheetForm(editor) {
  const { drawing, words } = editor;
  const { head } = drawing;
  const set = (data, name = "plan") => editor.do(new Edit(drawing, name).head(data));
  const box = make("div", "", "fields");
  const size = (name) => field({ name, type: "number", label: words.fields[`sheet_${name}`], value: head.size[name], min: 100, max: 300000 }, (value) => set({ size: { ...head.size, [name]: value } }));
  const focal = (at, name) => field({ name, type: "number", label: words.fields[name], value: head.focal_point?.[at] ?? "", min: -300000, max: 300000, help: at ? words.focalHelp : "" }, (value) => {
    const point = [...(head.focal_point ?? [Math.round(head.size.width / 2), 0])];
    point[at] = value;
    set({ focal_point: point }, "focal");
  });
  box.append(size("width"), size("height"), focal(0, "focalX"), focal(1, "focalY"));
  const note = field({ name: "planNote", type: "textarea", label: words.fields.note, value: head.note ?? "", maxLength: 1000 }, (value) => set({ note: value || undefined }));
  return group(words.plan, [box, note]);
}

function categoryForm(editor) {
  const { drawing, words } = editor;
  const { categories } = drawing.head;
  const counts = new Map();
  for (const { data } of drawing.every("row")) for (const { category } of data.seats) counts.set(category, (counts.get(category) ?? 0) + 1);
  for (const { data } of drawing.every("area")) if (data.capacity) counts.set(data.category, (counts.get(data.category) ?? 0) + data.capacity);
  const list = make("ul", "", "categories");
  list.append(...categories.map((category, index) => categoryLine(editor, category, index, counts.get(category.name) ?? 0)));
  const add = button(words.addCategory, () => {
    let number = categories.length + 1;
    while (categories.some(({ name }) => name === words.categoryName.replace("{number}", number))) number++;
    const name = words.categoryName.replace("{number}", number);
    editor.do(new Edit(drawing, "category").head({ categories: [...categories, { name, color: PALETTE[categories.length % PALETTE.length] }] }));
    editor.panel.enter(`category-name-${categories.length}`);
  }, { className: "btn", disabled: categories.length >= 64 });
  return group(words.categories, [list, add]);
}

function categoryLine(editor, category, index, count) {
  const { drawing, words } = editor;
  const { categories } = drawing.head;
  const put = (made, options) => editor.do(new Edit(drawing, "category").head({ categories: categories.map((one, at) => (at === index ? made : one)) }), options);
  const line = make("li", "", "category");
  const color = colorOf(category, index);
  const fields = make("div", "", "fields");
  fields.append(
    field({ name: `category-color-${index}`, type: "color", label: words.fields.color, value: HEX.test(color) ? color : PALETTE[index % PALETTE.length] }, (value, done) => {
      put({ ...drawing.head.categories[index], color: value }, { merge: true });
      if (done) drawing.settle();
    }),
    field({ name: `category-name-${index}`, label: words.fields.categoryName, value: category.name, maxLength: 200 }, (name) => renamed(editor, index, name.trim())),
    field({ name: `category-price-${index}`, type: "number", label: words.fields.priceHint, value: category.price_hint ?? 100, min: 0, max: 100000, help: "" }, (hint) => put({ ...category, price_hint: hint === 100 ? undefined : hint })),
  );
  const acts = make("div", "", "acts");
  acts.append(
    make("span", (count === 1 ? words.seatCountOne : words.seatCount).replace("{count}", count.toLocaleString(editor.language)), "quiet"),
    button(words.selectThese, () => editor.show(ofCategory(drawing, category.name)), { className: "btn", disabled: !count }),
    button("↑", () => editor.do(new Edit(drawing, "category").head({ categories: swapped(categories, index, index - 1) })), { className: "btn btn-icon", title: words.up, disabled: !index }),
    button("×", () => editor.do(new Edit(drawing, "category").head({ categories: categories.filter((_, at) => at !== index) })), { className: "btn btn-icon", title: count ? words.categoryUsed : words.remove, disabled: count > 0 }),
  );
  line.append(fields, acts);
  return line;
}

// A category by another name: its seats and areas keep it.
function renamed(editor, index, name) {
  const { drawing } = editor;
  const { categories } = drawing.head;
  const before = categories[index].name;
  if (!name || name === before || categories.some((one) => one.name === name)) return editor.panel.fill();
  const edit = new Edit(drawing, "category").head({ categories: categories.map((one, at) => (at === index ? { ...one, name } : one)) });
  for (const row of drawing.every("row")) {
    if (row.data.seats.some(({ category }) => category === before)) edit.set(row.key, { seats: row.data.seats.map((seat) => (seat.category === before ? { ...seat, category: name } : seat)) });
  }
  for (const area of drawing.every("area")) if (area.data.category === before) edit.set(area.key, { category: name });
  if (editor.category === before) editor.category = name;
  editor.do(edit);
}

function ofCategory(drawing, name) {
  const seats = new Map();
  for (const row of drawing.every("row")) {
    const own = row.data.seats.filter(({ category }) => category === name).map(({ id }) => id);
    if (own.length) seats.set(row.key, new Set(own));
  }
  return new Selection(drawing.every("area").filter(({ data }) => data.capacity && data.category === name).map(({ key }) => key), seats);
}

function zoneList(editor) {
  const { drawing, words } = editor;
  const list = make("ul", "", "zones");
  for (const [index, zone] of drawing.zones.entries()) {
    const count = drawing.rows(zone.key).reduce((sum, { data }) => sum + data.seats.length, 0);
    const line = make("li", "", zone.key === editor.home().zone ? "zone at" : "zone");
    const name = button(zone.data.name || "–", () => editor.show(new Selection([zone.key])), { className: "link-button", title: words.selectZone });
    const active = button(words.drawHere, () => {
      editor.zone = zone.key;
      editor.panel.fill();
    }, { className: "btn", pressed: zone.key === editor.home().zone });
    const up = button("↑", () => {
      const [before, after] = [drawing.zones[index - 2]?.position, drawing.zones[index - 1]?.position];
      editor.do(new Edit(drawing, "order").put({ ...zone, position: between(before, after) }));
    }, { className: "btn btn-icon", title: words.up, disabled: !index });
    line.append(name, make("span", [zone.data.floor, count.toLocaleString(editor.language)].filter(Boolean).join(" · "), "quiet"), active, up);
    list.append(line);
  }
  const acts = make("div", "", "acts");
  acts.append(
    button(words.newZone, () => editor.newZone(), { className: "btn", title: `${words.newZone} (N)` }),
    button(words.addFloor, () => editor.addFloor(), { className: "btn" }),
  );
  return group(words.zones, [make("p", words.zonesHelp, "help"), list, acts]);
}

// The floors by their names, each of which is that of all its zones.
function floorForm(editor) {
  const { drawing, words } = editor;
  const floors = floorsOf(drawing);
  if (!floors.length) return "";
  const box = make("div", "", "fields");
  box.append(...floors.map((floor, index) => field({ name: `floor-${index}`, label: words.floorNumber.replace("{number}", index + 1), value: floor, maxLength: 200 }, (name) =>
    editor.do(floored(drawing, drawing.zones.filter(({ data }) => data.floor === floor).map(({ key }) => key), name.trim())))));
  return group(words.floors, [make("p", words.floorsHelp, "help"), box]);
}

function heatForm(editor) {
  const { words } = editor;
  const shown = field({ name: "heat", type: "checkbox", label: words.fields.heat, value: Boolean(editor.sheet.heat), help: words.heatHelp }, (wanted) => editor.heated(wanted));
  return group(words.quality, [shown], { open: Boolean(editor.sheet.heat) });
}

// The drawing as a file, as it is saved.
function fileLinks({ words, urls }) {
  const list = make("ul", "");
  for (const format of FORMATS) {
    const link = make("a", words.files[format]);
    link.href = `${urls.file}?format=${format}`;
    const line = make("li", "");
    line.append(link);
    list.append(line);
  }
  return group(words.files.title, [list], { open: false });
}

function swapped(list, one, other) {
  const made = [...list];
  [made[one], made[other]] = [made[other], made[one]];
  return made;
}
