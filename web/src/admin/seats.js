// The seats of a date: what is kept wears its sign and colour on the map, seats are chosen by click, row, section or box
// for the form beside it, and a seat that is clicked tells who has it. The list below renews itself; the map follows it.
import htmx from "htmx.org";
import { Selection } from "./selection.js";

const COLOURS = ["#0b4a8f", "#8f2a1b", "#0f5c27", "#6b2a86", "#7a4b00", "#005f66", "#8a1152", "#3d4451"];
const SIGN_PX_MIN = 11;
const CHOSEN = "#16181d";

export function seats(element, map, page = document) {
  new Seats(element, map, page);
}

class Seats {
  constructor(element, map, page) {
    Object.assign(this, { element, map, page, mode: "seat", drag: null });
    this.selection = new Selection(map.house);
    this.form = page.querySelector("[data-keep-seats]");
    this.bar = page.querySelector("[data-seats-bar]");
    this.count = page.querySelector("[data-seats-count]");
    this.none = page.querySelector("[data-seats-clear]");
    this._readKept();
    map.view.layers.push((context, view) => this._paint(context, view));
    element.addEventListener("seat", ({ detail }) => this._seat(detail));
    element.addEventListener("area", ({ detail }) => this._area(map.house.areas[detail]));
    page.addEventListener("htmx:after:swap", () => this._readKept());
    this._buttons();
    if (this.form) this._formed();
    this._boxes();
    map.redraw();
  }

  // What is kept, as the list below the map says it.
  _readKept() {
    const list = this.page.getElementById("kept");
    if (!list) return;
    this.kept = new Map();
    for (const one of JSON.parse(list.dataset.kept)) {
      for (const [first, count] of one.runs) for (let place = first; place < first + count; place++) this.kept.set(place, one);
    }
    this.map.redraw();
  }

  _buttons() {
    this.bar.hidden = false;
    for (const button of this.bar.querySelectorAll("[data-mode]")) {
      button.addEventListener("click", () => {
        this.mode = button.dataset.mode;
        for (const one of this.bar.querySelectorAll("[data-mode]")) one.setAttribute("aria-pressed", String(one === button));
        this.map.canvas.classList.toggle("draws-boxes", this.mode === "box");
      });
    }
    this.none.addEventListener("click", () => {
      this.selection.clear();
      this._chosen();
      this.bar.querySelector("[data-mode]").focus();
    });
  }

  // The form: what is chosen goes with it; a new one asks for its kind, a block has no release, a price category that is
  // not the plan's has a name.
  _formed() {
    const { places, into, kind, category } = this.form.elements;
    if (places.value) this.selection.read(places.value);
    const typed = this.form.querySelector("[data-typed]");
    if (!this.form.elements.zone.value) typed.open = false;
    const tell = () => {
      this.form.querySelector("[data-new]").hidden = into.value !== "new";
      this.form.querySelector("[data-category]").hidden = into.value !== "category";
      this.form.querySelector("[data-category-name]").hidden = category.value !== "+";
      this.form.querySelector("[data-release]").hidden = ["house", "technical", "view"].includes(kind.value);
    };
    this.form.addEventListener("change", tell);
    tell();
    this._chosen();
  }

  _seat({ index, place }) {
    if (this.form) {
      this.selection[this.mode === "box" ? "seat" : this.mode](index);
      this._chosen();
    }
    this.page.querySelector("[data-place-card]").hidden = false;
    const path = `${this.element.dataset.keeps}/place?place=${place}`;
    htmx.ajax("GET", path, { target: "#place", select: "#place", swap: "outerHTML" });
  }

  // An area's places are all alike: the form asks how many.
  _area({ id }) {
    if (!this.form) return;
    const { zone, seats: many } = this.form.elements;
    zone.value = `area:${id}`;
    this.form.querySelector("[data-typed]").open = true;
    many.focus();
  }

  _chosen() {
    const { size } = this.selection;
    const { one, many, none } = this.count.dataset;
    this.count.textContent = size === 1 ? one : size ? many.replace("{count}", size) : none;
    this.none.hidden = !size;
    this.form.elements.places.value = this.selection.runs;
    this.map.redraw();
  }

