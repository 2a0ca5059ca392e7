// What has changed since a version of the plan: seats that came, went, moved or are called another way, listed and shown on
// the sheet.
import { make } from "../src/seatmap/list.js";
import { button } from "./fields.js";
import { areasCompared, compared } from "./model/diff.js";
import { Selection } from "./model/selection.js";

const KINDS = ["added", "removed", "moved", "relabelled", "recategorised", "described"];
const TOLD_MAX = 100;
const GONE = "#c92a2a", WAS = "#868e9a";

export class Versions {
  constructor(editor) {
    Object.assign(this, { editor, title: editor.words.acts.versions, element: make("div", "", "versions"), before: null });
    this._told = make("p", editor.words.versions.looking, "help");
    this._body = make("div", "");
    this.element.append(this._told, this._body);
    this._load();
  }

  changed() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this._tell(), 200);
  }

  close() {
    clearTimeout(this._timer);
    this._closed = true;
    this.editor.sheet.ghosts = null;
    this.editor.sheet.redraw();
  }

  async _load() {
    const { base, words } = this.editor;
    if (!base) return void (this._told.textContent = words.versions.none);
    try {
      const answer = await fetch(`/api/v1/plans/${base.hash}`);
      if (!answer.ok) throw new Error(`${answer.status}`);
      this.before = await answer.json();
    } catch {
      this._told.textContent = words.saving.offline;
      return;
    }
    if (!this._closed) this._tell();
  }

  _tell() {
    if (!this.before) return;
    const { drawing, words, base, sheet } = this.editor;
    const { plan } = drawing.assembled();
    const found = compared(this.before, plan);
    const areas = areasCompared(this.before, plan);
    const same = KINDS.every((kind) => !found[kind].length) && !areas.length;
    this._told.textContent = (same ? words.versions.same : words.versions.since).replace("{number}", base.number).replace("{kept}", found.kept);
    this._body.replaceChildren(...KINDS.filter((kind) => found[kind].length).map((kind) => this._list(kind, found[kind])), ...this._areas(areas));
    sheet.ghosts = { gone: found.removed.map(({ x, y }) => [x, y]), moved: found.moved.map(({ before, after }) => [[before.x, before.y], [after.x, after.y]]) };
    sheet.redraw();
  }

  _list(kind, seats) {
    const { words } = this.editor;
    const box = make("details", "", "group");
    box.append(make("summary", `${words.versions[kind]} (${seats.length})`));
    const ids = new Set(seats.map((one) => (one.after ?? one).id));
    if (kind !== "removed") box.append(button(words.doctor.show, () => this.editor.show(this._of(ids)), { className: "btn" }));
    const list = make("ul", "", "told");
    list.append(...seats.slice(0, TOLD_MAX).map((one) => make("li", one.after && kind !== "described" ? `${named(one.before)} → ${kind === "recategorised" ? one.after.category : named(one.after)}` : named(one.after ?? one))));
    if (seats.length > TOLD_MAX) list.append(make("li", words.andMore.replace("{count}", seats.length - TOLD_MAX), "quiet"));
    box.append(list);
    return box;
  }

  _areas(areas) {
    if (!areas.length) return [];
    const list = make("ul", "", "told");
    list.append(...areas.map(({ name, before, after }) => make("li", `${name}: ${before} → ${after}`)));
    return [make("h3", this.editor.words.versions.areas), list];
  }

  _of(ids) {
    const seats = new Map();
    for (const row of this.editor.drawing.every("row")) {
      const own = row.data.seats.filter(({ id }) => ids.has(id)).map(({ id }) => id);
      if (own.length) seats.set(row.key, new Set(own));
    }
    return new Selection([], seats);
  }
}

// Where seats were that are gone, and from where others have come.
export function paintGhosts(context, view, { gone, moved }) {
  const r = Math.max(2, view.seatPx * 0.35);
  context.lineWidth = 1.5;
  context.strokeStyle = GONE;
  context.beginPath();
  for (const point of gone) {
    const [x, y] = view.project(...point);
    context.moveTo(x - r, y - r);
    context.lineTo(x + r, y + r);
    context.moveTo(x + r, y - r);
    context.lineTo(x - r, y + r);
  }
  context.stroke();
  context.strokeStyle = WAS;
  context.beginPath();
  for (const [from, to] of moved) {
    context.moveTo(...view.project(...from));
    context.lineTo(...view.project(...to));
  }
  context.stroke();
}

const named = ({ zone, row, label }) => [zone, row, label].filter(Boolean).join(" · ");
