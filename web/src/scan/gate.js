// A scan from its code to what is told, with the server or without. One after the other, in the order they came. The
// server is asked first, for a second and a half; who hears nothing is told by the list and the signature, under the same
// id, once the scan lies in the journal.
import { Lost, Refused, uuid } from "./api.js";
import { FORGED, PASS, UNKNOWN, canonical, decode, read } from "./codes.js";
import { IN, PASSED, judged, standing } from "./doors.js";

export const HANGS_MS = 1500;
export const QUEUE_MAX = 20;
const JUST_MS = 60_000;

export class Gate {
  // `settings`: {profile, keys (a map of bytes), dates (chosen), known (all dates of the profile), zones (a set or null)}.
  constructor({ api, lists, journal, verify, settings, now = Date.now }) {
    Object.assign(this, { api, lists, journal, settings, now, direction: IN, online: true });
    Object.assign(this, { _verify: verify, _queue: [], _busy: false, _passed: new Map() });
  }

  // Scan {code} or {ticket}, perhaps with a reason `despite`; resolves to what was told. Nothing for one too many.
  scan(asked) {
    if (this._queue.length >= QUEUE_MAX) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const direction = asked.direction ?? this.direction;
      this._queue.push({ asked: { code: "", ticket: null, despite: null, ...asked, direction }, resolve, reject });
      this._next();
    });
  }

  // A scan was taken back by the server, which told how that leaves its ticket.
  undone(shown, { standing, entry_count: entries }) {
    const code = shown.code ? read(shown.code) : null;
    if (code) this.lists.stands(shown.performance, code, { entries, inside: standing === "inside", at: this.now() });
    this._passed.delete(nameOf(shown));
  }

  async _next() {
    if (this._busy || !this._queue.length) return;
    this._busy = true;
    const { asked, resolve, reject } = this._queue.shift();
    try {
      const shown = await this._answer({ ...asked, scan: uuid(), at: this.now() });
      resolve(shown);
      this.journal.note(shown).catch(() => {});
    } catch (error) {
      reject(error);
    } finally {
      this._busy = false;
      this._next();
    }
  }

  async _answer(asked) {
    if (this.online) {
      try {
        return this._online(asked, await this.api.post("admissions", this._body(asked), { timeout: HANGS_MS }));
      } catch (error) {
        if (error instanceof Refused) return { ...this._shown(asked), verdict: "refused", refusal: error, status: error.status };
        if (!(error instanceof Lost)) throw error;
        this.online = false;
      }
    }
    if (asked.ticket || !this._verify) return { ...this._shown(asked), verdict: "refused", refusal: new Lost("offline") };
    return this._offline(asked);
  }

  _body({ scan, code, ticket, direction, despite }) {
    const { dates, zones } = this.settings;
    const body = { scan, performances: dates.map((date) => date.id), direction };
    Object.assign(body, ticket ? { ticket } : { code });
    if (zones) body.zones = [...zones];
    if (despite) body.despite = despite;
    return body;
  }

  _shown({ scan, code, ticket, direction, at }) {
    return { scan, code, ticket, direction, at, gate: this.settings.profile.gate, offline: false, through: false };
  }

  _online(asked, told) {
    const { ticket } = told, code = asked.code ? read(asked.code) : null;
    if (ticket && code) {
      const stood = { entries: ticket.entry_count, inside: ticket.standing === "inside", at: asked.at };
      this.lists.stands(ticket.performance, code, stood);
    }
    const shown = {
      ...this._shown(asked), verdict: told.verdict, despite: told.despite, through: told.let_through, ticket_id: ticket?.ticket ?? null,
      performance: ticket?.performance ?? null, fields: ticket ? fieldsOf(ticket) : null, gates: told.gates,
      entered: ticket?.entered_at ? { at: Date.parse(ticket.entered_at), gate: ticket.entered_gate } : null,
      left: ticket?.left_at ? { at: Date.parse(ticket.left_at), gate: ticket.left_gate } : null,
    };
    return this._repeats(shown);
  }

  // The same verdict without the server.
  async _offline(asked) {
    const { shown, date, code } = await this._judge(asked);
    const through = shown.through ||= Boolean(asked.despite);
    if (asked.despite && shown.verdict !== PASSED[asked.direction]) {
      Object.assign(shown, { despite: shown.verdict, verdict: PASSED[asked.direction] });
    }
    await this.journal.keep({
      scan: asked.scan, code: asked.code, direction: asked.direction, at: asked.at, despite: asked.despite, performance: date,
      told: shown.verdict, key: code && { kind: code.kind, serial: code.serial },
    });
    if (through && code) this.lists.passed(date, code, asked.direction, asked.at);
    return this._repeats(shown);
  }

  async _judge(asked) {
    const { keys, dates, known } = this.settings;
    const shown = { ...this._shown(asked), offline: true, fields: null, gates: [], entered: null, left: null };
    const first = dates[0].id;
    const code = await decode(asked.code, keys, this._verify);
    if (code === UNKNOWN || code === FORGED) return { shown: { ...shown, verdict: code }, date: first, code: null };
    const found = this.lists.find(code, dates, asked.at);
    const door = this._door(asked.direction);
    if (!found) return this._unlisted(shown, code, door, known);
    const here = dates.some((date) => date.id === found.date.performance);
    const verdict = judged(found.row, code.generation, door, here, found.date.cancelled);
    Object.assign(shown, {
      verdict, through: verdict === PASSED[asked.direction], performance: found.date.performance,
      fields: rowFields(found.row, found.date, this.settings.profile, found.about, verdict),
    });
    return { shown, date: here ? found.date.performance : first, code };
  }

  // A code that is signed and in no list: sold since that was read, or for another date.
  _unlisted(shown, code, door, known) {
    const { dates } = this.settings;
    const date = code.kind === PASS ? this._anyUnread(dates) : dates.find((one) => one.number === code.pool);
    if (!date) {
      const about = known.find((one) => one.number === code.pool);
      return { shown: { ...shown, verdict: "wrong_performance", fields: about ? eventFields(about) : null }, date: dates[0].id, code };
    }
    const row = { status: 0, entries: 0, inside: false, zone: null, ...this.lists.own(date.id, code) };
    const cancelled = this.lists.date(date.id)?.cancelled ?? false;
    const verdict = judged(row, null, door, true, cancelled);
    Object.assign(shown, { verdict, through: verdict === PASSED[door.direction], performance: date.id, unlisted: true, fields: eventFields(date) });
    return { shown, date: date.id, code };
  }

  // A pass may be for a date whose list was never read; where all were, it is for another one.
  _anyUnread(dates) {
    return dates.find((date) => !this.lists.date(date.id)?.list);
  }

  _door(direction) {
    const { profile, zones } = this.settings;
    return { mode: profile.mode, entries_max: profile.mode === "multiple" ? profile.entries_max : null, direction, zones };
  }

  // "You scanned this 3 s ago": who let somebody in and scans them again is told so.
  _repeats(shown) {
    const name = nameOf(shown), last = this._passed.get(name);
    if (last && !shown.through && shown.at - last.at < JUST_MS && last.direction === shown.direction) shown.just = shown.at - last.at;
    if (shown.through) {
      this._passed.set(name, { at: shown.at, direction: shown.direction });
      for (const [old, { at }] of this._passed) if (shown.at - at > JUST_MS) this._passed.delete(old);
    }
    return shown;
  }
}

