// What stands beside the sheet: the numbers of the tool in hand, what is selected, the plan itself; or one of the pages that
// are opened over them (numbering, the plan doctor, the preview, versions, publishing).
import { make } from "../src/seatmap/list.js";
import { button, field, group } from "./fields.js";
import { Numbering } from "./numbering.js";
import { Doctor } from "./doctor.js";
import { moreForms } from "./more_forms.js";
import { planForm } from "./plan_form.js";
import { Preview } from "./preview.js";
import { Publishing } from "./publishing.js";
import { selectionForm } from "./selection_form.js";
import { Versions } from "./versions.js";

const SEATED = ["row", "block", "table", "booth", "area"];
const PAGES = { numbering: Numbering, doctor: Doctor, preview: Preview, versions: Versions, publish: Publishing };

export class Panel {
  constructor(element, editor) {
    Object.assign(this, { element, editor, page: null });
    this._body = make("div", "", "panel-body");
    element.append(this._body);
    this._afterPointing();
  }

  // What was chosen from a list by the pointer leaves the hands at the sheet, so that letters choose tools again.
  _afterPointing() {
    let pointed = null;
    this.element.addEventListener("pointerdown", ({ target }) => (pointed = target.closest("select")));
    this.element.addEventListener("keydown", ({ key }) => key === "Tab" && (pointed = null));
    this.element.addEventListener("change", ({ target }) => {
      if (target === pointed && !this.page) this.editor.sheet.canvas.focus();
      pointed = null;
    });
  }

  // Open a page over the forms, or close the one that is open.
  open(name) {
    this.page?.close?.();
    const again = this.page?.name === name;
    this.page = again ? null : new PAGES[name](this.editor);
    if (this.page) this.page.name = name;
    this._fill();
    if (this.page) this.element.querySelector("h2")?.focus();
  }

  close() {
    this.page?.close?.();
    this.page = null;
    this.fill();
  }

  // The drawing has changed.
  changed() {
    if (this.page) this.page.changed?.();
    else this.fill();
  }

  // Show what there is now, once whoever types has come to the next field; what is typed there and where stays.
  fill() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._fill());
  }

  _fill() {
    clearTimeout(this._timer);
    const { editor } = this;
    const held = this._held();
    if (this.page) {
      if (this._shown !== this.page) this._body.replaceChildren(this._headed(this.page.title), this.page.element);
      this._shown = this.page;
      this.page.refresh?.();
    } else {
      this._shown = null;
      const drawing = editor.tool?.fields ? this._toolForm(editor.tool) : editor.tool?.form?.();
      const forms = editor.selection.empty ? (drawing ? [] : planForm(editor)) : this._selectionForms();
      this._body.replaceChildren(...(drawing ? [drawing] : []), ...forms);
    }
    if (held) this._hold(held);
  }

  _selectionForms() {
    const { before, after } = moreForms(this.editor);
    const [title, ...forms] = selectionForm(this.editor);
    return [title, ...before, ...forms, ...after];
  }

  // Go to a field of the form that is shown, or to its first one, and take what is there.
  enter(name = "") {
    this._fill();
    const found = this._body.querySelector(name ? `[name="${name}"]` : "input, select, textarea");
    found?.focus();
    if (found?.matches("input:not([type=radio], [type=checkbox], [type=range], [type=color], [type=file])")) found.select();
  }

  // The field, or the button, that has the focus, with what is typed there and not yet told.
  _held() {
    const held = this.element.ownerDocument.activeElement;
    if (!this._body.contains(held)) return null;
    const typed = held.dataset.was !== undefined && held.value !== held.dataset.was ? held.value : null;
    const [text, tag] = [held.textContent, held.localName];
    return { name: held.getAttribute("name"), text, tag, typed, nth: this._alike(tag, text).indexOf(held) };
  }

  _alike(tag, text) {
    return [...this._body.querySelectorAll(tag)].filter((one) => one.textContent === text);
  }

  _hold({ name, text, tag, typed, nth }) {
    const named = (more) => this._body.querySelector(`[name="${name}"]${more}`);
    const found = name ? (named(":checked[type=radio]") ?? named("")) : this._alike(tag, text)[nth];
    if (!found) return;
    found.focus({ preventScroll: true });
    if (typed === null) return void (found.localName === "input" && ["text", "number"].includes(found.type) && found.select());
    found.value = typed;
    found.addEventListener("blur", () => found.value !== found.dataset.was && found.dispatchEvent(new Event("change")), { once: true });
  }

  // Whether somebody is typing into a field of the panel.
  typing() {
    const held = this.element.ownerDocument.activeElement;
    return this.element.contains(held) && held.matches("input[type=text], input[type=number], input:not([type]), textarea");
  }

  _headed(title) {
    const head = make("div", "", "panel-head");
    const name = make("h2", title);
    name.tabIndex = -1;
    head.append(name, button("×", () => this.close(), { className: "panel-close", title: this.editor.words.close }));
    return head;
  }

  // What the seats that are drawn next are, and where they go.
  _homeFields() {
    const { editor } = this;
    const { words, drawing } = editor;
    const home = editor.home();
    const zones = [...drawing.zones.map(({ key, data }) => [key, data.name || "–"]), ["new", words.newZone]];
    return [
      field({ name: "homeCategory", type: "select", label: words.fields.category, options: drawing.head.categories.map(({ name }) => [name, name]), value: home.category }, (name) => (editor.category = name)),
      field({ name: "homeZone", type: "select", label: words.fields.zone, options: zones, value: home.zone ?? "new" }, (key) => (key === "new" ? editor.addZone() : (editor.zone = key))),
    ];
  }

  _toolForm(tool) {
    const { words } = this.editor;
    const fields = tool.fields.map((one) => {
      const options = one.options?.map((value) => [value, words.shapes[value] ?? value]);
      return field({ ...one, options, label: words.fields[one.name], value: tool.params[one.name] }, (value) => tool.change(one.name, value));
    });
    if (SEATED.includes(tool.name)) fields.unshift(...this._homeFields());
    const place = button(tool.live ? words.another : words.place, () => tool.place({ again: true }), { className: "btn btn-primary" });
    const box = make("div", "", "fields");
    box.append(...fields);
    return group(words.toolNames[tool.name], [make("p", words.toolHelp[tool.name], "help"), box, place]);
  }
}
