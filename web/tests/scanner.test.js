import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { Lost, Refused, uuid } from "../src/scan/api.js";
import { grouped, zonesOf } from "../src/scan/choose.js";
import { canonical, decode, read } from "../src/scan/codes.js";
import { Gate } from "../src/scan/gate.js";
import { Journal } from "../src/scan/journal.js";
import { Laser, PROFILES, Repeats } from "../src/scan/lasers.js";
import { Lists } from "../src/scan/lists.js";
import { codeIn } from "../src/scan/login.js";
import { verifier } from "../src/scan/signatures.js";
import { Sync } from "../src/scan/sync.js";
import { best, speak, t } from "../src/scan/words.js";
import { memory } from "./scan_store.mjs";

const CODE = "PLCEDQEAAB4JAAAAAAFIAUMFJ62PUQB4IFK2EDOJLJIKSSMV2PDKGD2P5X33J4BPYEGUIKB77MJZAJJ34CTNRN7DVTM66XUKK6L3WGSH5AHTULENBDDCZTXJIA";
const KEY = Uint8Array.from(Buffer.from("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8", "hex"));
const KEYS = new Map([[7, KEY]]);
const DATE = { id: "d1", number: 42, event_name: "The Seagull", starts_at: "2026-12-01T19:00:00Z", ends_at: "2026-12-01T22:00:00Z", time_zone: "Europe/Zurich" };
const NOW = Date.parse("2026-12-01T18:30:00Z");

const typed = (laser, text, at = 0) => [...text].map((sign, n) => laser.key(sign, at + n)).concat(laser.key("Enter", at + text.length)).filter(Boolean);

test("the example of the documentation is read as it says", async () => {
  const { kind, generation, serial, pool, key } = read(CODE);
  assert.deepEqual({ kind, generation, serial, pool, key }, { kind: 1, generation: 2, serial: 123456, pool: 42, key: 7 });
  const lost = { generateKey: () => Promise.reject(new Error("not known")) };
  for (const verify of [await verifier(), await verifier(lost)]) {
    assert.equal((await decode(`  ${CODE.toLowerCase()}\n`, KEYS, verify)).serial, 123456);
    assert.equal(await decode(CODE.slice(0, -2) + "AA", KEYS, verify), "forged");
    assert.equal(await decode(CODE, new Map(), verify), "forged");
    assert.equal(await decode("https://example.org", KEYS, verify), "unknown");
    assert.equal(await decode(CODE.slice(0, -1), KEYS, verify), "unknown");
  }
  assert.equal(await verifier(null), null);
});

test("a reader's keystrokes are a code once they end", () => {
  assert.deepEqual(typed(new Laser(), CODE), [CODE]);
  assert.deepEqual(typed(new Laser(), CODE.toLowerCase()), [CODE]);
  const laser = new Laser();
  assert.deepEqual([laser.key("Shift", 0), laser.key("Enter", 1), laser.key("Tab", 2)], [null, null, null]);
  typed(laser, "left over", 0);
  "abc".split("").forEach((sign) => laser.key(sign, 10));
  assert.deepEqual(typed(laser, "9876", 60_000), ["9876"], "what was begun long ago is not the beginning of a code");
  assert.deepEqual(typed(new Laser(), `]Q1${CODE}`), [CODE], "readers may name the kind of code before it");
});

test("a reader's own prefix and suffix are taken off, and text that comes at once is read", () => {
  const zebra = new Laser({ ...PROFILES.zebra, prefix: "<<", suffix: "#" });
  assert.deepEqual(typed(zebra, `<<${CODE}#`), [CODE]);
  assert.equal(zebra.text(`<<${CODE}#\r\n`, 0), CODE);
  assert.equal(zebra.text("12", 10), null);
  assert.equal(zebra.text("34\t", 20), "1234");
});

test("a Bluebird that ends its codes by nothing is understood by length and by silence", () => {
  const bluebird = new Laser(PROFILES.bluebird);
  assert.equal(bluebird.text(CODE, 0), CODE);
  assert.equal(bluebird.text("12345678", 100), null);
  assert.equal(bluebird.idle(150), null);
  assert.equal(bluebird.idle(100 + PROFILES.bluebird.idle_ms), "12345678");
  assert.equal(new Laser().idle(10_000), null);
});

