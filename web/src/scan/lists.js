// The tickets of the dates that are scanned, by their kind and serial, as the server last told them and as this device has
// let people through since. A row: {kind, serial, generation, status, entries, inside, zone: {id, label, admitted}, and
// what the profile shows}. Rows of revocations alone know no zone.
import { PASS, read } from "./codes.js";
import { PASSED, after } from "./doors.js";

// A list may be some seconds old when it is told: what this device did just before may not be in it.
export const LATE_MS = 10_000;
const CANCELLED = 2;
const key = (kind, serial) => kind * 2 ** 32 + serial;

export class Lists {
  constructor() {
    this._dates = new Map();
    this._own = new Map();
  }

  // What is known of a date: {performance, number, version, whole, cancelled, mode, rows (a map)}; undefined.
  date(performance) {
    return this._dates.get(performance);
  }

  get count() {
    let count = 0;
    for (const date of this._dates.values()) count += date.rows.size;
    return count;
  }

  // Take in an answer of /tickets or /revocations that was asked for at `asked`; its rows, resolved, to be kept.
  apply(told, asked) {
    const rows = told.tickets ? told.tickets.map((row) => resolved(told, row)) : told.revoked.map(revoked);
    const before = this._dates.get(told.performance);
    if (told.revoked && before?.list) return [];
    const date = told.whole || !before ? { rows: new Map() } : before;
    Object.assign(date, {
      performance: told.performance, version: told.version, cancelled: told.cancelled, list: Boolean(told.tickets),
      number: told.number ?? before?.number, questions: told.questions ?? [], read: asked,
    });
    for (const row of rows) this._put(date, row, asked);
    this._dates.set(told.performance, date);
    return rows;
  }

  // A date as it was kept: its head and its rows.
  restore(head, rows) {
    this._dates.set(head.performance, { ...head, rows: new Map(rows.map((row) => [key(row.kind, row.serial), row])) });
  }

  forget(performance) {
    this._dates.delete(performance);
  }

  // The row of a code: of a pass at several dates the one that the server would take. {row, date} or null.
  find(code, dates, now) {
    let best = null;
    for (const date of this._dates.values()) {
      const row = date.rows.get(key(code.kind, code.serial));
      if (!row) continue;
      const about = dates.find((one) => one.id === date.performance);
      const found = { row: { ...row, ...this._stood(date.performance, row) }, date, about };
      if (code.kind !== PASS) return found;
      if (!best || before(found, best, now)) best = found;
    }
    return best;
  }

  // Somebody went through here: the ticket stands so from now on, until the server tells something newer.
  passed(performance, code, direction, at) {
    const row = this._dates.get(performance)?.rows.get(key(code.kind, code.serial));
    const stood = this.own(performance, code) ?? row ?? { entries: 0, inside: false };
    this.stands(performance, code, { ...after(stood, direction), at });
  }

  // The server has told how a ticket stands: {entries, inside, at}.
  stands(performance, code, stood) {
    this._own.set(this._name(performance, code), stood);
  }

  // What this device did since its lists were read, after it was begun anew: all that was not sent, and of what was told
  // (records of the journal) what is newer than its date's list.
  replay(pending, history) {
    const waits = new Set(pending.map((one) => one.scan));
    const since = (one) => (this._dates.get(one.performance)?.read ?? 0) - LATE_MS;
    const late = history.filter((one) => !waits.has(one.scan) && one.through && !one.undone && one.code && one.at > since(one));
    for (const one of [...pending, ...late].sort((first, other) => first.at - other.at)) {
      const code = one.key ?? read(one.code);
      if (!code || !one.performance) continue;
      const { entries, standing } = one.fields ?? {};
      if (waits.has(one.scan) ? one.told === PASSED[one.direction] : one.offline) this.passed(one.performance, code, one.direction, one.at);
      else if (!waits.has(one.scan)) this.stands(one.performance, code, { entries, inside: standing === "inside", at: one.at });
    }
  }

  // What was let through here has reached the server: lists read before that know nothing of it.
  reached(performance, code, at) {
    const own = this.own(performance, code);
    if (own) own.at = at;
  }

  // How this device itself knows a ticket to stand that is in no list.
  own(performance, code) {
    return this._own.get(this._name(performance, code)) ?? null;
  }

  _stood(performance, row) {
    const own = this.own(performance, row);
    return own && { entries: own.entries, inside: own.inside };
  }

  _name(performance, { kind, serial }) {
    return `${performance} ${kind} ${serial}`;
  }

  _put(date, row, asked) {
    date.rows.set(key(row.kind, row.serial), row);
    const name = this._name(date.performance, row), own = this._own.get(name);
    if (own && own.at < asked - LATE_MS) this._own.delete(name);
  }
}

function before(one, other, now) {
  const rank = ({ row, about }) => [row.status === CANCELLED, !about, Boolean(about && Date.parse(about.ends_at) < now), about?.starts_at ?? ""];
  const [mine, theirs] = [rank(one), rank(other)];
  const at = mine.findIndex((value, n) => value !== theirs[n]);
  return at >= 0 && mine[at] < theirs[at];
}

function resolved(told, values) {
  const row = Object.fromEntries(told.columns.map((name, n) => [name, values[n]]));
  const word = (n) => (n === undefined || n < 0 ? null : told.words[n]);
  return {
    ...row, inside: Boolean(row.inside), zone: told.zones[row.zone], tariff: word(row.tariff), pass: word(row.pass),
  };
}

function revoked([kind, serial, generation, status]) {
  return { kind, serial, generation, status, entries: 0, inside: false, zone: null };
}
