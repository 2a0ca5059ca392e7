// The legend: each category with its colour and shape, what it costs, what is free of it; and what the marks mean.
import { colorOf, counted, shapeOf, trace } from "./look.js";
import { FREE } from "./states.js";
import { make } from "./list.js";

const SIDE = 18;

export class Legend {
  constructor(element, house, words, prices) {
    Object.assign(this, { house, words, states: null });
    const list = make("ul", "", "seat-map-categories");
    this._counts = house.categories.map((category, index) => {
      const line = make("li", "");
      const count = make("span", "", "seat-map-count");
      line.append(swatch((path) => trace(path, shapeOf(index), SIDE / 2, SIDE / 2, 6), { fill: colorOf(category, index) }));
      line.append(make("span", category.name), make("span", prices[category.name] ?? "", "seat-map-price"), count);
      if (category.count) list.append(line);
      return count;
    });
    this._marks = marks(words);
    element.append(list, this._marks);
    this.refresh();
  }

  refresh() {
    const known = Boolean(this.states?.known);
    this._marks.hidden = !known;
    for (const [index, count] of this._counts.entries()) {
      const { count: all } = this.house.categories[index];
      const number = known ? this.states.category(index)[FREE] : all;
      count.textContent = `${counted(number)} ${known ? this.words.freeShort : this.words.places}`;
    }
  }
}

function marks(words) {
  const list = make("ul", "", "seat-map-marks");
  const [c, r] = [SIDE / 2, 5];
  const cross = (path) => {
    path.moveTo(c - r, c - r);
    path.lineTo(c + r, c + r);
    path.moveTo(c + r, c - r);
    path.lineTo(c - r, c + r);
  };
  const round = (path) => path.arc(c, c, r + 0.5, 0, Math.PI * 2);
  const square = (path) => path.rect(c - 4, c - 4, 8, 8);
  for (const [word, drawn, look] of [
    [words.free, round, { fill: "#5c6573" }],
    [words.held, round, { stroke: "#5c6573" }],
    [words.sold, cross, { stroke: "#b9bfc8" }],
    [words.off, square, { stroke: "#c3c9d1", width: 1 }],
  ]) {
    const line = make("li", "");
    line.append(swatch(drawn, look), make("span", word));
    list.append(line);
  }
  return list;
}

function swatch(drawn, { fill, stroke, width = 2 }) {
  const canvas = make("canvas", "", "seat-map-swatch");
  canvas.width = canvas.height = SIDE * 2;
  canvas.setAttribute("aria-hidden", "true");
  const context = canvas.getContext("2d");
  context.scale(2, 2);
  context.beginPath();
  drawn(context);
  if (fill) {
    context.fillStyle = fill;
    context.fill();
  }
  if (stroke) {
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.stroke();
  }
  return canvas;
}
