// Numbering: the labels of many rows and their seats at once, by a scheme, with what they would be before it is done. What
// the present labels follow is what the form begins with.
import { make } from "../src/seatmap/list.js";
import { button, field, group } from "./fields.js";
import { Edit } from "./model/drawing.js";
import { axisOf, detect, read, relabel, spell } from "./model/numbering.js";
import { seatsAt } from "./model/places.js";
import { rowsOf } from "./model/selection.js";

const ROWS = { on: true, kind: "letters", start: "A", step: 1, from: "front", skip: "IO", doubled: false, prefix: "", suffix: "", together: true, each_zone: true };
const SEATS = { on: true, kind: "numbers", start: "1", step: 1, from: "left", pattern: "plain", odd_side: "left", continue: "row", block_step: 100, gaps: "skip", snake: false, view: "seats", prefix: "", suffix: "" };
const CENTRED = ["odd_even", "from_centre"];
const PREVIEWED_MAX = 60, TOLD_MAX = 12, DETECTED_MAX = 400;

export class Numbering {
  constructor(editor) {
    Object.assign(this, { editor, title: editor.words.acts.numbering, element: make("div", "", "numbering"), rows: { ...ROWS }, seats: { ...SEATS } });
    this._detect();
    this._forms = make("div", "");
    this._shown = make("div", "", "numbered");
    this._shown.setAttribute("aria-live", "polite");
    this._go = button(editor.words.numbering.apply, () => this._apply(), { className: "btn btn-primary" });
    this.element.append(this._forms, this._shown, this._go);
    this._form();
    this._preview();
  }

  changed() {
    this._later();
  }

  // The selection may be another one.
  refresh() {
    this._later();
  }

  close() {
    clearTimeout(this._timer);
  }

