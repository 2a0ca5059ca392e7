// Picking: which seats are somebody's own, which they may still take, and what is wrong with their choice. A model without
// any view; the map, the list and the panel all show this one, so they cannot disagree.
//
// A seat is *mine* when the cart has it, *asked* while the server is being asked for it or to give it back. A choice is
// judged as the search for the best seats judges it: a *lone* seat is a free one that the choice leaves without a free
// neighbour; seats are *together* when no other seat and no aisle is between them. For either fault there may be a
// mend, {take: seats, leave: seats}, which is one request: all of it, or nothing.
import { COMPANION, RESTRICTED, WHEELCHAIR } from "./house.js";
import { FREE } from "./states.js";

const BAY = WHEELCHAIR | COMPANION;
const LONE_PITCHES = 4;

export class Picking {
  constructor(house, states, pricing) {
    Object.assign(this, { house, states, pricing });
    this.mine = new Set();
    this.asked = new Set();
    this.filter = { centsMax: Infinity, groups: null, wheelchair: false, clear: false };
    this._seatOf = new Map();
    for (let seat = 0; seat < house.count; seat++) if (house.place[seat] >= 0) this._seatOf.set(house.place[seat], seat);
    this.group = Int16Array.from({ length: house.count }, (_, seat) => pricing.seat(seat));
    this.recount();
  }

  // The seat with a place number; undefined for a place of an area.
  at(place) {
    return this._seatOf.get(place);
  }

  // What the cart has of this performance: place numbers. What is left beside it is counted anew where that changed.
  hold(places) {
    const before = this.mine;
    this.mine = new Set(places.map((place) => this.at(place)).filter((seat) => seat !== undefined));
    const changed = [...before, ...this.mine].filter((seat) => before.has(seat) !== this.mine.has(seat));
    this.recount(new Set(changed.map((seat) => this.house.rows[this.house.row[seat]].section)));
  }

  // Whether a seat can be asked for: on sale, free, nobody's.
  open(seat) {
    return this.group[seat] >= 0 && !this.mine.has(seat) && this.states.known && this.states.of(seat) === FREE;
  }

  // Whether a seat is among those that are looked for.
  passes(seat) {
    return this.group[seat] >= 0 && this.passesGroup(this.group[seat]) && this._suits(this.house.flags[seat]);
  }

  passesGroup(group) {
    const { centsMax, groups } = this.filter;
    return this.pricing.groups[group].from <= centsMax && (!groups || groups.has(group));
  }

  get filtered() {
    const { centsMax, groups, wheelchair, clear } = this.filter;
    return centsMax < Infinity || groups !== null || wheelchair || clear;
  }

  // How many free places of a section are among those looked for, and from how much: {free, from}. A bay's price is its
  // own: it counts for `from` when bays are looked for; null where there is none.
  section(index) {
    return this._sections[index];
  }

  // The filter has changed, or states have: in some sections, or (null) everywhere.
  recount(sections = null) {
    this._sections ??= [];
    for (const index of sections ?? this.house.sections.keys()) this._sections[index] = this._left(index);
  }

  // Free places by price group, whatever is filtered.
  leftOf(group) {
    return this._sections.reduce((sum, { byGroup }) => sum + byGroup[group], 0);
  }

  // Lone seats that the choice leaves: [{seat, between: [before, after]}], -1 where the row ends.
  lone(chosen = this.mine) {
    const found = new Map();
    for (const seat of chosen) {
      for (const next of this.house.beside(seat)) {
        if (next < 0 || found.has(next) || !this._loose(next, chosen)) continue;
        const between = this.house.beside(next);
        if (!between.some((other) => other >= 0 && this._loose(other, chosen))) found.set(next, { seat: next, between });
      }
    }
    return [...found.values()];
  }

  // Those who sit side by side, as lists of seats in plan order.
  clumps(chosen = this.mine) {
    const found = [];
    for (const seat of [...chosen].sort((a, b) => a - b)) {
      const last = found[found.length - 1];
      if (last && (this.house.beside(seat)[0] === last[last.length - 1] || this._oneTable(seat, last[0]))) last.push(seat);
      else found.push([seat]);
    }
    return found;
  }

  // Moving one clump by a seat, so that fewer seats are left alone; null when nothing does.
  mendLone() {
    let [best, least] = [null, this.lone().length];
    for (const clump of this.clumps()) {
      for (const [take, leave] of this._shifts(clump)) {
        const moved = new Set(this.mine).add(take);
        moved.delete(leave);
        const left = this.lone(moved).length;
        if (left < least) [best, least] = [{ take: [take], leave: [leave] }, left];
      }
    }
    return best;
  }

