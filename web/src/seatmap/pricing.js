// What places cost: price groups (a category, or a zone and a category where a zone has prices of its own) with what each
// tariff costs there. Knows the house, nothing of states or of pages. Amounts are minor units.
//
// `offer` is what the server tells: {tariffs: [{id, name, ...}], groups: [{name, category, zone, prices: {tariff: cents}}]}.

export class Pricing {
  constructor(house, { groups, tariffs }) {
    this.tariffs = tariffs;
    this.groups = groups.map((group, index) => ({ ...group, index, ...bounds(group.prices) }));
    const known = new Map(this.groups.map(({ zone, category, index }) => [key(zone, category), index]));
    const zones = new Set(groups.map(({ zone }) => zone));
    this._of = house.sections.map(({ id }) =>
      house.categories.map(({ name }) => known.get(key(zones.has(id) ? id : "", name)) ?? -1),
    );
    this.house = house;
  }

  // The price group of a seat or an area; -1 for one that is not sold.
  seat(index) {
    const { rows, row, category } = this.house;
    return this._of[rows[row[index]].section]?.[category[index]] ?? -1;
  }

  area(index) {
    const { section, category } = this.house.areas[index];
    return this._of[section]?.[category] ?? -1;
  }

  // [tariff, cents] of a group, in the order tariffs are shown.
  offered(group) {
    const { prices } = this.groups[group];
    return this.tariffs.filter(({ id }) => id in prices).map((tariff) => [tariff, prices[tariff.id]]);
  }

  // The different prices a place can be had from, rising: the steps of a filter. What costs nothing is no step.
  get steps() {
    return [...new Set(this.groups.map(({ from }) => from))].filter(Boolean).sort((a, b) => a - b);
  }
}

function bounds(prices) {
  const cents = Object.values(prices);
  return { from: Math.min(...cents), to: Math.max(...cents) };
}

const key = (zone, category) => `${zone}\n${category}`;
