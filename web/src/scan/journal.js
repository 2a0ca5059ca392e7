// The log of what happened at this door while the server did not answer. A scan is written before anybody is told of it,
// and forgotten only once the server has named it: a device that ends anywhere between loses nothing, and what is sent
// twice is taken once, because a scan keeps its id. `store` keeps records durably: put(name, record), all(name),
// remove(name, keys).
export const PENDING = "pending", HISTORY = "history";
export const UPLOADED_MAX = 100;
export const KEPT_MAX = 200;
// What is no code of ours is kept as far as it tells what it was.
const CODE_CHARS_MAX = 200;

export class Journal {
  constructor(store, organisation) {
    Object.assign(this, { _store: store, _organisation: organisation, _pending: new Map(), _history: [] });
    this._sending = null;
  }

  // Read what was kept. Scans of another organisation's door wait until its scanner signs in here again.
  async open() {
    for (const record of await this._store.all(PENDING)) this._pending.set(record.scan, record);
    this._history = (await this._store.all(HISTORY)).sort((one, other) => other.at - one.at);
    await this._store.remove(HISTORY, this._history.splice(KEPT_MAX).map((one) => one.scan));
  }

  get waiting() {
    return this.pending().length;
  }

  pending() {
    return [...this._pending.values()].filter((one) => one.organisation === this._organisation).sort((one, other) => one.at - other.at);
  }

  history() {
    return this._history;
  }

  // Keep a scan that the server does not know of: resolves when it is durable.
  async keep(scan) {
    const record = { ...scan, code: scan.code.slice(0, CODE_CHARS_MAX), organisation: this._organisation };
    await this._store.put(PENDING, record);
    this._pending.set(record.scan, record);
  }

  // What was told, for whoever looks back; not awaited by anybody who stands at a door.
  async note(shown) {
    const at = this._history.findIndex((one) => one.scan === shown.scan);
    if (at >= 0) this._history.splice(at, 1, shown);
    else this._history.unshift(shown);
    const old = this._history.splice(KEPT_MAX);
    await this._store.put(HISTORY, shown);
    if (old.length) await this._store.remove(HISTORY, old.map((one) => one.scan));
  }

  // Send what waits, the oldest first, and forget what the answer names: what became of each. `post` sends a body and
  // answers {taken}, or raises. One at a time.
  send(post, now) {
    this._sending ??= this._send(post, now).finally(() => (this._sending = null));
    return this._sending;
  }

  async _send(post, now) {
    const told = [];
    for (let batch = this.pending().slice(0, UPLOADED_MAX); batch.length; batch = this.pending().slice(0, UPLOADED_MAX)) {
      const scans = batch.map(sent);
      const { taken } = await post({ device_now: new Date(now()).toISOString(), scans });
      const named = taken.map((one) => one.scan_id).filter((id) => this._pending.has(id));
      if (!named.length) throw new Error("none of the scans was named");
      told.push(...taken.map((one) => ({ ...one, record: this._pending.get(one.scan_id) })));
      await this._store.remove(PENDING, named);
      for (const id of named) this._pending.delete(id);
    }
    return told;
  }
}

function sent({ scan, performance, told, at, code, direction, despite }) {
  const why = despite ? { despite } : {};
  return { scan, performance, told, at: new Date(at).toISOString(), direction, code, ...why };
}
