// Publishing: the drawing becomes the plan's next version. Only a sound one does; what the doctor finds is led to.
import { make } from "../src/seatmap/list.js";
import { button } from "./fields.js";
import { ask } from "./saving.js";

export class Publishing {
  constructor(editor) {
    Object.assign(this, { editor, title: editor.words.acts.publish, element: make("div", "", "publishing") });
    this._ask();
  }

  async _ask() {
    const { editor } = this;
    const { words } = editor;
    const next = (editor.base?.number ?? 0) + 1;
    const told = make("p", words.publish.told.replace("{number}", next));
    const go = button(words.publish.go.replace("{number}", next), () => this._go(go), { className: "btn btn-primary" });
    this._state = make("p", "", "help");
    this._state.setAttribute("role", "status");
    this._acts = make("div", "", "acts");
    this._acts.append(go);
    this.element.replaceChildren(told, make("p", words.publish.sale, "help"), this._acts, this._state);
  }

  async _go(button_, over = undefined) {
    const { saving, urls, words } = this.editor;
    button_.disabled = true;
    this._state.textContent = words.publish.going;
    await saving.now();
    const answer = saving.state === "saved" ? await ask(urls.publication, urls.token, { revision: saving.revision, ...(over ? { over } : {}) }) : { problem: saving.problem ?? {} };
    button_.disabled = false;
    if (!answer.problem) return this._done(answer);
    const { code, detail, fields } = answer.problem;
    this._state.textContent = detail ?? words.saving.offline;
    this._acts.querySelectorAll(".extra").forEach((one) => one.remove());
    if (code === "drawing-unsound") this._acts.append(button(words.acts.doctor, () => this.editor.panel.open("doctor"), { className: "btn extra" }));
    if (code === "drawing-behind") this._acts.append(button(words.publish.over, () => this._go(button_, fields.number), { className: "btn extra" }));
  }

  _done({ number, path, hash }) {
    const { words } = this.editor;
    this.editor.base = { number, hash };
    const link = make("a", words.publish.look.replace("{number}", number), "btn btn-primary");
    link.href = path;
    const dates = make("a", words.publish.dates, "btn");
    dates.href = `${path}/dates`;
    this._state.textContent = words.publish.done.replace("{number}", number);
    this._acts.replaceChildren(link, dates);
  }
}
