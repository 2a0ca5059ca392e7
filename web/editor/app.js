// The editor: one drawing, its sheet, the hand that is on it, what is selected, and everything that is kept in step with
// them. Whatever changes the drawing comes through `do`, so that it can be undone, is saved, and is told.
import { make } from "../src/seatmap/list.js";
import * as arrange from "./model/arrange.js";
import * as clipboard from "./model/clipboard.js";
import * as copies from "./model/copies.js";
import { Drawing } from "./model/drawing.js";
import { floorsOf, zone as zoned } from "./model/making.js";
import { costsOf, levelled, setByHand } from "./model/quality.js";
import { Selection, pointsOf, seatCount } from "./model/selection.js";
import { Bar } from "./bar.js";
import { PaintTool } from "./paint.js";
import { Panel } from "./panel.js";
import { Saving } from "./saving.js";
import { LEVELS, SelectTool } from "./select.js";
import { Sheet } from "./sheet.js";
import { TOOLS } from "./tools.js";
import { MeasureTool, Underlay } from "./underlay.js";

const NUDGE = 5, NUDGE_FAR = 50, NUDGE_NEAR = 1;
const TOLD_MS = 6000;
const COPY_OFF = 40;
const FIELDS = "input:not([type=checkbox], [type=radio], [type=range], [type=color], [type=file]), select, textarea";
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const KEYS = { v: "select", h: "hand", r: "row", b: "block", o: "outline", a: "area", t: "table", y: "booth", s: "stage", x: "text", f: "focal", p: "paint" };

export class Editor {
  constructor(element, words, document, urls) {
    Object.assign(this, { element, words, urls, name: document.name, base: document.base, zone: null, category: null });
    this.drawing = new Drawing(document);
    this.selection = new Selection();
    this._furnish();
    this.tools = new Map([new SelectTool(this), ...[...TOOLS, PaintTool, MeasureTool].map((Tool) => new Tool(this))].map((tool) => [tool.name, tool]));
    this.tool = this.tools.get("select");
    this.sheet = new Sheet(this._sheetBox, this);
    this.underlay = this.sheet.picture = new Underlay(this);
    this.panel = new Panel(this._panelBox, this);
    this.bar = new Bar(this._barBox, this._railBox, this);
    this.saving = new Saving(this, document);
    this.drawing.listen((keys) => this._changed(keys));
    this._listen();
    this._count();
    this.use("select");
    this.zone = this.drawing.zones[0]?.key ?? null;
    this.category = this.drawing.head.categories[0]?.name ?? null;
    this.panel.fill();
  }

  // Do an edit, if it changes anything. `merge`: one step with those like it before; `quiet`: the selection stays to be set by
  // who asked.
  do(edit, { merge = false, quiet = false } = {}) {
    if (!edit.do({ merge })) return false;
    if (!quiet) this.select(this.selection.within(this.drawing), { keep: true, open: merge });
    return true;
  }

  undo() {
    this._stepped(this.drawing.undo(), this.words.undone);
  }

  redo() {
    this._stepped(this.drawing.redo(), this.words.redone);
  }