test("the same code within a second is one scan, and in sight it is one for as long", () => {
  const laser = new Repeats();
  assert.deepEqual([0, 400, 900, 1100].map((at) => laser.again("A", at)), [false, true, true, false]);
  assert.equal(laser.again("B", 1200), false);
  const camera = new Repeats();
  assert.deepEqual([0, 800, 1600, 2400, 3500].map((at) => camera.again("A", at, true)), [false, true, true, true, false]);
});

test("codes of gates are found in what a picture says", () => {
  assert.equal(codeIn("https://tickets.example/scan#ABCD2345"), "ABCD2345");
  assert.equal(codeIn("#abcd-2345"), "abcd-2345");
  for (const text of ["", "#", CODE, "https://example.org/"]) assert.equal(codeIn(text), null);
});

test("the screen speaks the language that was chosen, or the browser's", () => {
  assert.equal(best("fr", ["en-GB"], ["en", "fr"]), "fr");
  assert.equal(best(undefined, ["de-CH", "fr-CH"], ["en", "fr"]), "fr");
  assert.equal(best(undefined, ["de"], ["en", "fr"]), "en");
  speak("fr", { fr: { "Gate {gate}": "Porte {gate}" } });
  assert.equal(t("Gate {gate}", { gate: "{gate}" }), "Porte {gate}");
  speak("en", {});
});

test("dates are looked through with today's first, by the day where they are", () => {
  const date = (id, starts_at, hours = 3) => ({ id, starts_at, doors_at: starts_at, ends_at: new Date(Date.parse(starts_at) + hours * 3_600_000).toISOString(), time_zone: "Asia/Tokyo", zones: [{ id: "a", name: "A" }, { id: id, name: id }] });
  const dates = [date("yesterday", "2026-11-30T09:00:00Z"), date("all night", "2026-11-30T14:00:00Z", 12), date("tonight", "2026-12-01T10:00:00Z"), date("tomorrow", "2026-12-01T15:30:00Z")];
  const told = grouped(dates, Date.parse("2026-12-01T01:00:00Z"));
  assert.deepEqual(told.map(([title, some]) => [title, some.map((one) => one.id)]), [["Today", ["all night", "tonight"]], ["Later", ["tomorrow"]], ["Just over", ["yesterday"]]]);
  assert.deepEqual(zonesOf(dates.slice(0, 2)).map((zone) => zone.id), ["a", "yesterday", "all night"]);
  assert.deepEqual(grouped([], 0), []);
});

// A server that takes uploads once each, and a door that asks it; `online` says whether it answers.
class World {
  constructor(profile = {}) {
    Object.assign(this, { taken: new Map(), sent: 0, asked: [], answers: true, kept: {}, now: NOW });
    this.profile = { mode: "once", entries_max: null, gate: "North", shown: ["name"], organisation: "o", ...profile };
  }

  async open() {
    this.store = memory(this.kept);
    this.journal = new Journal(this.store, "o");
    await this.journal.open();
    this.lists = new Lists();
    this.lists.apply(list([[1, 123456, 2, 0, 0, 0, 0, "Ada"]]), this.now - 60_000);
    this.lists.replay(this.journal.pending(), this.journal.history());
    const settings = { profile: this.profile, keys: KEYS, dates: [DATE], known: [DATE], zones: null };
    this.gate = new Gate({ api: this, lists: this.lists, journal: this.journal, verify: await verifier(), settings, now: () => this.now });
    return this.gate;
  }

  // The API as the gate sees it.
  async post(path, body, options) {
    this.asked.push({ path, body, options });
    if (!this.answers) throw new Lost("hangs");
    if (path === "admissions") return { verdict: "admitted", let_through: true, repeated: false, despite: null, ticket: null, gates: [] };
    this.sent++;
    const taken = body.scans.map(({ scan, told }) => {
      const repeated = this.taken.has(scan);
      this.taken.set(scan, told);
      return { scan_id: scan, found: told, repeated, conflict: false, refused: null };
    });
    if (this.lostAnswers-- > 0) throw new Lost("the answer was lost");
    return { taken };
  }