  // A box is drawn with the pointer while its button is pressed; with Alt held it lets go.
  _boxes() {
    const { canvas, _zoom: zoom } = this.map;
    const usual = zoom.filter();
    zoom.filter((event) => (this.mode !== "box" || event.type === "wheel") && usual(event));
    canvas.addEventListener("pointerdown", (event) => {
      if (this.mode !== "box" || event.button || !this.form) return;
      canvas.setPointerCapture(event.pointerId);
      this.drag = { from: [event.offsetX, event.offsetY], to: [event.offsetX, event.offsetY] };
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.drag) return;
      this.drag.to = [event.offsetX, event.offsetY];
      this.map.redraw();
    });
    canvas.addEventListener("pointercancel", () => (this.drag = null));
    canvas.addEventListener("pointerup", (event) => this.drag && this._drawn(event));
  }

  _drawn({ altKey }) {
    const [a, b] = [this.drag.from, this.drag.to];
    this.drag = null;
    if (Math.hypot(a[0] - b[0], a[1] - b[1]) < 4) return;
    const [[x, y], [u, v]] = [a, b].map((at) => this.map.view.unproject(...at));
    const box = { minX: Math.min(x, u), minY: Math.min(y, v), maxX: Math.max(x, u), maxY: Math.max(y, v) };
    this.selection.box(box, altKey);
    this._chosen();
  }

  _paint(context, view) {
    const { house } = this.map;
    if (view.showsSeats) {
      for (const seat of this._seen(view)) this._paintSeat(context, view, house, seat);
    } else this._paintAfar(context, view, house);
    if (!this.drag) return;
    const [[x, y], [u, v]] = [this.drag.from, this.drag.to];
    context.setLineDash([6, 4]);
    context.strokeStyle = CHOSEN;
    context.lineWidth = 2;
    context.strokeRect(x, y, u - x, v - y);
    context.setLineDash([]);
  }

  _seen(view) {
    const [minX, minY] = view.unproject(-20, -20);
    const [maxX, maxY] = view.unproject(view.width + 20, view.height + 20);
    return this.map.house.within(minX, minY, maxX, maxY);
  }

  // From afar a dot stands for each seat that is kept or chosen.
  _paintAfar(context, view, house) {
    const dot = Math.max(1.5, view.seatPx * 0.4);
    for (const seat of this._seen(view)) {
      const kept = this.kept.get(house.place[seat]);
      const chosen = this.selection.seats.has(seat);
      if (!kept && !chosen) continue;
      const [x, y] = view.project(house.x[seat], house.y[seat]);
      context.fillStyle = chosen ? CHOSEN : COLOURS[kept.colour];
      context.fillRect(x - dot, y - dot, 2 * dot, 2 * dot);
    }
  }

  _paintSeat(context, view, house, seat) {
    const kept = this.kept.get(house.place[seat]);
    const chosen = this.selection.seats.has(seat);
    if (!kept && !chosen) return;
    const [x, y] = view.project(house.x[seat], house.y[seat]);
    const r = Math.max(3, view.seatPx * 0.42);
    if (kept) this._paintKept(context, view, kept, x, y, r);
    if (!chosen) return;
    context.strokeStyle = "#ffffff";
    context.lineWidth = 4;
    context.strokeRect(x - r, y - r, 2 * r, 2 * r);
    context.strokeStyle = CHOSEN;
    context.lineWidth = 2.5;
    context.strokeRect(x - r, y - r, 2 * r, 2 * r);
  }

  // A square corner of its colour under what the seat shows itself, and its sign once that can be read.
  _paintKept(context, view, { colour, sign }, x, y, r) {
    context.strokeStyle = COLOURS[colour];
    context.lineWidth = Math.max(1.5, r * 0.22);
    context.strokeRect(x - r, y - r, 2 * r, 2 * r);
    if (view.seatPx < SIGN_PX_MIN) return;
    const side = Math.max(8, r * 0.95);
    context.fillStyle = COLOURS[colour];
    context.fillRect(x - r, y - r, side, side);
    context.fillStyle = "#ffffff";
    context.font = `600 ${Math.round(side * 0.85)}px "Inter Variable", system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(sign, x - r + side / 2, y - r + side / 2 + 0.5);
  }
}