function nameOf({ code, ticket }) {
  return ticket ?? canonical(code);
}

function fieldsOf(ticket) {
  return {
    event: ticket.event_name, starts_at: ticket.starts_at, time_zone: ticket.time_zone, zone: ticket.zone, row: ticket.row,
    seat: ticket.seat, tariff: ticket.tariff, name: ticket.name, pass: ticket.pass_name,
    answers: ticket.answers.map(({ question, answer }) => ({ question, answer })), standing: ticket.standing,
    entries: ticket.entry_count,
  };
}

function rowFields(row, date, profile, about, verdict) {
  const zone = profile.shown.includes("zone") || verdict === "wrong_zone";
  return {
    ...eventFields(about), zone: zone ? (row.zone?.label ?? null) : null, row: row.row ?? null, seat: row.seat ?? null,
    tariff: row.tariff ?? null, name: row.name ?? null, pass: row.pass ?? null,
    answers: (row.answers ?? []).map((answer, n) => ({ question: date.questions[n], answer })).filter(({ answer }) => answer),
    standing: ["new", "inside", "outside"][standing(row)], entries: row.entries,
  };
}

function eventFields(date) {
  return { event: date?.event_name ?? null, starts_at: date?.starts_at ?? null, time_zone: date?.time_zone ?? null, answers: [] };
}