  send() {
    return this.journal.send((body) => this.post("uploads", body), () => this.now);
  }
}

function list(tickets, changes = {}) {
  const columns = ["kind", "serial", "generation", "status", "entries", "inside", "zone", "name"];
  return { performance: "d1", number: 42, version: "1", whole: true, mode: "once", entries_max: null, cancelled: false, zones: [{ id: "z", label: "Stalls", admitted: true }], words: [], questions: [], columns, tickets, ...changes };
}

test("a server that hangs is not waited for: the list answers, under the same id", async () => {
  const world = new World(), gate = await world.open();
  world.answers = false;
  const shown = await gate.scan({ code: CODE });
  assert.deepEqual([shown.verdict, shown.offline, shown.through, shown.fields.name], ["admitted", true, true, "Ada"]);
  assert.equal(world.asked[0].options.timeout, 1500);
  assert.equal(world.asked[0].body.scan, shown.scan);
  assert.equal(world.journal.pending()[0].scan, shown.scan);
  const again = await gate.scan({ code: CODE });
  assert.deepEqual([again.verdict, again.just, world.asked.length], ["already_in", 0, 1], "the server is not asked while it is lost");
  world.answers = true;
  await world.send();
  assert.deepEqual([world.journal.waiting, world.taken.get(shown.scan), world.taken.get(again.scan)], [0, "admitted", "already_in"]);
});

test("what the server refuses is told, and is not taken for a lost network", async () => {
  const world = new World(), gate = await world.open();
  world.post = async () => {
    throw new Refused(403, { code: "right-missing" });
  };
  const shown = await gate.scan({ code: CODE, despite: "because" });
  assert.deepEqual([shown.verdict, shown.refusal.code, gate.online, world.journal.waiting], ["refused", "right-missing", true, 0]);
});

test("a supervisor lets in without the network too, and a ticket that was looked up waits for it", async () => {
  const world = new World(), gate = await world.open();
  gate.online = false;
  await gate.scan({ code: CODE });
  const shown = await gate.scan({ code: CODE, despite: "I know her" });
  assert.deepEqual([shown.verdict, shown.despite, shown.through], ["admitted", "already_in", true]);
  assert.deepEqual(world.journal.pending().map((one) => one.told), ["admitted", "admitted"]);
  assert.deepEqual(world.journal.pending().map((one) => one.despite), [null, "I know her"]);
  assert.equal((await gate.scan({ ticket: uuid() })).verdict, "refused");
  assert.equal(world.journal.waiting, 2);
});

test("scans are answered one after the other, in the order they came, and not without end", async () => {
  const world = new World({ mode: "multiple" }), gate = await world.open();
  gate.online = false;
  const told = await Promise.all(Array.from({ length: 30 }, (_, n) => gate.scan({ code: n % 2 ? CODE : "else" })));
  const answered = told.filter(Boolean);
  assert.equal(answered.length, 21, "one at work and twenty in the queue");
  assert.deepEqual(answered.map((one) => one.verdict), answered.map((_, n) => (n % 2 ? "admitted" : "unknown")));
});

// A device that ends at any step of a scan made offline and of its upload: it is begun anew with what it kept, and goes on.
for (const breaks of ["before pending", "after pending", "before history", "after history"]) {
  test(`a scan is never told without being kept: ended ${breaks}`, async () => {
    const world = new World();
    let gate = await world.open();
    gate.online = false;
    world.store.breaks = breaks;
    const shown = await gate.scan({ code: CODE }).catch(() => null);
    gate = await world.open();
    gate.online = false;
    const kept = world.journal.pending().length;
    if (shown) assert.equal(kept, 1, "who was told is in the log");
    assert.equal((await gate.scan({ code: CODE })).verdict, kept ? "already_in" : "admitted", "and is known after the restart");
    await world.send();
    assert.equal([...world.taken.values()].filter((told) => told === "admitted").length, 1);
    assert.equal(world.journal.waiting, 0);
  });
}