  _later() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._preview(), 60);
  }

  // The rows that are meant: those selected, or (if none is) all but those at tables.
  _meant() {
    const { drawing, selection } = this.editor;
    const chosen = rowsOf(drawing, selection);
    if (chosen.length) return chosen;
    const tables = new Set(drawing.every("table").flatMap(({ data }) => data.seats));
    return drawing.every("row").filter(({ data }) => !data.seats.some(({ id }) => tables.has(id))).map((part) => ({ part, ids: null }));
  }

  _context(meant) {
    const { drawing } = this.editor;
    const keys = new Set(meant.map(({ part }) => part.key));
    const zones = new Set(meant.map(({ part }) => part.parent));
    const points = new Map();
    const at = (row, seat) => {
      if (!points.has(row.key)) points.set(row.key, new Map(seatsAt(drawing.get(row.parent), drawing.get(row.key)).map((point, n) => [row.seats[n].id, point])));
      return points.get(row.key).get(seat.id);
    };
    const fixed = new Set(meant.flatMap(({ part, ids }) => (ids ? part.data.seats.filter(({ id }) => !ids.has(id)).map(({ id }) => id) : [])));
    const others = drawing.every("row").filter(({ key, parent }) => zones.has(parent) && !keys.has(key)).map(asRow);
    const focal = drawing.head.focal_point ?? undefined;
    return { focal_point: focal, axis: this._axis(focal, at), at, zone_of: (row) => row.parent, fixed, fixed_counts: true, others };
  }

  // The hall's centre line, whatever is selected; looked for where the scheme counts from it.
  _axis(focal, at) {
    const { drawing } = this.editor;
    if (!CENTRED.includes(this.seats.pattern) && this.seats.from !== "centre") return undefined;
    if (this._known?.version !== drawing.version) this._known = { version: drawing.version, axis: axisOf(drawing.every("row").map(asRow), { focal_point: focal, at }) };
    return this._known.axis;
  }

  _detect() {
    const meant = this._meant().slice(0, DETECTED_MAX);
    const found = detect(meant.map(({ part }) => asRow(part)), this._context(meant));
    if (found?.rows) this.rows = { ...this.rows, doubled: false, ...found.rows, start: String(found.rows.start ?? this.rows.start) };
    if (found?.seats) this.seats = { ...this.seats, ...found.seats, start: String(found.seats.start ?? this.seats.start) };
    delete this.seats.together; // as the rows have it
    delete this.seats.each_zone;
  }

  _form() {
    const { words } = this.editor;
    const said = words.numbering;
    const options = (names) => names.map((name) => [name, said.options[name]]);
    const shown = (scheme, name, options_) => field({ name: `${scheme === this.rows ? "rows" : "seats"}-${name}`, label: said[name], value: scheme[name], ...options_ }, (value) => {
      if (name === "kind") scheme.start = spell(read(scheme.start, scheme) || 1, { ...scheme, kind: value, prefix: "", suffix: "" });
      scheme[name] = value;
      if (name === "pattern") Object.assign(scheme, { step: 1, from: value === "plain" && scheme.from === "centre" ? "left" : scheme.from });
      this._form();
      this._preview();
    });
    const select = (scheme, name, names) => shown(scheme, name, { type: "select", options: options(names) });
    const tick = (scheme, name) => shown(scheme, name, { type: "checkbox" });
    const number = (scheme, name, min, max) => shown(scheme, name, { type: "number", min, max });
    const text = (scheme, name, maxLength = 20) => shown(scheme, name, { maxLength });
    const { rows, seats } = this;
    const rowBox = fields([
      tick(rows, "on"), ...(!rows.on ? [] : [
        select(rows, "kind", ["letters", "numbers", "roman"]), text(rows, "start"), number(rows, "step", -100, 100), select(rows, "from", ["front", "back", "first", "last"]),
        ...(rows.kind === "letters" ? [text(rows, "skip", 26), tick(rows, "doubled")] : []),
        text(rows, "prefix"), text(rows, "suffix"), tick(rows, "together"), tick(rows, "each_zone"),
      ]),
    ]);
    const seatBox = fields([
      tick(seats, "on"), ...(!seats.on ? [] : [
        select(seats, "kind", ["numbers", "letters"]), select(seats, "pattern", ["plain", "odd", "even", "odd_even", "from_centre"]),
        select(seats, "from", ["left", "right", "centre", "aisle"]), text(seats, "start"), ...(seats.pattern === "plain" ? [number(seats, "step", -100, 100)] : []),
        ...(seats.pattern === "odd_even" ? [select(seats, "odd_side", ["left", "right"])] : []),
        select(seats, "continue", ["row", "aisle_restart", "block", "rows"]), ...(seats.continue === "block" ? [number(seats, "block_step", 1, 10000)] : []),
        select(seats, "gaps", ["skip", "count"]), select(seats, "view", ["seats", "drawing"]), tick(seats, "snake"), text(seats, "prefix"), text(seats, "suffix"),
      ]),
    ]);
    const held = this.element.ownerDocument.activeElement?.getAttribute("name");
    this._forms.replaceChildren(group(said.rows, [rowBox]), group(said.seats, [seatBox]));
    if (held) this._forms.querySelector(`[name="${held}"]`)?.focus();
  }

  _relabelled() {
    const meant = this._meant();
    const scheme = ({ on, start, ...rest }) => (on ? { ...rest, start: /^-?\d+$/.test(start) ? Number(start) : start } : null);
    try {
      return { meant, ...relabel(meant.map(({ part }) => asRow(part)), { rows: scheme(this.rows), seats: scheme(this.seats) }, this._context(meant)) };
    } catch {
      return { meant, changes: [], preview: [], collisions: [], broken: true };
    }
  }

  _preview() {
    const { words } = this.editor;
    const said = words.numbering;
    const { meant, changes, preview, collisions, broken } = this._relabelled();
    this._go.disabled = !changes.length || collisions.some(({ kind }) => kind === "blank");
    const told = make("p", broken ? said.broken : said.would.replace("{rows}", changes.length).replace("{of}", meant.length), "help");
    const table = make("table", "");
    const head = table.createTHead().insertRow();
    for (const name of ["row", "seatsOf"]) head.append(headed(said[name]));
    const body = table.createTBody();
    for (const { row: [before, after], sample } of preview.slice(0, PREVIEWED_MAX)) {
      const line = body.insertRow();
      line.insertCell().textContent = before === after ? after || "–" : `${before || "–"} → ${after}`;
      line.insertCell().textContent = sample.join(" ");
    }
    const more = preview.length > PREVIEWED_MAX ? [make("p", words.andMore.replace("{count}", preview.length - PREVIEWED_MAX), "quiet")] : [];
    this._shown.replaceChildren(told, ...this._collisions(collisions), table, ...more);
  }

  // What would be there twice.
  _collisions(collisions) {
    const { drawing, words } = this.editor;
    const wrong = collisions.filter(({ kind, shared }) => kind !== "rows" || shared.length);
    if (!wrong.length) return [];
    const box = make("div", "", "alert alert-warning");
    box.setAttribute("role", "alert");
    const list = make("ul", "");
    for (const { kind, zone, label, row } of wrong.slice(0, TOLD_MAX)) {
      const name = drawing.get(zone)?.data.name ?? "";
      list.append(make("li", words.numbering.twice[kind].replace("{zone}", name).replace("{label}", label).replace("{row}", row ?? "")));
    }
    box.append(make("p", words.numbering.collisions), list);
    return [box];
  }

  _apply() {
    const { drawing, words } = this.editor;
    const { changes } = this._relabelled();
    const edit = new Edit(drawing, "numbering");
    for (const { key, label, seats } of changes) {
      const { data } = drawing.get(key);
      edit.set(key, { ...(label === undefined ? {} : { label }), ...(seats ? { seats: data.seats.map((seat, n) => (seat.label === seats[n] ? seat : { ...seat, label: seats[n] })) } : {}) });
    }
    if (this.editor.do(edit)) this.editor.tell(words.numbering.done.replace("{rows}", changes.length));
  }
}

const asRow = (part) => ({ key: part.key, parent: part.parent, label: part.data.label, x: part.data.x, y: part.data.y, seats: part.data.seats });

function fields(some) {
  const box = make("div", "", "fields");
  box.append(...some);
  return box;
}

function headed(text) {
  const cell = make("th", text);
  cell.scope = "col";
  return cell;
}
