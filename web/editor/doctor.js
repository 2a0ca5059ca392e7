// The plan doctor's findings beside the drawing: each is shown on it, and mended with one press, which can be undone. What is
// found is of the drawing as it is saved, and looked at anew after each change.
import { make } from "../src/seatmap/list.js";
import { button } from "./fields.js";
import { Edit, HEAD } from "./model/drawing.js";
import { Selection } from "./model/selection.js";
import { ask } from "./saving.js";

const PAUSE_MS = 700;

export class Doctor {
  constructor(editor) {
    Object.assign(this, { editor, title: editor.words.acts.doctor, element: make("div", "", "doctor"), findings: null });
    this._told = make("p", editor.words.doctor.looking, "help");
    this._told.setAttribute("role", "status");
    this._list = make("ul", "", "findings");
    this._all = button(editor.words.doctor.all, () => this._mend(this.findings), { className: "btn btn-primary" });
    this._all.hidden = true;
    this.element.append(this._told, this._all, this._list);
    this.look();
  }

  // What was found is of the drawing as it was: nothing is mended by it before it was looked at again.
  changed() {
    for (const made of this.element.querySelectorAll("button")) made.disabled = true;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.look(), PAUSE_MS);
  }

  close() {
    clearTimeout(this._timer);
    this._closed = true;
  }

  async look() {
    const { saving, urls, words } = this.editor;
    await saving.now();
    if (saving.state === "conflict") return void (this._told.textContent = words.saving.conflict);
    const answer = await ask(urls.examination, urls.token, {});
    if (this._closed) return;
    this._all.disabled = false;
    if (answer.problem) {
      this._told.textContent = answer.problem.detail ?? words.saving.offline;
      return;
    }
    this.findings = answer.findings;
    const count = answer.finding_count;
    this._told.textContent = count ? (count === 1 ? words.doctor.one : words.doctor.many.replace("{count}", count)) : (this._empty() ? words.doctor.empty : words.doctor.sound);
    this._all.hidden = this.findings.length < 2;
    this._list.replaceChildren(...this.findings.map((finding) => this._line(finding)));
  }

  _empty() {
    const { drawing } = this.editor;
    return !drawing.every("row").some(({ data }) => data.seats.length) && !drawing.every("area").some(({ data }) => data.capacity);
  }

  _line(finding) {
    const { words } = this.editor;
    const line = make("li", "", "finding");
    line.append(make("p", finding.message));
    const acts = make("div", "", "acts");
    if (finding.key && finding.key !== HEAD) acts.append(button(words.doctor.show, () => this._show(finding), { className: "btn" }));
    acts.append(button(words.doctor.mend, () => this._mend([finding]), { className: "btn" }));
    line.append(acts);
    return line;
  }

  _show({ key, seat }) {
    const part = this.editor.drawing.get(key);
    if (!part) return;
    this.editor.show(seat && part.kind === "row" ? new Selection([], new Map([[key, new Set([seat])]])) : new Selection([key]));
  }

  // What the doctor would leave of each part that is meant, as one step. Two findings of one part: it looks again.
  _mend(findings) {
    const edit = new Edit(this.editor.drawing, "mend");
    const touched = new Set();
    for (const { mended: { head, parts = [], gone = [] } } of findings) {
      const keys = [...(head ? [HEAD] : []), ...parts.map(({ key }) => key), ...gone];
      if (keys.some((key) => touched.has(key))) continue;
      for (const key of keys) touched.add(key);
      if (head) edit.put({ ...this.editor.drawing.get(HEAD), data: head });
      for (const part of parts) edit.put(part);
      for (const key of gone) edit.drop(key);
    }
    this.editor.do(edit);
    this.editor.tell(this.editor.words.doctor.mended);
  }
}
