// What the cart has of one date, as a page knows it, and the one way to change it: one request after the other, each of
// them all or nothing, so that two quick choices neither overtake nor undo each other.
//
// `send(body)` answers {cart} or {problem: {code, detail}}; `body` is {seats, area, count, drop, tariffs} without its
// performance. A change that fails leaves everything as it was.
export class Basket {
  constructor(performance, send) {
    Object.assign(this, { performance, _send: send, items: [], othersCount: 0, totalCents: 0, expiresInS: 0, lapsed: false });
    this._last = Promise.resolve();
  }

  // A cart as the server tells it; null for none.
  set(cart) {
    const items = cart?.items ?? [];
    this.items = items.filter(({ performance }) => performance === this.performance);
    this.othersCount = items.length - this.items.length;
    this.totalCents = this.items.reduce((sum, { price_cents: cents }) => sum + (cents ?? 0), 0);
    this.expiresInS = cart?.expires_in_s ?? 0;
    this.lapsed = Boolean(cart?.lost_count);
  }

  get places() {
    return this.items.map(({ place }) => place);
  }

  // Resolves to the problem, or to null when it is done.
  change(body) {
    const done = this._last.then(() => this._now(body));
    this._last = done.catch(() => null);
    return done;
  }

  async _now(body) {
    const { cart, problem } = await this._send({ performance: this.performance, ...body });
    if (cart) this.set(cart);
    return problem ?? null;
  }
}
