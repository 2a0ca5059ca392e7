// Prices and what they are of: every price group with its mark, its tariffs and how much is left, and the filter, which
// the groups are part of. It stands where the table of prices stood.
import { make } from "../seatmap/list.js";
import { colorOf, counted, shapeOf, trace } from "../seatmap/look.js";

const SIDE = 20;

export class PriceLegend {
  // `changed()` is called when the filter is another one.
  constructor(element, map, changed) {
    Object.assign(this, { map, words: map.words, picking: map.picking, changed });
    const head = make("div", "", "legend-head");
    head.append(make("h2", this.words.legend), make("p", this.words.legendHint, "quiet"));
    this._groups = map.pricing.groups.map((group) => this._group(group));
    const list = make("ul", "", "legend-groups");
    list.append(...this._groups.map(({ line }) => line));
    element.replaceChildren(head, this._filters(), list);
    this.refresh();
  }

  refresh() {
    for (const [index, { left }] of this._groups.entries()) {
      left.textContent = this.map.states.known ? this.words.left.replace("{count}", counted(this.picking.leftOf(index))) : "";
    }
  }

  _group({ index, name, category }) {
    const { house, pricing, money } = this.map;
    const number = house.categories.findIndex((one) => one.name === category);
    const line = make("li", "");
    const button = make("button", "", "legend-group");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    const prices = make("span", "", "legend-prices");
    for (const [tariff, cents] of pricing.offered(index)) {
      const one = make("span", `${tariff.name} `);
      one.append(make("b", money(cents)));
      prices.append(one);
    }
    const left = make("span", "", "legend-left");
    const named = make("span", "", "legend-name");
    named.append(make("b", name), left);
    button.append(swatch(house.categories[number], number), named, prices);
    button.addEventListener("click", () => this._toggle(index, button));
    line.append(button);
    return { line, button, left };
  }

  _toggle(index, button) {
    const groups = new Set(this.picking.filter.groups ?? []);
    if (!groups.delete(index)) groups.add(index);
    button.setAttribute("aria-pressed", String(groups.has(index)));
    this._set({ groups: groups.size ? groups : null });
  }

  _filters() {
    const { words, picking } = this;
    const { pricing, house } = this.map;
    const bar = make("div", "", "legend-filters");
    bar.setAttribute("role", "group");
    bar.setAttribute("aria-label", words.filter);
    if (pricing.steps.length > 1) bar.append(this._priceStep(pricing.steps));
    const seats = house.flags.length && [...house.flags];
    if (seats && seats.some((flags) => flags & 3)) bar.append(this._tick(words.onlyWheelchair, "wheelchair"));
    if (seats && seats.some((flags) => flags & 4)) bar.append(this._tick(words.onlyClear, "clear"));
    this._reset = make("button", words.reset, "link-button");
    this._reset.type = "button";
    this._reset.hidden = !picking.filtered;
    this._reset.addEventListener("click", () => this._everything(bar));
    bar.append(this._reset);
    return bar;
  }

  _priceStep(steps) {
    const { words } = this;
    const label = make("label", "", "legend-price");
    const select = document.createElement("select");
    select.append(new Option(words.anyPrice, ""), ...steps.slice(0, -1).map((cents) => new Option(words.upTo.replace("{price}", this.map.money(cents)), cents)));
    select.addEventListener("change", () => this._set({ centsMax: select.value ? Number(select.value) : Infinity }));
    label.append(make("span", words.price), select);
    return label;
  }

  _tick(text, name) {
    const label = make("label", "", "tick");
    const input = Object.assign(document.createElement("input"), { type: "checkbox" });
    input.addEventListener("change", () => this._set({ [name]: input.checked }));
    label.append(input, ` ${text}`);
    return label;
  }

  _everything(bar) {
    for (const input of bar.querySelectorAll("input")) input.checked = false;
    for (const select of bar.querySelectorAll("select")) select.value = "";
    for (const { button } of this._groups) button.setAttribute("aria-pressed", "false");
    this._set({ centsMax: Infinity, groups: null, wheelchair: false, clear: false });
    bar.querySelector("select, input")?.focus();
  }

  _set(some) {
    Object.assign(this.picking.filter, some);
    this._reset.hidden = !this.picking.filtered;
    this.changed();
  }
}

function swatch(category, index) {
  const canvas = make("canvas", "", "legend-swatch");
  canvas.width = canvas.height = SIDE * 2;
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.beginPath();
  trace(context, shapeOf(index), SIDE / 2, SIDE / 2, 7);
  context.fillStyle = colorOf(category, index);
  context.fill();
  return canvas;
}
