// The list beside the map from which seats are chosen without it: every section with what is left in it, its rows when it
// is opened, and each row's seats as boxes to tick. It shows the same choice as the map, and changes it the same way.
//
// Boxes stay where they are while states change, so that whoever is on one stays there: what was sold is disabled, what
// is not looked for is hidden.
import { make } from "./list.js";
import { counted } from "./look.js";

const SEEN = ["wheelchair", "companion", "restricted_view"];

export class PickList {
  // `act` has choose(seat, wanted), area(index) and show(section).
  constructor(element, map, act) {
    Object.assign(this, { map, act, words: map.words, house: map.house, picking: map.picking });
    this._sections = this.house.sections.map((section, index) => this._section(section, index));
    element.append(...this._sections.map(({ details }) => details));
    this.refresh();
  }

  refresh(sections = null) {
    for (const index of sections ?? this._sections.keys()) {
      const { details, told } = this._sections[index];
      const { lines, share } = this.map.section(index);
      told.textContent = lines[0] ?? "";
      details.classList.toggle("none-left", !share);
      if (details.open) this._refill(index);
    }
  }

  _section({ name }, index) {
    const details = document.createElement("details");
    const told = make("span", "", "pick-left");
    const summary = make("summary", "");
    summary.append(make("span", name), told);
    const body = make("div", "", "pick-rows");
    details.append(summary, body);
    details.addEventListener("toggle", () => details.open && this._refill(index));
    return { details, told, body, boxes: null, photos: [] };
  }

  _refill(index) {
    const item = this._sections[index];
    item.boxes ??= this._fill(index, item.body);
    for (const [seat, { input, label }] of item.boxes) this._state(seat, input, label);
    for (const [link, seats] of item.photos) link.classList.toggle("unlike", seats.every((seat) => item.boxes.get(seat).label.hidden));
    for (const some of item.body.querySelectorAll(".pick-run, fieldset")) {
      some.hidden = !some.querySelector("label:not([hidden])");
    }
    item.nothing.hidden = Boolean(item.body.querySelector("fieldset:not([hidden]), .pick-area"));
  }

  _state(seat, input, label) {
    const { picking } = this;
    const mine = picking.mine.has(seat), open = picking.open(seat), asked = picking.asked.has(seat);
    const told = label.lastChild;
    input.checked = mine ? !asked : asked;
    input.disabled = !mine && !open && !asked && document.activeElement !== input;
    label.hidden = !mine && !asked && !picking.passes(seat);
    const taken = !mine && !asked && !open;
    label.classList.toggle("taken", taken);
    const text = `${label.dataset.told}${taken ? `, ${this.words.taken}` : ""}`;
    if (told.textContent !== text) told.textContent = text;
  }

  _fill(index, body) {
    const section = this.house.sections[index];
    const boxes = new Map();
    const show = make("button", this.words.show, "link-button");
    show.type = "button";
    show.addEventListener("click", () => this.act.show(index));
    const head = make("p", section.note, "pick-note");
    if (section.rows[0] < section.rows[1]) head.append(" ", show);
    body.append(head, ...section.areas.map((area) => this._area(area)));
    for (let row = section.rows[0]; row < section.rows[1]; row++) body.append(this._row(row, boxes, this._sections[index].photos));
    this._sections[index].nothing = make("p", this.words.noneHere, "pick-note");
    body.append(this._sections[index].nothing);
    return boxes;
  }

  // A row, its seats in runs of one price group each, beside them the photos of the view from some.
  _row(index, boxes, photos) {
    const { label, name, start, end } = this.house.rows[index];
    const field = make("fieldset", "", "pick-row");
    field.append(make("legend", name || `${this.words.row} ${label}`));
    const runs = [];
    let group = -1;
    for (let seat = start; seat < end; seat++) {
      if (this.picking.group[seat] < 0 || this.house.soldWith(seat)[0] !== seat) continue;
      if (this.picking.group[seat] !== group) {
        group = this.picking.group[seat];
        const run = make("div", "", "pick-run");
        run.append(make("p", this._told(group), "pick-price"));
        runs.push({ run, seats: [] });
      }
      const { run, seats } = runs.at(-1);
      seats.push(seat);
      boxes.set(seat, this._box(seat, run));
    }
    for (const { run, seats } of runs) photos.push(...this._photos(run, seats));
    field.append(...runs.map(({ run }) => run));
    return field;
  }

  _photos(run, seats) {
    const { photos } = this.map;
    const named = [...new Set(seats.map((seat) => photos?.of(seat)).filter(Boolean))];
    return named.map((photo) => {
      const some = seats.filter((seat) => photos.of(seat) === photo);
      const link = photos.link(some, some.length === seats.length ? this.words.photo : undefined);
      run.append(link);
      return [link, some];
    });
  }

  _told(group) {
    const { name, from } = this.map.pricing.groups[group];
    return `${name}, ${this.words.from.replace("{price}", this.map.money(from))}`;
  }

  _box(seat, run) {
    const { house, words, map } = this;
    const together = house.soldWith(seat);
    const whole = together.length > 1;
    const input = Object.assign(document.createElement("input"), { type: "checkbox" });
    input.addEventListener("change", () => this.act.choose(seat, input.checked));
    const visible = whole ? `${house.tables[house.table[seat]].label} (${counted(together.length)})` : house.labels[seat];
    const { category, attributes, note } = house.seat(seat);
    const unseen = attributes.filter((name) => !SEEN.includes(name)).map((name) => words[name]);
    const more = [category, map._priced(seat), ...unseen, note].filter(Boolean).join(", ");
    const label = make("label", "", "pick-seat");
    label.title = more;
    label.dataset.told = `, ${more}`;
    const number = make("span", visible);
    const seen = attributes.filter((name) => SEEN.includes(name)).map((name) => words[name]);
    if (seen.length) number.append(make("small", ` ${seen.join(", ")}`));
    label.append(input, number, make("span", label.dataset.told, "unseen"));
    run.append(label);
    return { input, label };
  }

  _area(index) {
    const { name, note } = this.house.areas[index];
    const line = make("p", "", "pick-area");
    const button = make("button", this.words.chooseCount, "button button-small");
    button.type = "button";
    button.setAttribute("aria-label", `${name}: ${this.words.chooseCount}`);
    button.addEventListener("click", () => this.act.area(index));
    line.append(make("span", [name, note].filter(Boolean).join(", ")), button);
    return line;
  }
}
