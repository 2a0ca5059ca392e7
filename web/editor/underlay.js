// A picture to trace, under the seats: a scan of the house, a drawing as a PDF. It is scaled until something of known length
// has it, moved and dimmed; it is no part of the plan.
import { make } from "../src/seatmap/list.js";
import { button, field, group } from "./fields.js";

const FILES = "image/png, image/jpeg, image/webp, application/pdf";
const PAUSE_MS = 600;
const PLACED = { x: 0, y: 0, width: 2000, rotation: 0, opacity: 0.5 };

export class Underlay {
  constructor(editor) {
    Object.assign(this, { editor, picture: null, placed: { ...PLACED }, problem: "" });
    this._load();
  }

  paint(context, view) {
    if (!this.picture) return;
    const { x, y, width, rotation, opacity } = this.placed;
    const [px, py] = view.project(x, y);
    const scale = (width / this.picture.width) * view.transform.k;
    context.save();
    context.globalAlpha = opacity;
    context.translate(px, py);
    context.rotate((rotation * Math.PI) / 180);
    context.scale(scale, scale);
    context.drawImage(this.picture, 0, 0);
    context.restore();
  }

  form() {
    const { words } = this.editor;
    const file = make("div", "", "field");
    const label = make("label", words.underlay.file);
    const input = document.createElement("input");
    input.type = "file";
    input.accept = FILES;
    input.id = "underlay-file";
    label.htmlFor = input.id;
    input.addEventListener("change", () => input.files[0] && this._take(input.files[0]));
    file.append(label, input);
    const box = make("div", "", "fields");
    if (this.picture) {
      const number = (name, min, max) => field({ name, type: "number", label: words.underlay[name], value: this.placed[name], min, max }, (value) => this._place({ [name]: value }));
      box.append(number("x", -300000, 300000), number("y", -300000, 300000), number("width", 10, 300000), number("rotation", -360, 360));
      box.append(field({ name: "opacity", type: "range", label: words.underlay.opacity, value: this.placed.opacity, min: 0.05, max: 1, step: 0.05 }, (value) => this._place({ opacity: Number(value) })));
      box.append(button(words.underlay.remove, () => this._remove(), { className: "btn" }));
    }
    const told = make("p", this.problem, "help");
    told.setAttribute("role", "status");
    return group(words.underlay.title, [make("p", words.underlay.help, "help"), file, told, box], { open: Boolean(this.picture || this.problem) });
  }

  async _load() {
    const { urls } = this.editor;
    const answer = await fetch(urls.underlay).catch(() => null);
    if (!answer?.ok || !answer.headers.get("content-type").startsWith("image/")) return;
    this.placed = { ...PLACED, ...JSON.parse(answer.headers.get("x-placed") ?? "{}") };
    this.picture = await createImageBitmap(await answer.blob()).catch(() => null);
    this._shown();
    this.editor.panel?.fill();
  }

  async _take(file) {
    const { urls, words } = this.editor;
    this._tell(words.underlay.taking);
    const answer = await this._send(urls.underlay, file);
    if (answer.problem) return this._tell(answer.problem.detail ?? words.saving.offline);
    this.problem = "";
    this.placed = { ...PLACED, width: this.editor.drawing.head.size.width };
    await this._load();
    this._place({ width: this.editor.drawing.head.size.width });
  }

  async _send(url, body) {
    const { token } = this.editor.urls;
    try {
      const answer = await fetch(url, { method: "POST", headers: { "x-csrf-token": token, accept: "application/json", "content-type": "application/octet-stream" }, body });
      const told = await answer.json().catch(() => ({}));
      return answer.ok ? told : { problem: told };
    } catch {
      return { problem: {} };
    }
  }

  _place(change) {
    this.placed = { ...this.placed, ...change };
    this._shown();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      const { urls } = this.editor;
      fetch(urls.underlayPlace, { method: "POST", headers: { "x-csrf-token": urls.token, "content-type": "application/json" }, body: JSON.stringify(this.placed) }).catch(() => {});
    }, PAUSE_MS);
  }

  async _remove() {
    const { urls } = this.editor;
    await fetch(urls.underlayRemove, { method: "POST", headers: { "x-csrf-token": urls.token } }).catch(() => {});
    this.picture = null;
    this._shown();
    this.editor.panel.fill();
  }

  _tell(text) {
    this.problem = text;
    this.editor.panel.fill();
  }

  _shown() {
    this.editor.sheet.view.forget();
    this.editor.sheet.redraw();
  }
}
