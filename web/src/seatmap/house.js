// The house: a plan document as flat arrays, with what a map asks of it. Knows nothing of canvases or of states.
//
// A seat is a number, its index in plan order; `place[seat]` is its place number, -1 without a place list. A section is
// a zone in which places are sold; the zones that are mere decoration only have areas. Lengths are the plan's. A house of
// several floors is looked at floor by floor: what lies on another than `floor` is neither found nor drawn (-1: all are).
import Flatbush from "flatbush";
import { boxOf, grown, hull, inside, middle, outlineOf, stretch } from "./geometry.js";

export const WHEELCHAIR = 1, COMPANION = 2, RESTRICTED = 4, AISLE = 8, LEGROOM = 16, HEARING = 32;
const BITS = { wheelchair: WHEELCHAIR, restricted_view: RESTRICTED, aisle: AISLE, legroom: LEGROOM, hearing: HEARING };
export const ATTRIBUTES = { ...BITS, companion: COMPANION };
const AISLE_PITCHES = 1.8;
const NEIGHBOURS = [24, 400];

export class House {
  constructor(plan, placeList = null) {
    this.name = plan.name;
    this.categories = plan.categories.map(({ name, color = "" }) => ({ name, color, count: 0 }));
    this.rows = [];
    this.sections = [];
    this.areas = [];
    this.floors = [...new Set(plan.zones.map(({ floor = "" }) => floor).filter(Boolean))];
    this.floor = -1;
    this.ids = [];
    this.labels = [];
    this._number = new Map(this.categories.map(({ name }, index) => [name, index]));
    const count = plan.zones.reduce((sum, { rows = [] }) => sum + rows.reduce((n, { seats }) => n + seats.length, 0), 0);
    this.count = count;
    this.x = new Float32Array(count);
    this.y = new Float32Array(count);
    this.row = new Uint32Array(count);
    this.category = new Uint8Array(count);
    this.flags = new Uint8Array(count);
    this.place = new Int32Array(count).fill(-1);
    this.table = new Int32Array(count).fill(-1);
    this.tables = [];
    this.notes = new Map();
    this.photos = new Map();
    this._aisles = new Set();
    for (const zone of plan.zones) this._addZone(zone);
    this._measure();
    this.stacked = this._stacked();
    if (this.stacked) this.floor = 0;
    this.placeCount = 0;
    if (placeList) this._numberPlaces(placeList);
  }

  // Everything a person is told of a seat.
  seat(index) {
    const row = this.rows[this.row[index]];
    const flags = this.flags[index];
    return {
      index,
      id: this.ids[index],
      label: this.labels[index],
      row: row.name || row.label,
      section: this.sections[row.section].name,
      category: this.categories[this.category[index]].name,
      place: this.place[index],
      note: this.notes.get(index) ?? "",
      photo: this.photos.get(index) ?? "",
      attributes: Object.keys(ATTRIBUTES).filter((name) => flags & ATTRIBUTES[name]),
    };
  }

  // Whether something on a floor is looked at.
  shows(floor) {
    return this.floor < 0 || floor < 0 || floor === this.floor;
  }

  floorOf(seat) {
    return this.sections[this.rows[this.row[seat]].section].floor;
  }

  // The extent of what is looked at.
  get seen() {
    if (this.floor < 0) return this.bounds;
    const own = ({ floor }) => floor === this.floor;
    return this._extent(this.sections.filter(own), this.areas.filter(own));
  }

  // The seat at a point, at most `reach` away; -1 for none.
  at(x, y, reach) {
    return this.count ? (this.tree.neighbors(x, y, 1, reach, this._seatSeen)[0] ?? -1) : -1;
  }

  areaAt(x, y) {
    return this.areas.findIndex(({ capacity, outline, floor }) => capacity && this.shows(floor) && inside([x, y], outline));
  }

  sectionAt(x, y) {
    return this.sections.findIndex(({ hull: around, floor }) => this.shows(floor) && inside([x, y], around));
  }

  // The seats in a box.
  within(minX, minY, maxX, maxY) {
    return this.count ? this.tree.search(minX, minY, maxX, maxY, this._seatSeen) : [];
  }

