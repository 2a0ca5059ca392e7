// What the cart has of one date (or of one kind of pass), as a page knows it, and the one way to change it: one request after the other, each of
// them all or nothing, so that two quick choices neither overtake nor undo each other.
//
// `send(body)` answers {cart} or {problem: {code, detail}}; `body` is {seats, area, count, drop, tariffs} without its
// performance. A change that fails leaves everything as it was.
export class Basket {
  // `passType`: of the passes of this kind alone, each by its place at this performance, its first date.
  constructor(performance, send, passType = null) {
    Object.assign(this, { performance, passType, _send: send, items: [], othersCount: 0, totalCents: 0, expiresInS: 0, lapsed: false });
    this._last = Promise.resolve();
  }

  // A cart as the server tells it; null for none.
  set(cart) {
    this.items = this.passType ? this._passes(cart) : (cart?.items ?? []).filter(({ performance }) => performance === this.performance);
    this.othersCount = (cart?.count ?? 0) - this.items.length;
    this.totalCents = this.items.reduce((sum, { price_cents: cents }) => sum + (cents ?? 0), 0);
    this.expiresInS = cart?.expires_in_s ?? 0;
    this.lapsed = Boolean(cart?.lost_count);
  }

  get places() {
    return this.items.map(({ place }) => place);
  }

  _passes(cart) {
    const own = (cart?.passes ?? []).filter(({ pass_type: type }) => type === this.passType);
    return own.map((one) => ({ ...one, performance: this.performance, tariff: one.pass_type, tariff_name: one.name }));
  }

  // Resolves to the problem, or to null when it is done.
  change(body) {
    const done = this._last.then(() => this._now(body));
    this._last = done.catch(() => null);
    return done;
  }

  async _now(body) {
    const { cart, problem } = await this._send(this.passType ? body : { performance: this.performance, ...body });
    if (cart) this.set(cart);
    return problem ?? null;
  }
}