  // Select; `keep`: the form of what was drawn last stays; `open`: so does the step that is being merged into.
  select(selection, { keep = false, open = false } = {}) {
    this.selection = selection;
    if (!open) this.drawing.settle();
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

  // What a click takes: "seats", "rows" or "zones"; the brush stays in hand.
  takes(level) {
    this.tools.get("select").level = level;
    this.use(this.tool.name === "paint" ? "paint" : "select");
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
    const { edit, selection } = copies.copied(this.drawing, this.selection, COPY_OFF, COPY_OFF);
    if (this.do(edit, { quiet: true })) this.select(selection);
  }

  // Moved sideways until its middle is below the focal point.
  centre() {
    if (!this.selection.empty) this.do(arrange.centred(this.drawing, this.selection, this.axis));
  }

  // The line down the middle of the house: where the focal point is, or the middle of the sheet.
  get axis() {
    const { focal_point: focal, size } = this.drawing.head;
    return focal ? focal[0] : size.width / 2;
  }

  // Parts as text from the clipboard, of this drawing or another one: beside what they were copied from, or in the middle of
  // what is seen.
  paste(text) {
    const { problem, ...what } = clipboard.read(text);
    if (problem) return this.tell(this.words.clipboard[problem]);
    const { drawing } = this;
    const zone = drawing.get(this.home().zone) ?? null;
    this._pasted = text === this._carried ? this._pasted + 1 : 1;
    this._carried = text;
    const own = what.parts.some(({ key, parent }) => drawing.get(key) || drawing.get(parent));
    const by = own ? [COPY_OFF * this._pasted, COPY_OFF * this._pasted] : copies.wayTo(what, this.middle()).map((far) => far + COPY_OFF * (this._pasted - 1));
    const { edit, selection } = copies.pasted(drawing, what, ...by, "paste", zone);
    if (!this.do(edit, { quiet: true })) return;
    this.select(selection);
    this.tell(this.words.pasted);
  }

  // All that is looked at.
  selectAll() {
    this.select(new Selection(this.drawing.zones.filter((zone) => this.sheet.showsZone(zone)).map(({ key }) => key)));
  }

  show(selection) {
    this.select(selection.within(this.drawing));
    this.sheet.settle();
    const [first] = [...this.selection.keys, ...this.selection.seats.keys()].map((key) => this.drawing.get(key));
    if (first) this.sheet.turnToSee(first.kind === "zone" ? first : this.drawing.get(first.parent));
    this.sheet.show(pointsOf(this.drawing, this.selection));
  }

  // A zone for what is drawn next, on the floor that is looked at; its key.
  addZone() {
    const { house } = this.sheet;
    const floor = house.floors[house.floor] ?? this.drawing.get(this.home().zone)?.data.floor ?? "";
    const { edit, zone } = zoned(this.drawing, this.words.zoneName.replace("{number}", this.drawing.zones.length + 1), floor);
    this.do(edit);
    this.zone = zone;
    this.panel.fill();
    return zone;
  }

  // The same, with its name to be typed at once.
  newZone() {
    this.use("select");
    this.select(new Selection([this.addZone()]));
    this.panel.enter("zone");
  }

  // Another floor, with a zone of its name; what it is called is typed at once.
  addFloor() {
    const floors = floorsOf(this.drawing);
    let number = floors.length + 1;
    while (floors.includes(this.words.floorName.replace("{number}", number))) number++;
    const name = this.words.floorName.replace("{number}", number);
    const { edit, zone } = zoned(this.drawing, name, name, "floor");
    this.use("select");
    this.do(edit, { quiet: true });
    this.zone = zone;
    this.sheet.settle();
    this.sheet.turnToSee(this.drawing.get(zone), true);
    this.select(new Selection([zone]));
    this.panel.enter("floor");
    this.tell(this.words.floorAdded);
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

  // Where the pointer is on the sheet.
  pointed([x, y]) {
    this._where.textContent = this.words.pointed.replace("{x}", Math.round(x)).replace("{y}", Math.round(y));
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
    this._where = make("span", "", "editor-at");
    this._foot.append(this._counts, this._where);
    this.element.replaceChildren(this._barBox, this._railBox, this._sheetBox, this._panelBox, this._foot);
    this.element.editor = this;
  }

  _listen() {
    const page = this.element.ownerDocument;
    page.addEventListener("keydown", (event) => this._key(event));
    page.addEventListener("keyup", (event) => {
      if (event.key === " ") this.sheet.space = false;
    });
    for (const name of ["copy", "cut", "paste"]) page.addEventListener(name, (event) => this._carry(event));
    page.defaultView.addEventListener("blur", () => (this.sheet.space = false));
  }

  _key(event) {
    if (event.defaultPrevented || this.saving.state === "conflict") return;
    const field = event.target.closest(FIELDS);
    const typed = field && field.value !== field.dataset.was;
    if (field && !((event.ctrlKey || event.metaKey) && "zy".includes(event.key.toLowerCase()) && !typed)) {
      if (event.key === "Escape" || (event.key === "Enter" && (field.localName === "input" || (field.localName === "select" && !this.panel.page)))) this.sheet.canvas.focus();
      return;
    }
    if (this.panel.page?.name === "preview") return void (event.key === "Escape" && this.panel.close());
    const done = event.ctrlKey || event.metaKey ? this._command(event) : event.altKey && !ARROWS[event.key] ? false : this._plain(event);
    if (done !== false) event.preventDefault();
  }

  // What is selected goes into the clipboard, and from there into this window or another one.
  _carry(event) {
    const elsewhere = event.target.closest?.(FIELDS) || this.saving.state === "conflict" || this.panel.page?.name === "preview";
    const words = this.element.ownerDocument.getSelection()?.toString();
    if (elsewhere || (event.type === "paste" ? !event.clipboardData.types.includes("text/plain") : words || this.selection.empty)) return;
    event.preventDefault();
    if (event.type === "paste") return this.paste(event.clipboardData.getData("text/plain"));
    this._carried = clipboard.written(this.drawing, copies.cut(this.drawing, this.selection));
    this._pasted = 0;
    event.clipboardData.setData("text/plain", this._carried);
    if (event.type === "cut") this.remove();
    this.tell(this.words.copied);
  }

  _command({ key, shiftKey }) {
    const acts = {
      z: () => (shiftKey ? this.redo() : this.undo()), y: () => this.redo(), a: () => this.selectAll(), d: () => this.duplicate(),
      s: () => this.saving.now(),
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
      " ": () => this._spaced(), 1: () => this._level(0), 2: () => this._level(1), 3: () => this._level(2), "[": () => this._turn(-15), "]": () => this._turn(15), n: () => this.newZone(), m: () => this.centre(), e: () => this.panel.enter(),
      z: () => this.show(this.selection),
    };
    const act = acts[key] ?? acts[key.toLowerCase()];
    if (act) return act(), true;
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
    this.takes(LEVELS[index]);
  }
}