  // For the tree: nothing is asked of a house that is seen whole.
  get _seatSeen() {
    return this.floor < 0 ? undefined : (seat) => this.shows(this.floorOf(seat));
  }

  // The next seat from one in a direction (a unit vector): near, and not far off the line; itself when there is none.
  toward(seat, dx, dy) {
    const [x, y] = [this.x[seat], this.y[seat]];
    for (const count of NEIGHBOURS) {
      let [best, least] = [seat, Infinity];
      for (const other of this.tree.neighbors(x, y, count, Infinity, this._seatSeen)) {
        const along = (this.x[other] - x) * dx + (this.y[other] - y) * dy;
        const across = Math.abs((this.x[other] - x) * dy - (this.y[other] - y) * dx);
        if (along < this.pitch * 0.3 || across > along * 1.2) continue;
        const cost = along + across * 2.5;
        if (cost < least) [best, least] = [other, cost];
      }
      if (best !== seat) return best;
    }
    return seat;
  }

  // Runs [start, end) of a row's seats with no aisle and no other category between them.
  runs(row) {
    const { start, end } = this.rows[row];
    const found = [];
    let from = start;
    for (let seat = start + 1; seat <= end; seat++) {
      if (seat < end && this.category[seat] === this.category[from] && !this._apart(seat - 1, seat)) continue;
      found.push([from, seat]);
      from = seat;
    }
    return found;
  }

  // The seats beside one in its row, before and after it; -1 where an aisle or the row's end is.
  beside(seat) {
    const { start, end } = this.rows[this.row[seat]];
    const before = seat > start && !this.parted(seat - 1) ? seat - 1 : -1;
    const after = seat + 1 < end && !this.parted(seat) ? seat + 1 : -1;
    return [before, after];
  }

  // Whether a seat is parted from the next of its row, by word of the plan or by a gap that no two neighbours leave.
  parted(seat) {
    return this._aisles.has(seat) || this._apart(seat, seat + 1);
  }

  // The seats that are sold with one: all of a table that is sold whole, or itself alone.
  soldWith(seat) {
    const table = this.tables[this.table[seat]];
    return table?.whole ? table.seats : [seat];
  }

  _apart(seat, next) {
    return Math.hypot(this.x[next] - this.x[seat], this.y[next] - this.y[seat]) > AISLE_PITCHES * this.pitch;
  }

  _addZone(zone) {
    const { rows = [], areas = [] } = zone;
    const sold = rows.some(({ seats }) => seats.length) || areas.some(({ capacity }) => capacity);
    const section = sold ? this.sections.length : -1;
    const firstRow = this.rows.length;
    const firstSeat = this.ids.length;
    for (const row of rows) this._addRow(zone, row, section);
    const floor = this.floors.indexOf(zone.floor);
    const own = areas.map((area) => this._addArea(zone, area, section, floor));
    if (!sold) return;
    this._addTables(zone, firstSeat);
    this.sections.push({
      id: zone.id, name: zone.name, note: zone.note ?? "", floor, rows: [firstRow, this.rows.length], seats: [firstSeat, this.ids.length],
      areas: own.filter((area) => this.areas[area].capacity),
    });
  }

  _addTables({ tables = [] }, firstSeat) {
    if (!tables.length) return;
    const known = new Map(this.ids.slice(firstSeat).map((id, at) => [id, firstSeat + at]));
    for (const { label, seats, sold_whole: whole = false } of tables) {
      const found = seats.map((id) => known.get(id)).filter((seat) => seat !== undefined);
      for (const seat of found) this.table[seat] = this.tables.length;
      this.tables.push({ label, seats: found, whole });
    }
  }

  _addRow(zone, row, section) {
    const start = this.ids.length;
    for (const seat of row.seats) {
      const index = this.ids.length;
      this.ids.push(seat.id);
      this.labels.push(seat.label);
      this.x[index] = zone.x + row.x + seat.x;
      this.y[index] = zone.y + row.y + seat.y;
      this.row[index] = this.rows.length;
      this.category[index] = this._number.get(seat.category) ?? 0;
      this.flags[index] = (seat.attributes ?? []).reduce((bits, name) => bits | BITS[name], seat.companion_of ? COMPANION : 0);
      this.categories[this.category[index]].count++;
      if (seat.note) this.notes.set(index, seat.note);
      if (seat.photo) this.photos.set(index, seat.photo);
      if (seat.aisle_after) this._aisles.add(index);
    }
    this.rows.push({ label: row.label, name: row.name ?? "", section, start, end: this.ids.length });
  }