for (const [name, fault] of [["the answer is lost", (world) => (world.lostAnswers = 1)], ["the device ends before it forgets", (world) => (world.store.breaks = "before removing pending")]]) {
  test(`what was sent is sent again until the server has named it: ${name}`, async () => {
    const world = new World(), gate = await world.open();
    gate.online = false;
    const shown = await gate.scan({ code: CODE });
    fault(world);
    await assert.rejects(world.send());
    await world.open();
    assert.equal(world.journal.waiting, 1);
    await world.send();
    assert.deepEqual([world.sent, world.taken.size, world.taken.get(shown.scan), world.journal.waiting], [2, 1, "admitted", 0]);
  });
}

test("scans of another organisation's door wait for its own scanner", async () => {
  const world = new World(), gate = await world.open();
  gate.online = false;
  await gate.scan({ code: CODE });
  const other = new Journal(world.store, "another");
  await other.open();
  assert.deepEqual([other.waiting, world.journal.waiting], [0, 1]);
});

test("a list that is older than a scan here does not take it back; a newer one has the last word", async () => {
  const world = new World(), gate = await world.open();
  gate.online = false;
  await gate.scan({ code: CODE });
  world.lists.apply(list([[1, 123456, 2, 0, 0, 0, 0, "Ada"]], { whole: false }), world.now + 1000);
  assert.equal((await gate.scan({ code: CODE })).verdict, "already_in");
  world.now += 60_000;
  world.lists.apply(list([[1, 123456, 2, 0, 0, 0, 0, "Ada"]], { whole: false }), world.now);
  assert.equal((await gate.scan({ code: CODE })).verdict, "admitted", "it was undone elsewhere");
  world.lists.apply({ performance: "d1", version: "9", whole: true, cancelled: false, revoked: [[1, 123456, 3, 0]] }, world.now);
  assert.equal((await gate.scan({ code: CODE })).verdict, "already_in", "revocations do not replace a list");
});

test("without a list a code is good by its signature, unless it was revoked, and once", async () => {
  const world = new World(), gate = await world.open();
  gate.online = false;
  world.lists.forget("d1");
  const shown = await gate.scan({ code: CODE });
  assert.deepEqual([shown.verdict, shown.unlisted], ["admitted", true]);
  assert.equal((await gate.scan({ code: CODE })).verdict, "already_in");
  world.lists.apply({ performance: "d1", version: "9", whole: true, cancelled: false, revoked: [[1, 123456, 3, 0]] }, world.now);
  assert.equal((await gate.scan({ code: CODE })).verdict, "old_code");
});

