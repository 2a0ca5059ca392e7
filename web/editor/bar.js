// The bar above the sheet and the rail of tools beside it: back and forth, what is saved, what is done with all of it.
import { make } from "../src/seatmap/list.js";
import { button } from "./fields.js";
import { LEVELS } from "./select.js";

const TOOLS = [["select", "hand"], ["row", "block"], ["area", "outline", "table", "booth"], ["stage", "text", "focal"], ["paint"]];
const STOPPED = ".editor-rail, .editor-sheet, .editor-panel, .editor-acts";
const KEYS = { select: "V", hand: "H", row: "R", block: "B", outline: "O", area: "A", table: "T", booth: "Y", stage: "S", text: "X", focal: "F", paint: "P" };

export class Bar {
  constructor(bar, rail, editor) {
    Object.assign(this, { bar, rail, editor });
    this._furnish();
    this._railed();
    this.refresh();
  }

  // Which step can be undone, which tool is in hand.
  refresh() {
    const { drawing, tool, words } = this.editor;
    const named = (step) => (step ? `: ${words.steps[step] ?? step}` : "");
    this._undo.disabled = !drawing.undoable;
    this._undo.title = `${words.undo}${named(drawing.undoable)} (Ctrl+Z)`;
    this._redo.disabled = !drawing.redoable;
    this._redo.title = `${words.redo}${named(drawing.redoable)} (Ctrl+Y)`;
    for (const [name, made] of this._tools) made.setAttribute("aria-pressed", String(tool?.name === name));
    const select = this.editor.tools?.get("select");
    for (const [level, made] of this._levels) made.setAttribute("aria-pressed", String(select?.level === level));
    this._lasso.setAttribute("aria-pressed", String(Boolean(select?.lassoing)));
  }

  saved(state, problem) {
    const { words } = this.editor;
    this._state.dataset.state = state;
    this._state.textContent = words.saving[state];
    this._conflict.replaceChildren();
    for (const part of this.editor.element.querySelectorAll(STOPPED)) part.inert = state === "conflict";
    this._conflict.hidden = !["conflict", "refused", "signedOut"].includes(state);
    if (this._conflict.hidden) return;
    this._conflict.append(make("p", state === "signedOut" ? words.signedOut : (problem?.detail ?? "")));
    if (state === "signedOut") {
      const link = make("a", words.signIn, "btn btn-primary");
      Object.assign(link, { href: "/admin", target: "_blank" });
      this._conflict.append(link);
    }
    if (state === "refused") this._conflict.append(button(words.again, () => this.editor.saving.now(), { className: "btn btn-primary" }));
    if (state === "conflict") this._conflict.append(button(words.reload, () => location.reload(), { className: "btn btn-primary" }));
    this._conflict.append(button(words.keepFile, () => this._file(), { className: "btn" }));
  }

  _furnish() {
    const { words, urls } = this.editor;
    const back = make("a", "", "btn btn-icon back");
    back.href = urls.back;
    back.title = words.back;
    back.setAttribute("aria-label", words.back);
    back.append(icon("arrow-left", urls));
    this._name = make("h1", this.editor.name);
    this._undo = tooled("arrow-back-up", words.undo, () => this.editor.undo(), urls);
    this._redo = tooled("arrow-forward-up", words.redo, () => this.editor.redo(), urls);
    this._state = make("span", words.saving.saved, "editor-state");
    this._state.setAttribute("role", "status");
    this._state.dataset.state = "saved";
    this._conflict = make("div", "", "editor-conflict");
    this._conflict.setAttribute("role", "alert");
    this._conflict.hidden = true;
    const spring = make("span", "", "spring");
    const acts = make("div", "", "editor-acts");
    for (const [name, sign] of [["numbering", "list-numbers"], ["doctor", "stethoscope"], ["preview", "eye"], ["versions", "history"]]) {
      const made = button(words.acts[name], () => this.editor.panel.open(name), { className: "btn" });
      made.prepend(icon(sign, urls));
      acts.append(made);
    }
    acts.append(button(words.acts.publish, () => this.editor.panel.open("publish"), { className: "btn btn-primary" }));
    this.bar.append(back, this._name, this._undo, this._redo, this._state, spring, acts, this._conflict);
  }

  _railed() {
    const { words, urls } = this.editor;
    this._tools = [];
    this.rail.setAttribute("role", "toolbar");
    this.rail.setAttribute("aria-label", words.tools);
    this.rail.setAttribute("aria-orientation", "vertical");
    for (const some of TOOLS) {
      const box = make("div", "", "rail-group");
      for (const name of some) {
        const made = tooled(SIGNS[name], `${words.toolNames[name]} (${KEYS[name]})`, (event) => {
          this.editor.use(name);
          if (event.detail) this.editor.sheet.canvas.focus(); // by a hand, which goes on to the sheet
        }, urls);
        made.setAttribute("aria-pressed", "false");
        made.setAttribute("aria-keyshortcuts", KEYS[name]);
        this._tools.push([name, made]);
        box.append(made);
      }
      this.rail.append(box);
    }
    this._levels = LEVELS.map((level, n) => [level, button(words.levels[level], () => this.editor.takes(level), { className: "level", title: `${words.levels[level]} (${n + 1})`, pressed: false })]);
    const levels = make("div", "", "rail-group levels");
    levels.setAttribute("role", "group");
    levels.setAttribute("aria-label", words.level);
    this._lasso = tooled("lasso", words.lasso, () => this._lassoed(), urls);
    this._lasso.setAttribute("aria-pressed", "false");
    levels.append(...this._levels.map(([, made]) => made), this._lasso);
    this.rail.append(levels);
  }

  _lassoed() {
    const select = this.editor.tools.get("select");
    select.lassoing = !select.lassoing;
    this.editor.use("select");
  }

  // What this window has, as a file: nothing that was drawn is lost.
  _file() {
    const blob = new Blob([JSON.stringify({ format: "placeur-plan-1", ...this.editor.drawing.assembled().plan })], { type: "application/json" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${this.editor.name}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

const SIGNS = {
  select: "pointer", hand: "hand-stop", row: "dots", block: "grid-dots", outline: "polygon", area: "users-group", table: "circle-dashed",
  booth: "armchair-2", stage: "podium", text: "typography", focal: "focus-2", paint: "brush",
};

function tooled(sign, title, act, urls) {
  const made = button("", act, { className: "btn btn-icon", title });
  made.append(icon(sign, urls));
  return made;
}

export function icon(name, { icons }) {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${icons}#${name}`);
  drawn.append(use);
  return drawn;
}