  _addArea(zone, area, section, floor) {
    const outline = outlineOf(area, zone.x, zone.y);
    const category = this._number.get(area.category) ?? 0;
    const capacity = area.capacity ?? 0;
    if (capacity) this.categories[category].count += capacity;
    const text = area.text && { ...area.text, x: zone.x + area.x + area.text.x, y: zone.y + area.y + area.text.y };
    const { id, name = "", note = "", color = "", border_color: border = "" } = area;
    this.areas.push({ id, name: name || zone.name, note, capacity, category, section, floor, outline, color, border, text, ranges: [] });
    return this.areas.length - 1;
  }

  // The tree, the usual distance of neighbours, the hulls of sections, the extent of it all.
  _measure() {
    const steps = [];
    for (const { start, end } of this.rows) {
      for (let seat = start + 1; seat < end; seat++) {
        steps.push(Math.hypot(this.x[seat] - this.x[seat - 1], this.y[seat] - this.y[seat - 1]));
      }
    }
    steps.sort((a, b) => a - b);
    this.pitch = steps[steps.length >> 1] || 50;
    if (this.count) {
      this.tree = new Flatbush(this.count);
      for (let seat = 0; seat < this.count; seat++) this.tree.add(this.x[seat], this.y[seat]);
      this.tree.finish();
    }
    for (const section of this.sections) this._outline(section);
    this.bounds = this._extent(this.sections, this.areas);
  }

  _extent(sections, areas) {
    const corners = [...sections.flatMap(({ hull: around }) => around), ...areas.flatMap(({ outline }) => outline)];
    return corners.length ? boxOf(corners) : { minX: 0, minY: 0, maxX: 1, maxY: 1 };
  }

  // Whether floors are drawn over one another: then they cannot be looked at all at once.
  _stacked() {
    const over = (one, other) => one.minX < other.maxX && other.minX < one.maxX && one.minY < other.maxY && other.minY < one.maxY;
    const boxes = this.floors.map((_, floor) => this._extent(this.sections.filter((section) => section.floor === floor), []));
    return boxes.some((box, floor) => boxes.slice(floor + 1).some((other) => over(box, other)));
  }

  _outline(section) {
    const points = section.areas.flatMap((area) => this.areas[area].outline);
    const ends = [];
    for (let row = section.rows[0]; row < section.rows[1]; row++) {
      const { start, end } = this.rows[row];
      for (let seat = start; seat < end; seat++) ends.push([this.x[seat], this.y[seat]]);
    }
    section.hull = [...(ends.length ? grown(hull(ends), this.pitch * 0.7) : hull(points))];
    section.box = boxOf(section.hull);
    section.middle = ends.length ? middle(ends) : middle(section.hull);
    for (const [x, y] of points) stretch(section.box, x, y);
    const counts = new Uint32Array(this.categories.length);
    for (let seat = section.seats[0]; seat < section.seats[1]; seat++) counts[this.category[seat]]++;
    for (const area of section.areas) counts[this.areas[area].category] += this.areas[area].capacity;
    section.category = counts.indexOf(Math.max(...counts));
    section.count = counts.reduce((sum, count) => sum + count, 0);
  }

  _numberPlaces({ runs }) {
    const known = new Map(this.ids.map((id, index) => [id, index]));
    const areas = new Map(this.areas.map(({ id }, index) => [id, index]));
    const left = this.areas.map(({ capacity }) => capacity);
    let place = 0;
    for (const run of runs) {
      if (run.type === "seats") {
        for (const id of run.seats) {
          const seat = known.get(id);
          if (seat !== undefined) this.place[seat] = place;
          place++;
        }
      } else {
        const area = areas.get(run.area);
        const alive = area === undefined ? 0 : Math.min(run.count, left[area]);
        if (alive) {
          this.areas[area].ranges.push([place, alive]);
          left[area] -= alive;
        }
        place += run.count;
      }
    }
    this.placeCount = place;
  }
}