// A server as `Sync` sees it: what was asked for, in order.
function talking(world, { version = 1, status = 0 } = {}) {
  const asked = [];
  const answers = { heartbeats: { profile_version: version }, profile: { ...world.profile, version }, counts: { inside: 1, gates: [] } };
  const answer = async (path) => {
    asked.push(path.replace(/performances\/d1\//, ""));
    if (status) throw status === 500 ? new Lost("500") : new Refused(status, { code: "not-signed-in" });
    if (path.includes("tickets")) return list([[1, 123456, 2, 0, 1, 1, 0, "Ada"]], { version: "7", whole: !path.includes("since") });
    if (path.includes("revocations")) return { performance: "d1", version: "7", whole: true, cancelled: false, revoked: [] };
    return answers[path.split("/").pop()];
  };
  const post = (path, body) => (path === "uploads" ? (asked.push("uploads"), world.post(path, body)) : answer(path));
  return { asked, api: { get: answer, post } };
}

async function synced(options = {}) {
  const world = new World(), gate = await world.open();
  gate.settings.profile.version = 1;
  gate.online = false;
  await gate.scan({ code: CODE });
  world.lists.forget("d1");
  const { asked, api } = talking(world, options), told = [];
  gate.api = api;
  const store = { keepList: async (head, rows, whole) => told.push(["kept", rows.length, whole]) };
  const sync = new Sync({ gate, store, told: (what) => told.push(what), now: () => world.now });
  await sync.step();
  return { world, gate, sync, asked, told };
}

test("once the server answers, what waits is sent before lists are asked for, and then only what changed", async () => {
  const { world, gate, sync, asked, told } = await synced();
  assert.deepEqual(asked, ["heartbeats", "uploads", "revocations", "tickets", "counts"]);
  assert.deepEqual([gate.online, world.journal.waiting, told.includes("online")], [true, 0, true]);
  assert.deepEqual(told.filter((one) => one[0] === "kept"), [["kept", 1, true]]);
  asked.length = 0;
  await sync.step();
  assert.deepEqual(asked, [], "nothing is due yet");
  world.now += 31_000;
  await sync.step();
  assert.deepEqual(asked, ["tickets?since=7", "counts"]);
});

test("a profile of another version is fetched with its lists; a device that was ended is told so; a silent server is left alone", async () => {
  const changed = await synced({ version: 2 });
  assert.ok(changed.asked.includes("profile") && changed.told.includes("profile"));
  const ended = await synced({ status: 401 });
  assert.deepEqual([ended.told, ended.world.journal.waiting], [["ended"], 1]);
  const silent = await synced({ status: 500 });
  assert.deepEqual([silent.asked, silent.gate.online, silent.world.journal.waiting], [["heartbeats"], false, 1]);
});

// The service worker, with a browser's caches in memory; `answer(name, event)` is what it does at an event.
function serviceWorker(caches, version = "2") {
  const heard = {}, at = new URL("https://tickets.example/scan");
  const open = async (name) => (caches[name] ??= new Map(), {
    addAll: async (requests) => requests.forEach((one) => caches[name].set(new URL(one.url, at).pathname, `${one.url} of ${name}`)),
    match: async (path) => caches[name].get(path),
  });
  const self = { SHELL: ["/scan", "/assets/scan-1.js"], VERSION: version, clients: { claim: async () => {} }, skipped: 0, skipWaiting: () => self.skipped++ };
  self.addEventListener = (name, act) => (heard[name] = act);
  const known = { open, keys: async () => Object.keys(caches), delete: async (name) => delete caches[name] };
  const fetched = async (request) => `fetched ${request.url}`;
  runInNewContext(readFileSync(new URL("../src/scan/worker.js", import.meta.url), "utf8"), {
    self, caches: known, location: at, URL, Promise, fetch: fetched, Request: class { constructor(url) { this.url = url; } },
  });
  const answer = async (name, event = {}) => {
    let told;
    heard[name]({ ...event, waitUntil: (promise) => (told = promise), respondWith: (promise) => (told = promise) });
    return told;
  };
  return { self, answer };
}

test("the shell is kept whole by its version, and an old one goes once the new one has taken over", async () => {
  const caches = { "scan-1": new Map(), others: new Map() }, { self, answer } = serviceWorker(caches);
  await answer("install");
  assert.deepEqual([Object.keys(caches), [...caches["scan-2"].keys()]], [["scan-1", "others", "scan-2"], ["/scan", "/assets/scan-1.js"]]);
  const asked = (url, mode = "cors", method = "GET") => answer("fetch", { request: { url: `https://tickets.example${url}`, mode, method } });
  assert.equal(await asked("/scan?from=home", "navigate"), "/scan of scan-2");
  assert.equal(await asked("/assets/scan-1.js"), "/assets/scan-1.js of scan-2");
  caches["scan-2"].delete("/scan");
  assert.match(await asked("/scan", "navigate"), /^fetched/, "what a browser threw away is asked for again");
  for (const url of ["/api/v1/scan/profile", "/admin", "/scan/worker.js"]) assert.equal(await asked(url), undefined, "the rest is none of its business");
  assert.equal(await asked("/scan", "cors", "POST"), undefined);
  assert.equal(self.skipped, 0, "who scans is not interrupted");
  await answer("message", { data: "take-over" });
  assert.equal(self.skipped, 1);
  await answer("activate");
  assert.deepEqual(Object.keys(caches), ["others", "scan-2"]);
});

test("what is typed is spelt one way", () => {
  assert.equal(canonical(" pl ab\n"), "PL AB");
  assert.equal(canonical("plätze"), "plätze");
});
