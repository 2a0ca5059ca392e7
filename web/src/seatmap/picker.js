// The map grown into picking: the same house, drawing and hands (seatmap.js), with a choice (picking.js) and prices
// (pricing.js). Far away a section tells what is left in it and from how much; near by a seat tells its tariffs.
//
// Whoever puts it on a page listens for "seat" ({detail: house.seat(index)}) and "area" ({detail: index}), and acts;
// `parts` are told of every change of states ({states, refresh(sections)}).
import { pointer } from "d3-selection";
import { stretch } from "./geometry.js";
import { counted } from "./look.js";
import { marks } from "./marks.js";
import { Picking } from "./picking.js";
import { SeatMap } from "./seatmap.js";
import { States } from "./states.js";

const TARIFFS_TOLD_MAX = 3;
const SEAT_PX_SEEN = 12;
const AROUND_PITCHES = 9;
const TAP_ZOOM = 2.2;
const TAPS_APART_MS = 400;

export class PickMap extends SeatMap {
  // `money(cents)` writes an amount; `pricing` as in pricing.js.
  constructor(element, house, words, pricing, money) {
    super(element, house, words);
    Object.assign(this, { pricing, money, shown: { proposals: [], chosen: -1 } });
    this.states = new States(house);
    this.picking = new Picking(house, this.states, pricing);
    this.view.teller = this;
    this.view.layers.push(marks(this.picking, this.shown));
    this._stage.on("dblclick.zoom", (event) => this._doubled(event));
  }

  changed(sections) {
    if (sections && !sections.size) return;
    this.picking.recount(sections);
    super.changed(sections);
  }

  // The filter is another one.
  filtered() {
    this.changed(null);
  }

  // The choice is another one: what is mine or asked for.
  chosen() {
    for (const part of this.parts) part.refresh(null);
    this.redraw();
  }

  // What was told of a seat is no longer so.
  retell() {
    if (this.tip.hidden || this.focus < 0) return;
    if (matchMedia("(hover: none)").matches) this.tip.hidden = true;
    else this._tipAt(this.focus);
  }

  // Proposals to point at, and which one stands out: the map goes there, or (none) to where all are seen as seats.
  propose(proposals, chosen = -1) {
    Object.assign(this.shown, { proposals, chosen });
    const every = proposals.flat();
    if (!every.length) return this.redraw();
    this._turnToSee(this.house.floorOf((proposals[chosen] ?? every)[0]));
    const near = this._around(proposals[chosen] ?? every);
    if (chosen >= 0 || near.k * this.house.pitch >= SEAT_PX_SEEN) return this._go(near);
    this.shown.chosen = 0;
    this._go(this._around(proposals[0]));
  }

  // The transform that brings seats before the eye, with what is around them.
  _around(seats) {
    const { x, y, pitch } = this.house;
    const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (const seat of seats) {
      stretch(box, x[seat] - AROUND_PITCHES * pitch, y[seat] - AROUND_PITCHES * pitch);
      stretch(box, x[seat] + AROUND_PITCHES * pitch, y[seat] + AROUND_PITCHES * pitch);
    }
    return this._bounded(this.view.fitting(box));
  }

  // What the drawing asks (view.js): how much of a section is left, told longer and shorter.
  section(index) {
    const { words, states, picking } = this;
    if (!states.known) return { share: 1, lines: [] };
    const { free, from } = picking.section(index);
    if (!free) return { share: 0, lines: [picking.filtered ? words.noneSuch : words.soldOut], drawn: picking.filtered ? [] : undefined };
    const left = words.left.replace("{count}", counted(free));
    const share = free / this.house.sections[index].count;
    if (from === null) return { share, lines: [left, counted(free)] };
    const priced = words.from.replace("{price}", this.money(from));
    const lines = [`${left} · ${priced}`, `${counted(free)} · ${priced}`, priced, this.money(from), counted(free)];
    return { share, lines };
  }

  area(index) {
    const { section } = this.house.areas[index];
    return this.section(section).lines[0] ?? "";
  }

  pale(seat) {
    return this.picking.group[seat] < 0 || (this.picking.filtered && !this.picking.passes(seat));
  }

  _beside() {
    this.side.remove();
    return [];
  }

  _priced(seat) {
    const group = this.picking.group[seat];
    if (group < 0) return "";
    const offered = this.pricing.offered(group);
    if (offered.length > TARIFFS_TOLD_MAX) return this.words.from.replace("{price}", this.money(this.pricing.groups[group].from));
    return offered.map(([{ name }, cents]) => `${name} ${this.money(cents)}`).join(", ");
  }

  _stands(seat) {
    if (this.picking.mine.has(seat)) return this.words.mine;
    if (this.picking.asked.has(seat)) return this.words.asked;
    return this.picking.group[seat] < 0 ? this.words.off : super._stands(seat);
  }

  _sectionSentence(index) {
    const { name, note } = this.house.sections[index];
    return [name, this.section(index).lines[0], note].filter(Boolean).join(", ");
  }

  _areaSentence(index) {
    const { name, note } = this.house.areas[index];
    return [name, this.area(index), note].filter(Boolean).join(", ");
  }

  // A double tap or click beside the seats goes nearer; on a seat it is two choices. Some browsers tell a double tap
  // twice, as a touch and as a click.
  _doubled(event) {
    const at = pointer(event.changedTouches?.[0] ?? event, this.canvas);
    const onSeat = this.view.showsSeats && this._seatAt(...this.view.unproject(...at)) >= 0;
    if (onSeat || event.timeStamp - this._doubledAt < TAPS_APART_MS) return;
    this._doubledAt = event.timeStamp;
    this._zoom.scaleBy(this._glide(), TAP_ZOOM, at);
  }
}
