// Keeping up with the server while it answers: what waits is sent before lists are asked for, so that a list never knows
// less than this device. `step` does what is due and is called again and again; one at a time.
import { Lost, Refused } from "./api.js";
import { PASSED } from "./doors.js";

export const LISTS_EVERY_MS = 30_000, REPORT_EVERY_MS = 60_000, COUNTS_EVERY_MS = 5_000, PROBE_EVERY_MS = 4_000;
const DATES_A_LOOK = 4;
const LIST_TIMEOUT_MS = 30_000, PROBE_TIMEOUT_MS = 4_000;

export class Sync {
  // `report` tells what the device knows of itself; `told(what, value)` hears: "online", "waiting", "counts", "profile",
  // "conflicts", "ended".
  constructor({ gate, store, report = async () => ({}), told = () => {}, now = Date.now, software = "" }) {
    Object.assign(this, { gate, store, _report: report, _told: told, _now: now, _software: software });
    Object.assign(this, { _step: null, _due: { lists: 0, report: 0, counts: 0, probe: 0 }, counts: [], conflicts: 0 });
  }

  // What is due, or at once whatever it is; resolves when it is done.
  step(all = false) {
    this._step ??= this._run(all).finally(() => (this._step = null));
    return this._step;
  }

  async _run(all) {
    if (all) this._due = { lists: 0, report: 0, counts: 0, probe: 0 };
    try {
      if (!this.gate.online && !(await this._probed())) return;
      await this._send();
      if (this._isDue("report", REPORT_EVERY_MS)) await this._reported();
      if (this._isDue("lists", LISTS_EVERY_MS)) await this._lists();
      if (this._isDue("counts", COUNTS_EVERY_MS * Math.ceil(this.gate.settings.dates.length / DATES_A_LOOK))) await this._counted();
    } catch (error) {
      if (error instanceof Lost) this._online(false);
      else if (error instanceof Refused && error.status === 401) this._told("ended");
      else if (error instanceof Refused) this._told("refused", error);
      else throw error;
    }
  }

  _isDue(name, every) {
    const now = this._now(), due = now >= this._due[name];
    if (due) this._due[name] = now + every;
    return due;
  }

  _online(online) {
    if (this.gate.online === online) return;
    this.gate.online = online;
    this._told("online", online);
  }

  async _probed() {
    if (!this._isDue("probe", PROBE_EVERY_MS)) return false;
    await this._reported(PROBE_TIMEOUT_MS);
    this._due.report = this._now() + REPORT_EVERY_MS;
    this._online(true);
    return true;
  }

  async _reported(timeout) {
    const { api, journal, settings } = this.gate;
    const body = { ...(await this._report()), clock: new Date(this._now()).toISOString(), pending_count: journal.waiting, software: this._software };
    const { profile_version: version } = await api.post("heartbeats", body, { timeout });
    if (version === settings.profile.version) return;
    const profile = await api.get("profile");
    this._told("profile", profile);
    this._due.lists = 0;
    for (const date of settings.dates) this.gate.lists.forget(date.id);
  }

  async _send() {
    const { api, journal, lists } = this.gate;
    if (!journal.waiting) return;
    const told = await journal.send((body) => api.post("uploads", body, { timeout: LIST_TIMEOUT_MS }), this._now);
    const history = new Map(journal.history().map((one) => [one.scan, one]));
    for (const { record, conflict, found, refused } of told) {
      if (record?.key && record.told === PASSED[record.direction]) lists.reached(record.performance, record.key, this._now());
      const shown = history.get(record?.scan);
      if (shown) await journal.note({ ...shown, sent: true, conflict, found, dropped: refused });
    }
    this._told("waiting", journal.waiting);
    const conflicts = told.filter((one) => one.conflict).length;
    if (conflicts) this._told("conflicts", (this.conflicts += conflicts));
    const dropped = told.filter((one) => one.refused).length;
    if (dropped) this._told("dropped", dropped);
  }

  async _lists() {
    const { settings, lists } = this.gate;
    for (const date of settings.dates) {
      if (!lists.date(date.id)) await this._list(date.id, "revocations");
      await this._list(date.id, "tickets");
    }
    this._told("lists", lists.count);
  }

  async _list(performance, what) {
    const { api, lists } = this.gate, asked = this._now(), had = lists.date(performance);
    const since = what === "tickets" && had?.list ? `?since=${had.version}` : "";
    const told = await api.get(`performances/${performance}/${what}${since}`, { timeout: LIST_TIMEOUT_MS });
    const rows = lists.apply(told, asked);
    if (what !== "tickets") return;
    const { rows: _, ...head } = lists.date(performance);
    await this.store.keepList(head, rows, told.whole);
  }

  async _counted() {
    const { api, settings } = this.gate;
    const found = [];
    for (const date of settings.dates) found.push(await api.get(`performances/${date.id}/counts`));
    this.counts = found;
    this._told("counts", found);
  }
}
