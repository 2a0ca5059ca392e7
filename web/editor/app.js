// The editor: one drawing, its sheet, the hand that is on it, what is selected, and everything that is kept in step with
// them. Whatever changes the drawing comes through `do`, so that it can be undone, is saved, and is told.
import { make } from "../src/seatmap/list.js";
import * as arrange from "./model/arrange.js";
import { Drawing } from "./model/drawing.js";
import { zone as zoned } from "./model/making.js";
import { costsOf, levelled, setByHand } from "./model/quality.js";
import { Selection, pointsOf, seatCount } from "./model/selection.js";
import { Bar } from "./bar.js";
import { Panel } from "./panel.js";
import { Saving } from "./saving.js";
import { SelectTool } from "./select.js";
import { Sheet } from "./sheet.js";
import { TOOLS } from "./tools.js";
import { Underlay } from "./underlay.js";

const NUDGE = 5, NUDGE_FAR = 50, NUDGE_NEAR = 1;
const TOLD_MS = 6000;
const COPY_OFF = 40;
const FIELDS = "input:not([type=checkbox], [type=radio], [type=range], [type=color], [type=file]), select, textarea";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEYS = { v: "select", h: "hand", r: "row", b: "block", o: "outline", a: "area", t: "table", y: "booth", s: "stage", x: "text", f: "focal" };

export class Editor {
  constructor(element, words, document, urls) {
    Object.assign(this, { element, words, urls, name: document.name, base: document.base, zone: null, category: null, clipboard: null });
    this.drawing = new Drawing(document);
    this.selection = new Selection();
    this._furnish();
    this.tools = new Map([new SelectTool(this), ...TOOLS.map((Tool) => new Tool(this))].map((tool) => [tool.name, tool]));
    this.tool = this.tools.get("select");
    this.sheet = new Sheet(this._sheetBox, this);
    this.underlay = this.sheet.picture = new Underlay(this);
    this.panel = new Panel(this._panelBox, this);
    this.bar = new Bar(this._barBox, this._railBox, this);
    this.saving = new Saving(this, document);
    this.drawing.listen((keys) => this._changed(keys));
    this._listen();
    this.use("select");
    this.zone = this.drawing.zones[0]?.key ?? null;
    this.category = this.drawing.head.categories[0]?.name ?? null;
    this.panel.fill();
  }

  // Do an edit, if it changes anything. `quiet`: the selection stays to be set by who asked.
  do(edit, { merge = false, quiet = false } = {}) {
    if (!edit.do({ merge })) return false;
    if (!quiet) this.select(this.selection.within(this.drawing), { keep: true });
    return true;
  }

  undo() {
    this._stepped(this.drawing.undo(), this.words.undone);
  }

  redo() {
    this._stepped(this.drawing.redo(), this.words.redone);
  }

  // Select; `keep`: the form of what was drawn last stays.
  select(selection, { keep = false } = {}) {
    this.selection = selection;
    this.drawing.settle();
    if (!keep) for (const tool of this.tools.values()) tool.settle?.();
    const first = [...selection.keys, ...selection.seats.keys()].map((key) => this.drawing.get(key)).find(Boolean);
    if (first) this.zone = first.kind === "zone" ? first.key : first.parent;
    this.sheet.settle();
    this.sheet.chosen();
    this.panel.fill();
    this.bar.refresh();
    this._count();
  }

  use(name) {
    if (this.tool !== this.tools.get(name)) this.tool?.leave?.();
    this.tool = this.tools.get(name);
    if (name !== "select" && this.panel?.page) this.panel.close();
    this.sheet.canvas.style.cursor = name === "select" ? "default" : name === "hand" ? "grab" : "crosshair";
    this.bar?.refresh();
    this.panel?.fill();
    this.sheet.redraw();
  }

  // Where what is drawn goes: the zone that is worked on, and what its seats are.
  home() {
    const own = this.zone && this.drawing.get(this.zone);
    const seen = this.drawing.zones.filter((one) => this.sheet.showsZone(one));
    const zone = (own && this.sheet.showsZone(own) ? own : (seen.at(-1) ?? own ?? this.drawing.zones.at(-1)))?.key ?? null;
    const known = this.drawing.head.categories.some(({ name }) => name === this.category);
    return { zone, zoneName: this.words.zoneName.replace("{number}", this.drawing.zones.length + 1), category: known ? this.category : (this.drawing.head.categories[0]?.name ?? "") };
  }

