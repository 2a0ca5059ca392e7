// The list beside the map, its equal for who does not see or point: every section with what is free and sold in it, its
// rows when it is opened, and in each row the seats by their labels.
import { counted } from "./look.js";
import { FREE, HELD, OFF, SOLD, ranges } from "./states.js";

export class List {
  // `show(section)` brings a section before the eye.
  constructor(element, house, words, show) {
    Object.assign(this, { element, house, words, show, states: null });
    this._items = house.sections.map((section, index) => this._item(section, index));
    element.append(...this._items.map(({ details }) => details));
  }

  // Count again: some sections, or (null) all of them.
  refresh(sections = null) {
    for (const index of sections ?? this._items.keys()) {
      const item = this._items[index];
      item.count.textContent = this._counted(this.house.sections[index].count, this.states?.section(index));
      if (item.details.open) this._fill(index);
    }
  }

  _item({ name, count }, index) {
    const details = document.createElement("details");
    const summary = make("summary", "");
    const told = make("span", this._counted(count, null), "seat-map-count");
    summary.append(make("span", name), told);
    details.append(summary, make("div", "", "seat-map-rows"));
    details.addEventListener("toggle", () => details.open && this._fill(index));
    return { details, count: told };
  }

  _fill(index) {
    const section = this.house.sections[index];
    const body = this._items[index].details.lastChild;
    const button = make("button", this.words.show, "btn btn-sm");
    button.type = "button";
    button.addEventListener("click", () => this.show(index));
    body.replaceChildren(button, ...section.areas.map((area) => this._area(area)));
    if (section.rows[0] < section.rows[1]) body.append(this._table(section));
  }

  _area(index) {
    const area = this.house.areas[index];
    const counts = this.states?.area(index);
    return make("p", `${area.name} (${this.words.area}): ${this._counted(area.capacity, counts)}`);
  }

  _table(section) {
    const table = make("table", "", "table table-sm");
    const head = table.createTHead().insertRow();
    const titles = [this.words.row, this.states?.known ? this.words.free : this.words.seats];
    for (const title of this.states?.known ? [...titles, this.words.sold] : titles) {
      const cell = make("th", title);
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    for (let row = section.rows[0]; row < section.rows[1]; row++) body.append(this._row(row));
    return table;
  }

  _row(index) {
    const { label, start, end } = this.house.rows[index];
    const line = document.createElement("tr");
    const name = make("th", label);
    name.scope = "row";
    line.append(name, make("td", this._labels(start, end, [FREE])));
    if (this.states?.known) line.append(make("td", this._labels(start, end, [SOLD, HELD, OFF])));
    return line;
  }

  _labels(start, end, wanted) {
    const labels = [];
    for (let seat = start; seat < end; seat++) {
      if (wanted.includes(this.states?.known ? this.states.of(seat) : FREE)) labels.push(this.house.labels[seat]);
    }
    return ranges(labels) || "—";
  }

  _counted(count, counts) {
    return told(count, this.states?.known ? counts : null, this.words);
  }
}

// How many places there are, or (with their counts by state) how many of them are free and sold.
export function told(count, counts, { freeShort, soldShort, places }) {
  if (!counts) return `${counted(count)} ${places}`;
  return `${counted(counts[FREE])} ${freeShort} · ${counted(counts[SOLD])} ${soldShort}`;
}

export function make(tag, text, name = "") {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (name) element.className = name;
  return element;
}
