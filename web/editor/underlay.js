// A picture to trace, under the seats: a scan of the house, a drawing as a PDF. It is scaled by something on it of known
// length, moved and dimmed; it is no part of the plan.
import { make } from "../src/seatmap/list.js";
import { button, field, group } from "./fields.js";
import { dot } from "./handles.js";
import { apart, scaled } from "./model/tracing.js";

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
      box.append(button(words.underlay.measure, () => this.editor.use("measure"), { className: "btn btn-primary wide" }));
      const number = (name, min, max) => field({ name, type: "number", label: words.underlay[name], value: Math.round(this.placed[name]), min, max }, (value) => this.place({ [name]: value }));
      box.append(number("x", -300000, 300000), number("y", -300000, 300000), number("width", 10, 300000), number("rotation", -360, 360));
      box.append(field({ name: "opacity", type: "range", label: words.underlay.opacity, value: this.placed.opacity, min: 0.05, max: 1, step: 0.05 }, (value) => this.place({ opacity: Number(value) })));
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
    this.place({ width: this.editor.drawing.head.size.width });
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

  place(change) {
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

const BOUND = 300_000;
const INK = "#d6336c";

// Two points of the picture, and how far apart they are in the house: by two clicks, or by numbers.
export class MeasureTool {
  constructor(editor) {
    Object.assign(this, { editor, name: "measure", follows: true, points: [], _hover: null });
  }

  down(at) {
    if (this.points.length > 1) this.points = [];
    this.points = [...this.points, at.map(Math.round)];
    this.editor.panel.fill();
  }

  up() {
    if (this.points.length > 1) this.editor.panel.enter("measure-apart");
  }

  hover(at) {
    this.editor.sheet.canvas.style.cursor = "crosshair";
    this._hover = at;
  }

  leave() {
    this.points = [];
  }

  paint(context, view) {
    const [one, other = this._hover] = this.points;
    if (!one) return;
    if (other) {
      context.beginPath();
      context.moveTo(...view.project(...one));
      context.lineTo(...view.project(...other));
      context.strokeStyle = INK;
      context.lineWidth = 2;
      context.stroke();
    }
    for (const point of this.points) dot(context, view.project(...point), true);
  }

  form() {
    const { words } = this.editor;
    const box = make("div", "", "fields");
    const at = (number, axis, name) => field({
      name: `measure-${number}-${"xy"[axis]}`, type: "number", label: words.underlay[name], value: this.points[number]?.[axis] ?? "", min: -BOUND, max: BOUND,
    }, (value) => this._typed(number, axis, value));
    box.append(at(0, 0, "firstX"), at(0, 1, "firstY"), at(1, 0, "secondX"), at(1, 1, "secondY"));
    const both = this.points.length > 1;
    if (both) box.append(field({ name: "measure-apart", type: "number", label: words.underlay.apart, value: apart(...this.points), min: 1, max: BOUND, help: words.underlay.apartHelp }, (far) => this._scaled(far)));
    const told = make("p", both ? words.underlay.told : this.points.length ? words.underlay.second : words.underlay.first, "help");
    told.setAttribute("role", "status");
    return group(words.underlay.measure, [told, box]);
  }

  _typed(number, axis, value) {
    const points = [this.points[0] ?? [0, 0], this.points[1] ?? this.points[0] ?? [0, 0]].map((point) => [...point]);
    points[number][axis] = value;
    this.points = points;
    this.editor.sheet.redraw();
    this.editor.panel.fill();
  }

  _scaled(centimetres) {
    const { editor } = this;
    const placed = scaled(editor.underlay.placed, ...this.points, centimetres);
    if (!placed) return editor.tell(editor.words.underlay.notScaled);
    editor.underlay.place(placed);
    editor.tell(editor.words.underlay.scaled);
    editor.use("select");
  }
}