  // As many seats side by side, at the same prices and near those that are held; null when there are none.
  mendApart() {
    const seats = [...this.mine];
    if (seats.length < 2 || seats.some((seat) => this.house.flags[seat] & BAY || this._whole(seat))) return null;
    const groups = new Set(seats.map((seat) => this.group[seat]));
    const window = this._window(seats.length, groups, middleOf(this.house, seats));
    if (!window) return null;
    return { take: window.filter((seat) => !this.mine.has(seat)), leave: seats.filter((seat) => !window.includes(seat)) };
  }

  // The open seats nearest to one, of its price group if there are any: at most `count`.
  nearest(seat, count = 3) {
    const { x, y, tree, flags } = this.house;
    const like = (other) => this.open(other) && !this.asked.has(other) && (flags[other] & BAY) === (flags[seat] & BAY);
    const near = (fits) => tree.neighbors(x[seat], y[seat], count, Infinity, fits);
    const same = near((other) => this.group[other] === this.group[seat] && like(other));
    return same.length ? same : near((other) => like(other));
  }

  _suits(flags) {
    const { wheelchair, clear } = this.filter;
    return !(wheelchair && !(flags & BAY)) && !(clear && flags & RESTRICTED);
  }

  _left(index) {
    const { seats: [start, end], areas } = this.house.sections[index];
    const { flags } = this.house;
    const byGroup = new Uint32Array(this.pricing.groups.length);
    let free = 0, from = Infinity;
    const count = (seat, group, some, passes) => {
      byGroup[group] += some;
      if (!passes) return;
      free += some;
      if (seat < 0 || !(flags[seat] & BAY) || this.filter.wheelchair) from = Math.min(from, this.pricing.groups[group].from);
    };
    for (let seat = start; seat < end; seat++) if (this.open(seat)) count(seat, this.group[seat], 1, this.passes(seat));
    for (const area of areas) {
      const group = this.pricing.area(area);
      const some = this.states.known ? this.states.area(area)[FREE] : 0;
      if (group >= 0 && some) count(-1, group, some, this.passesGroup(group) && this._suits(0));
    }
    return { free, from: from < Infinity ? from : null, byGroup };
  }

  // Whether a seat would be left over: anybody could still take it by itself.
  _loose(seat, chosen) {
    if (chosen.has(seat) || this.house.flags[seat] & BAY || this._whole(seat)) return false;
    return this.mine.has(seat) || this.open(seat);
  }

  _whole(seat) {
    return this.house.tables[this.house.table[seat]]?.whole ?? false;
  }

  _oneTable(seat, other) {
    return this.house.table[seat] >= 0 && this.house.table[seat] === this.house.table[other];
  }

  // A clump one seat on, either way: [what it takes, what it leaves].
  *_shifts(clump) {
    const [first, last] = [clump[0], clump[clump.length - 1]];
    if (this._whole(first)) return;
    const [before, after] = [this.house.beside(first)[0], this.house.beside(last)[1]];
    if (this._fits(before, this.group[first])) yield [before, last];
    if (this._fits(after, this.group[first])) yield [after, first];
  }

  _fits(seat, group) {
    return seat >= 0 && this.group[seat] === group && this._loose(seat, this.mine) && !this.mine.has(seat);
  }

  // The run of `count` neighbours nearest to a point that could all be had; one that leaves lone seats counts as further.
  _window(count, groups, [mx, my]) {
    const { x, y, rows, pitch } = this.house;
    const had = (seat) => groups.has(this.group[seat]) && this._loose(seat, NOBODY);
    let [best, least] = [null, Infinity];
    for (const { start, end } of rows) {
      let length = 0;
      for (let seat = start; seat < end; seat++) {
        const joins = seat > start && length && !this.house.parted(seat - 1);
        length = had(seat) ? (joins ? length + 1 : 1) : 0;
        if (length < count) continue;
        const away = Math.hypot((x[seat] + x[seat - count + 1]) / 2 - mx, (y[seat] + y[seat - count + 1]) / 2 - my);
        if (away >= least) continue;
        const window = Array.from({ length: count }, (_, n) => seat - count + 1 + n);
        const cost = away + this.lone(new Set(window)).length * LONE_PITCHES * pitch;
        if (cost < least) [best, least] = [window, cost];
      }
    }
    return best;
  }
}

const NOBODY = new Set();

function middleOf({ x, y }, seats) {
  const sum = seats.reduce(([sx, sy], seat) => [sx + x[seat], sy + y[seat]], [0, 0]);
  return [sum[0] / seats.length, sum[1] / seats.length];
}