  // The middle of what is seen, in whole centimetres.
  middle() {
    const { width, height } = this.sheet.view;
    return this.sheet.view.unproject(width / 2, height / 2).map(Math.round);
  }

  remove() {
    if (this.selection.empty) return;
    const edit = arrange.removed(this.drawing, this.selection);
    this.select(new Selection());
    this.do(edit);
    this.tell(this.words.deleted);
  }

  duplicate() {
    if (this.selection.empty) return;
    const { edit, selection } = arrange.copied(this.drawing, this.selection, COPY_OFF, COPY_OFF);
    if (this.do(edit, { quiet: true })) this.select(selection);
  }

  copy() {
    if (this.selection.empty) return;
    this.clipboard = arrange.cut(this.drawing, this.selection);
    this._pasted = 0;
    this.tell(this.words.copied);
  }

  paste() {
    if (!this.clipboard) return;
    const zone = this.drawing.get(this.home().zone) ?? null;
    const off = COPY_OFF * ++this._pasted;
    const { edit, selection } = arrange.pasted(this.drawing, this.clipboard, off, off, "paste", zone);
    if (this.do(edit, { quiet: true })) this.select(selection);
  }

  // All that is looked at.
  selectAll() {
    this.select(new Selection(this.drawing.zones.filter((zone) => this.sheet.showsZone(zone)).map(({ key }) => key)));
  }

  show(selection) {
    this.select(selection.within(this.drawing));
    this.sheet.settle();
    this.sheet.show(pointsOf(this.drawing, this.selection));
  }

  // A zone for what is drawn next; its key.
  addZone() {
    const { edit, zone } = zoned(this.drawing, this.words.zoneName.replace("{number}", this.drawing.zones.length + 1));
    this.do(edit);
    this.zone = zone;
    this.panel.fill();
    return zone;
  }

  // Show how good the seats are, or no longer.
  heated(wanted) {
    this.sheet.settle();
    const costs = wanted && costsOf(this.sheet.house, this.drawing.head, setByHand(this.drawing));
    this.sheet.heat = wanted ? levelled(costs) : null;
    this.sheet.redraw();
  }

  // Say something, politely.
  tell(text) {
    this.sheet.told.textContent = "";
    this.sheet.told.textContent = text;
    clearTimeout(this._telling);
    this._telling = setTimeout(() => (this.sheet.told.textContent = ""), TOLD_MS);
  }

  // -- in step -----------------------------------------------------------------------------------------------------

  _changed(keys) {
    this.sheet.refresh();
    if (this.sheet.heat) this.heated(true);
    this.saving.note(keys);
    this.panel.changed();
    this.bar.refresh();
    this._count();
  }

  _stepped(step, words) {
    if (!step) return;
    for (const tool of this.tools.values()) tool.settle?.();
    const touched = step.changes.map(({ key }) => key).filter((key) => this.drawing.get(key) && key !== "head");
    this.select(new Selection(this.selection.keys, this.selection.seats).within(this.drawing));
    if (this.selection.empty && touched.length < 200) this.select(new Selection(touched).within(this.drawing));
    this.tell(words.replace("{step}", this.words.steps[step.name] ?? step.name));
  }

  _count() {
    const { drawing, words } = this;
    const seats = drawing.every("row").reduce((sum, { data }) => sum + data.seats.length, 0);
    const places = drawing.every("area").reduce((sum, { data }) => sum + (data.capacity ?? 0), 0);
    const chosen = this.selection.empty ? 0 : seatCount(drawing, this.selection);
    this._counts.textContent = [
      (seats === 1 ? words.seatCountOne : words.seatCount).replace("{count}", seats.toLocaleString(this.language)),
      places ? words.placeCount.replace("{count}", places.toLocaleString(this.language)) : "",
      chosen ? words.chosenCount.replace("{count}", chosen.toLocaleString(this.language)) : "",
    ].filter(Boolean).join(" · ");
  }

  get language() {
    return this.element.ownerDocument.documentElement.lang;
  }

  _furnish() {
    this._barBox = make("div", "", "editor-bar");
    this._railBox = make("div", "", "editor-rail");
    this._sheetBox = make("div", "", "seat-map editor-sheet");
    this._panelBox = make("aside", "", "editor-panel");
    this._panelBox.setAttribute("aria-label", this.words.panel);
    this._foot = make("div", "", "editor-foot");
    this._counts = make("span", "", "editor-counts");
    this._foot.append(this._counts);
    this.element.replaceChildren(this._barBox, this._railBox, this._sheetBox, this._panelBox, this._foot);
    this.element.editor = this;
  }

