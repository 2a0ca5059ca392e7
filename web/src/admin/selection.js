// What is chosen on the map of a date: seats of a house, one by one, by rows, by sections, by boxes. Knows no page.
//
// Seats are numbers in plan order; seats without a place are never chosen. What is chosen twice is let go, as a whole:
// of a row that is chosen in part the rest is taken first.

export class Selection {
  constructor(house) {
    this.house = house;
    this.seats = new Set();
  }

  get size() {
    return this.seats.size;
  }

  // A seat, or all of a table that is sold whole.
  seat(index) {
    this._turn(this.house.soldWith(index));
  }

  row(index) {
    const { start, end } = this.house.rows[this.house.row[index]];
    this._turn(span(start, end));
  }

  zone(index) {
    const { seats } = this.house.sections[this.house.rows[this.house.row[index]].section];
    this._turn(span(...seats));
  }

  // What lies in a box is added; with `less` it is let go.
  box({ minX, minY, maxX, maxY }, less = false) {
    for (const seat of this.house.within(minX, minY, maxX, maxY)) {
      if (less) this.seats.delete(seat);
      else if (this.house.place[seat] >= 0) this.seats.add(seat);
    }
  }

  clear() {
    this.seats.clear();
  }

  // Places as the form sends them: "0-11,15".
  get runs() {
    return runs([...this.seats].map((seat) => this.house.place[seat]));
  }

  // Choose what such a text names.
  read(text) {
    const seatOf = new Map();
    for (let seat = 0; seat < this.house.count; seat++) if (this.house.place[seat] >= 0) seatOf.set(this.house.place[seat], seat);
    for (const part of text.split(",").filter(Boolean)) {
      const [first, last = first] = part.split("-").map(Number);
      for (let place = first; place <= last; place++) if (seatOf.has(place)) this.seats.add(seatOf.get(place));
    }
  }

  _turn(seats) {
    const there = seats.filter((seat) => this.house.place[seat] >= 0);
    const all = there.every((seat) => this.seats.has(seat));
    for (const seat of there) {
      if (all) this.seats.delete(seat);
      else this.seats.add(seat);
    }
  }
}

// Numbers in any order as runs: "0-11,15".
export function runs(numbers) {
  const found = [];
  for (const number of numbers.sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && last[1] + 1 === number) last[1] = number;
    else found.push([number, number]);
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(",");
}

function span(start, end) {
  return Array.from({ length: end - start }, (_, n) => start + n);
}
