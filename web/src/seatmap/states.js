// What is free, held, sold and off sale, place by place, and counted by row, section, area and category as it changes.
//
// The API tells states as two bits a place (`whole`), then as runs of nine octets (`change`): first place, count, state.

export const FREE = 0, HELD = 1, SOLD = 2, OFF = 3;
const RUN_OCTETS = 9;

export class States {
  constructor(house) {
    this.house = house;
    this.known = false;
    this.state = new Uint8Array(house.placeCount).fill(OFF);
    this._told = new Uint8Array(house.placeCount).fill(OFF);
    this._kept = new Uint8Array(house.placeCount);
    this._seat = new Int32Array(house.placeCount).fill(-1);
    this._area = new Int32Array(house.placeCount).fill(-1);
    for (let seat = 0; seat < house.count; seat++) if (house.place[seat] >= 0) this._seat[house.place[seat]] = seat;
    house.areas.forEach(({ ranges }, area) => {
      for (const [start, count] of ranges) this._area.fill(area, start, start + count);
    });
    this._recount();
  }

  // The state of a seat.
  of(seat) {
    const place = this.house.place[seat];
    return place < 0 ? OFF : this.state[place];
  }

  // [free, held, sold, off] of a row, a section, an area, a category, or the whole house.
  row(index) { return this._rows.subarray(index * 4, index * 4 + 4); }
  section(index) { return this._sections.subarray(index * 4, index * 4 + 4); }
  area(index) { return this._areas.subarray(index * 4, index * 4 + 4); }
  category(index) { return this._categories.subarray(index * 4, index * 4 + 4); }

  // The whole house, two bits a place.
  whole(octets) {
    const count = Math.min(this.state.length, octets.length * 4);
    for (let place = 0; place < count; place++) this._told[place] = (octets[place >> 2] >> ((place & 3) * 2)) & 3;
    this._see();
    this.known = true;
    this._recount();
  }

  // Runs of changes; the sections in which something changed.
  change(octets) {
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    const touched = new Set();
    for (let at = 0; at + RUN_OCTETS <= octets.length; at += RUN_OCTETS) {
      const first = view.getUint32(at, true);
      const end = Math.min(first + view.getUint32(at + 4, true), this.state.length);
      for (let place = first; place < end; place++) this._set(place, octets[at + 8] & 3, touched);
    }
    return touched;
  }

  // Places kept off open sale that may be had here all the same, as runs [first, count]; those of before may not any more.
  open(runs) {
    this._kept.fill(0);
    for (const [first, count] of runs) this._kept.fill(1, first, first + count);
    this._see();
    this._recount();
  }

  // What this browser knows before it is told: places that it has just taken or given back. The sections they are in.
  mark(places, state) {
    const touched = new Set();
    for (const place of places) if (place >= 0 && place < this.state.length) this._set(place, state, touched);
    return touched;
  }

  // What is told of a place, but for those that are kept for whoever sells here.
  _seen(place) {
    return this._told[place] === OFF && this._kept[place] ? FREE : this._told[place];
  }

  _see() {
    for (let place = 0; place < this.state.length; place++) this.state[place] = this._seen(place);
  }

  _set(place, told, touched) {
    this._told[place] = told;
    const state = this._seen(place);
    const before = this.state[place];
    if (before === state) return;
    this.state[place] = state;
    this._count(place, before, -1);
    const section = this._count(place, state, 1);
    if (section >= 0) touched.add(section);
  }

  _recount() {
    const { rows, sections, areas, categories } = this.house;
    this._rows = new Uint32Array(rows.length * 4);
    this._sections = new Uint32Array(sections.length * 4);
    this._areas = new Uint32Array(areas.length * 4);
    this._categories = new Uint32Array(categories.length * 4);
    for (let place = 0; place < this.state.length; place++) this._count(place, this.state[place], 1);
  }

  // Count a place in or out; its section, -1 for a tombstone.
  _count(place, state, by) {
    const { rows, areas, row, category } = this.house;
    const seat = this._seat[place];
    if (seat >= 0) {
      const { section } = rows[row[seat]];
      this._rows[row[seat] * 4 + state] += by;
      this._sections[section * 4 + state] += by;
      this._categories[category[seat] * 4 + state] += by;
      return section;
    }
    const area = this._area[place];
    if (area < 0) return -1;
    this._areas[area * 4 + state] += by;
    this._sections[areas[area].section * 4 + state] += by;
    this._categories[areas[area].category * 4 + state] += by;
    return areas[area].section;
  }
}

// "1–4, 7, 9–12": labels of seats in their order, those that count on put together.
export function ranges(labels) {
  const found = [];
  for (const label of labels) {
    const last = found[found.length - 1];
    if (last && follows(last[1], label)) last[1] = label;
    else found.push([label, label]);
  }
  return found.map(([first, last]) => (first === last ? first : `${first}–${last}`)).join(", ");
}

function follows(label, next) {
  return /^\d+$/.test(label) && /^\d+$/.test(next) && Math.abs(Number(next) - Number(label)) === 1;
}