  _listen() {
    const page = this.element.ownerDocument;
    page.addEventListener("keydown", (event) => this._key(event));
    page.addEventListener("keyup", (event) => {
      if (event.key === " ") this.sheet.space = false;
    });
    page.defaultView.addEventListener("blur", () => (this.sheet.space = false));
  }

  _key(event) {
    if (event.defaultPrevented || this.saving.state === "conflict") return;
    const field = event.target.closest(FIELDS);
    const typed = field && field.value !== field.dataset.was;
    if (field && !((event.ctrlKey || event.metaKey) && "zy".includes(event.key.toLowerCase()) && !typed)) {
      if (event.key === "Escape" || (event.key === "Enter" && field.localName === "input")) setTimeout(() => this.sheet.canvas.focus());
      return;
    }
    if (this.panel.page?.name === "preview") return void (event.key === "Escape" && this.panel.close());
    const done = event.ctrlKey || event.metaKey ? this._command(event) : event.altKey && !ARROWS[event.key] ? false : this._plain(event);
    if (done !== false) event.preventDefault();
  }

  _command({ key, shiftKey }) {
    const acts = {
      z: () => (shiftKey ? this.redo() : this.undo()), y: () => this.redo(), a: () => this.selectAll(), c: () => this.copy(),
      x: () => (this.copy(), this.remove()), v: () => this.paste(), d: () => this.duplicate(), s: () => this.saving.now(),
    };
    return acts[key.toLowerCase()]?.() ?? (key.toLowerCase() in acts ? true : false);
  }

  _plain(event) {
    const { key } = event;
    if (this.tool.key?.(event)) return true;
    const onCanvas = event.target === this.sheet.canvas || event.target === event.target.ownerDocument.body;
    if (ARROWS[key] && onCanvas) return this._arrowed(event);
    if (event.target.closest("button, a, summary, input") && (key === "Enter" || key === " ")) return false;
    const acts = {
      Delete: () => this.remove(), Backspace: () => this.remove(), Escape: () => this._escaped(), Enter: () => this._entered(),
      "+": () => this.sheet._by(1.6), "=": () => this.sheet._by(1.6), "-": () => this.sheet._by(1 / 1.6), 0: () => this.sheet.showWhole(),
      " ": () => this._spaced(), 1: () => this._level(0), 2: () => this._level(1), 3: () => this._level(2), "[": () => this._turn(-15), "]": () => this._turn(15),
    };
    if (acts[key]) return acts[key](), true;
    const tool = KEYS[key.toLowerCase()];
    if (!tool) return false;
    this.use(tool);
    return true;
  }

  // Arrows move what is selected; with nothing selected they walk from seat to seat.
  _arrowed(event) {
    const [dx, dy] = ARROWS[event.key];
    if (this.selection.empty) return this.sheet._arrow(dx, dy), true;
    const step = event.shiftKey ? NUDGE_FAR : event.altKey ? NUDGE_NEAR : NUDGE;
    this.do(arrange.moved(this.drawing, this.selection, dx * step, dy * step, "nudge"), { merge: true });
    return true;
  }

  _turn(degrees) {
    if (!this.selection.empty) this.do(arrange.rotated(this.drawing, this.selection, degrees));
  }

  // Escape lets go: of what is being drawn, of the tool, of the selection.
  _escaped() {
    if (this.tool.name !== "select") this.use("select");
    else if (!this.selection.empty) this.select(new Selection());
  }

  // Enter takes the seat that the arrows have walked to; with a tool it places what the form says.
  _entered() {
    if (this.tool.place) return this.tool.live?.version === this.drawing.version ? this.use("select") : this.tool.place({ again: true });
    const { focus, house } = this.sheet;
    if (focus >= 0) this.select(this.selection.toggled(this._at(focus, house), this.drawing));
  }

  _spaced() {
    if (this.sheet.focus >= 0 && this.selection.empty) return this._entered();
    this.sheet.space = true;
  }

  _at(index, house) {
    const row = this.sheet._rows[house.row[index]];
    const level = this.tools.get("select").level;
    if (level === "seats") return new Selection([], new Map([[row.key, new Set([house.ids[index]])]])).within(this.drawing);
    return new Selection([level === "zones" ? row.parent : (this.sheet.tableOf(house.ids[index]) ?? row.key)]);
  }

  _level(index) {
    this.tools.get("select").level = ["seats", "rows", "zones"][index];
    this.use("select");
  }
}
