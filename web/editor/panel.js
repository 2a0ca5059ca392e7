// What stands beside the sheet: the numbers of the tool in hand, what is selected, the plan itself; or one of the pages that
// are opened over them (numbering, the plan doctor, the preview, versions, publishing).
import { make } from "../src/seatmap/list.js";
import { button, field, group } from "./fields.js";
import { Numbering } from "./numbering.js";
import { Doctor } from "./doctor.js";
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
      const forms = [];
      if (editor.tool?.fields) forms.push(this._toolForm(editor.tool));
      forms.push(...(editor.selection.empty ? (editor.tool?.fields ? [] : planForm(editor)) : selectionForm(editor)));
      this._body.replaceChildren(...forms);
    }
    if (held) this._hold(held);
  }

  // The field, or the button, that has the focus, with what is typed there and not yet told.
  _held() {
    const held = this.element.ownerDocument.activeElement;
    if (!this._body.contains(held)) return null;
    const typed = held.dataset.was !== undefined && held.value !== held.dataset.was ? held.value : null;
    return { name: held.getAttribute("name"), text: held.textContent, tag: held.localName, typed };
  }

  _hold({ name, text, tag, typed }) {
    const found = name ? this._body.querySelector(`[name="${name}"]`) : [...this._body.querySelectorAll(tag)].find((one) => one.textContent === text);
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
