// The map at the counter, and the list beside it: a click takes a place, or gives back one that is in the cart. It is
// fetched when it is first wanted, and is the shop's own, with the counter's prices.
import { House } from "../seatmap/house.js";
import { make } from "../seatmap/list.js";
import { PickList } from "../seatmap/picklist.js";
import { PickMap } from "../seatmap/picker.js";
import { Pricing } from "../seatmap/pricing.js";
import { documents } from "../seatmap/seatmap.js";
import { counter as howMany } from "../shop/counter.js";
import { amounts } from "./counter.js";

const AREA_MAX = 20;
const ACCESSIBLE = 15;
const PASS_MS = 5000;

export class CounterMap {
  constructor(counter) {
    Object.assign(this, { counter, map: null, stage: counter.page.querySelector("[data-map]") });
    this.words = JSON.parse(counter.element.dataset.mapWords);
  }

  async toggle(button) {
    const opens = this.stage.hidden;
    this.stage.hidden = !opens;
    button.setAttribute("aria-expanded", String(opens));
    if (opens) await this.counter.act(() => this.follow());
    else this.leave();
  }

  // Another date: what is shown is not it any more.
  leave() {
    this.map?.unfollow?.();
    this.map = null;
    this.stage.replaceChildren();
  }

  // Show the date that is sold, where the map is wanted.
  async follow() {
    const { counter, words } = this;
    if (this.stage.hidden || this.map || !counter.performance) return;
    const at = `${counter.at}/${counter.pass ? `passes/${counter.pass}` : `dates/${counter.performance}`}`;
    const offer = JSON.parse((await counter.ask(`${at}/offer.json`)).text);
    const [plan, placeList] = await documents(offer.plan, offer.place_list);
    const house = new House(plan, placeList);
    const [mapBox, listBox] = [make("div", "", "seat-map picking"), make("div", "", "pick-list")];
    listBox.setAttribute("role", "region");
    listBox.setAttribute("aria-label", words.listView);
    this.stage.replaceChildren(mapBox, listBox);
    const { money } = amounts(counter.page.documentElement.lang, counter.element.dataset.zero);
    this.map = new PickMap(mapBox, house, words, new Pricing(house, offer), money);
    this.list = new PickList(listBox, this.map, {
      choose: (seat, wanted) => this.choose(seat, wanted),
      area: (area) => this.area(area),
      show: (section) => this.map.showSection(section),
    });
    this.map.parts = [this.list];
    this.kept = offer.kept;
    this.allotted();
    if (counter.pass) this.map.follow(`${at}/availability`, PASS_MS);
    else this.map.follow(`/admin/performances/${offer.performance}/availability`);
    mapBox.addEventListener("seat", ({ detail: { index } }) => this.choose(index));
    mapBox.addEventListener("area", ({ detail }) => this.area(detail));
    this.held();
  }

  // What may be had from allotments, by those that are ticked; the places of wheelchair users by asking for them.
  allotted() {
    if (!this.map) return;
    const { allotment, wheelchairs } = this.counter.bounds();
    const codes = new Set([...allotment.map(Number), ...(wheelchairs ? [ACCESSIBLE] : [])]);
    this.map.states.open(this.kept.filter(([, , code]) => codes.has(code)));
    this.map.changed(null);
  }

  // What the cart has of this date.
  held() {
    if (!this.map) return;
    const places = this.counter.places.filter(({ performance }) => performance === this.counter.performance);
    this.map.picking.hold(places.map(({ place }) => place));
    this.map.chosen();
    this.map.retell();
  }

  choose(seat, wanted = !this.map.picking.mine.has(seat)) {
    const { house, picking } = this.map;
    const seats = house.soldWith(seat).filter((one) => picking.mine.has(one) !== wanted);
    const { performance, ...bounds } = this.counter.bounds();
    if (wanted) return this.counter.change({ act: "take", seat: seats.map((one) => house.ids[one]), performance, ...bounds });
    return this.counter.change({ act: "drop", place: seats.map((one) => `${performance}.${house.place[one]}`) });
  }

  area(area) {
    const { name, id } = this.map.house.areas[area];
    howMany(this.stage, this.words, name, AREA_MAX, (count) => {
      this.counter.change({ act: "take", count, ...this.counter.bounds(), where: `area:${id}` });
    });
  }
}
