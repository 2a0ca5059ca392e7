// The web scanner: logs in, lets choose what is scanned, and stands at the door. What it keeps lies in IndexedDB, so that it
// opens and goes on without a network.
import { Api, Lost, Refused } from "./scan/api.js";
import { Choose } from "./scan/choose.js";
import { Door } from "./scan/door.js";
import { button, h, icon } from "./scan/dom.js";
import { Gate } from "./scan/gate.js";
import { Journal } from "./scan/journal.js";
import { Lists } from "./scan/lists.js";
import { Login, codeIn } from "./scan/login.js";
import { refusalOf } from "./scan/said.js";
import { verifier } from "./scan/signatures.js";
import { Awake } from "./scan/signals.js";
import { openStore } from "./scan/store.js";
import { Sync } from "./scan/sync.js";
import { best, language, speak, t } from "./scan/words.js";

const STEP_MS = 2000, START_TIMEOUT_MS = 3000;
const OWN_NAMES = { en: "English", fr: "Français" };

class App {
  constructor(document) {
    Object.assign(this, { screen: document.getElementById("screen"), version: document.body.dataset.version, door: null, update: null });
    this._words = JSON.parse(document.getElementById("words").textContent);
    this._awake = new Awake(document);
  }

  async start() {
    this.store = await openStore();
    this.settings = (await this.store.get("preferences")) ?? {};
    this._speak();
    this.verify = await verifier();
    navigator.storage?.persist?.().catch(() => {});
    const device = await this.store.get("device"), code = codeIn(location.hash);
    history.replaceState(null, "", "/scan");
    if (code && device && !(await this._replaces(device))) return this._enter(device);
    if (device && !code) return this._enter(device);
    return this.login(code ?? "");
  }

  _speak() {
    speak(best(this.settings.language, navigator.languages ?? [navigator.language], Object.keys(this._words)), this._words);
    document.documentElement.lang = language();
    document.title = `${t("Scanner")} · Placeur`;
  }

  save = async (change) => {
    Object.assign(this.settings, change);
    await this.store.set("preferences", this.settings);
  };

  // The languages there are; `again` draws what is shown anew.
  languages(again) {
    const choose = async (tag) => {
      await this.save({ language: tag });
      this._speak();
      if (this.gate) this.gate.api.language = tag;
      again();
    };
    return h("div", { class: "languages", role: "group", "aria-label": t("Language") }, icon("language"),
      Object.keys(this._words).map((tag) => h("button", { type: "button", lang: tag, "aria-pressed": String(tag === language()), onclick: () => choose(tag) }, OWN_NAMES[tag] ?? tag)));
  }

  // A code was opened on a device that scans already: which of the two?
  _replaces(device) {
    return new Promise((resolve) => {
      this.screen.replaceChildren(h("div", { class: "page" }, h("h1", {}, t("Log in anew?")),
        h("p", {}, t("This device scans for the profile {name}. The code that you opened would log it in anew.", { name: device.profile.name })),
        h("div", { class: "actions" }, button({ class: "primary large" }, () => resolve(true), t("Log in with the code")), button({ class: "large" }, () => resolve(false), t("Stay with {name}", { name: device.profile.name })))));
    });
  }

  async login(code = "", notice = null) {
    this._awake.want(false);
    const kept = await this.store.all("pending");
    const name = this.settings.name ?? `${t("Scanner")} ${Math.floor(10 + Math.random() * 90)}`;
    const login = new Login({
      screen: this.screen, software: `Placeur web ${this.version}`, name, notice, waiting: kept.length,
      languages: this.languages(() => (login.close(), this.login("", notice))),
      done: (made, called) => this._enrolled(made, called),
    });
    login.show(code);
  }

  async _enrolled(made, name) {
    await this.save({ name });
    await this.store.forget();
    await this.store.set("preferences", this.settings);
    const profile = await new Api({ token: made.token, language: language() }).get("profile");
    const device = { token: made.token, profile, chosen: null, dates: [] };
    await this.store.set("device", device);
    await this._enter(device);
  }

  // Go on as a device: with the server's word if it gives it soon, else as it was kept.
  async _enter(device) {
    this.device = device;
    this.api = new Api({ token: device.token, language: language() });
    this._online = true;
    let problem = null;
    try {
      this.device.profile = await this.api.get("profile", { timeout: START_TIMEOUT_MS });
      this.device.dates = await this.api.get("performances", { timeout: START_TIMEOUT_MS });
      await this.store.set("device", this.device);
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return this.ended();
      this._online = !(error instanceof Lost);
      problem = this.device.dates.length ? null : refusalOf(error);
    }
    const now = Date.now(), { chosen, dates } = this.device;
    const going = chosen?.dates.some((id) => dates.some((date) => date.id === id && Date.parse(date.ends_at) > now));
    if (going && !problem) return this._open(chosen);
    this._choosing(problem);
  }

  choose() {
    this._closeDoor();
    return this._enter({ ...this.device, chosen: null });
  }

  get profile() {
    return this.device.profile;
  }

  _choosing(problem = null) {
    const { profile, dates, chosen } = this.device;
    new Choose({
      screen: this.screen, profile, dates, chosen, problem, languages: this.languages(() => this._choosing(problem)),
      leave: () => this.leave(), again: () => this._enter({ ...this.device, chosen: null }),
      done: async (picked) => {
        this.device.chosen = picked;
        await this.store.set("device", this.device);
        await this._open(picked);
      },
    }).show();
  }

  async _open(chosen) {
    const { profile, dates } = this.device;
    const journal = new Journal(this.store, profile.organisation);
    await journal.open();
    const lists = await this._kept(journal, chosen.dates);
    const settings = {
      profile, keys: keysOf(profile), known: dates, dates: dates.filter((date) => chosen.dates.includes(date.id)),
      zones: chosen.zones && new Set(chosen.zones),
    };
    this.gate = new Gate({ api: this.api, lists, journal, verify: this.verify, settings });
    this.gate.online = this._online;
    this.sync = new Sync({ gate: this.gate, store: this.store, report, software: `Placeur web ${this.version}`, told: (what, value) => this._told(what, value) });
    this.door = new Door({ screen: this.screen, app: this });
    this.door.show();
    this._awake.want(true);
    if (this.update) this._offer();
    this._stepping = setInterval(() => this._step(), STEP_MS);
    this._step();
  }

  // Lists as they were kept, with what this device let through since.
  async _kept(journal, ids) {
    const lists = new Lists();
    for (const head of await this.store.all("heads")) {
      if (!ids.includes(head.performance)) await this.store.dropList(head.performance);
      else lists.restore(head, await this.store.rowsOf(head.performance));
    }
    lists.replay(journal.pending(), journal.history());
    return lists;
  }

  // What the browser noticed of the network; whether the server answers is another question, and asked at once.
  network(there) {
    if (!this.door) return;
    if (!there) this.gate.online = false;
    this.door.changed();
    if (there) this.sync.step(true).catch(() => {}).finally(() => this.door?.changed());
  }

  _step() {
    this.sync.step().catch((error) => console.error(error)).finally(() => this.door?.changed());
  }

  async _told(what, value) {
    if (what === "ended") return this.ended();
    if (what === "profile") {
      this.device.profile = this.gate.settings.profile = value;
      this.gate.settings.keys = keysOf(value);
      await this.store.set("device", this.device);
      this.door?.note(t("The organiser changed this profile: you go on with what it says now."));
    }
    if (what === "refused") this.door?.note(refusalOf(value));
    if (what === "conflicts") this.door?.note(t("Conflicts of scans made offline: {count}. See More.", { count: value }));
    if (what === "dropped") this.door?.note(t("Scans that the server did not take: {count}. See Last scans.", { count: value }));
    this.door?.changed();
  }

  _closeDoor() {
    clearInterval(this._stepping);
    this.door?.close();
    this.door = null;
    this._awake.want(false);
  }

  // The organiser has ended this device.
  async ended() {
    if (!this.device) return;
    this.device = null;
    this._closeDoor();
    await this.store.forget();
    await this.store.set("preferences", this.settings);
    await this.login("", t("This scanner was logged out by the organiser. Ask for a new code."));
  }

  async leave() {
    await this.sync?.step().catch(() => {});
    await this.api.delete("device").catch(() => {});
    this._closeDoor();
    this.device = null;
    await this.store.forget();
    await this.store.set("preferences", this.settings);
    await this.login();
  }

  // A new version of the shell waits: taken at once where nobody scans, offered at the door.
  renew(waiting) {
    this.update = waiting;
    if (this.door) this._offer();
    else waiting.postMessage("take-over");
  }

  _offer() {
    this.door.note(t("A new version of the scanner is there."), button({}, () => this.update.postMessage("take-over"), t("Use it now")));
  }
}

function keysOf(profile) {
  return new Map(profile.keys.map((one) => [one.id, Uint8Array.from(atob(one.public_key), (sign) => sign.charCodeAt(0))]));
}

// What the device knows of itself.
async function report() {
  const battery = await navigator.getBattery?.().catch(() => null);
  const network = navigator.connection?.type ?? navigator.connection?.effectiveType ?? "";
  return battery ? { battery: Math.round(battery.level * 100), charging: battery.charging, network } : { network };
}

async function keepShell(app) {
  if (!navigator.serviceWorker) return;
  const had = Boolean(navigator.serviceWorker.controller);
  let renewed = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (had && !renewed) location.reload();
    renewed = true;
  });
  const kept = await navigator.serviceWorker.register("/scan/worker.js", { scope: "/scan", updateViaCache: "none" });
  const watch = () => kept.waiting && had && app.renew(kept.waiting);
  kept.addEventListener("updatefound", () => kept.installing?.addEventListener("statechange", watch));
  watch();
}

const app = new App(document);
addEventListener("offline", () => app.network(false));
addEventListener("online", () => app.network(true));
addEventListener("hashchange", () => codeIn(location.hash) && location.reload());
app.start().catch((error) => {
  console.error(error);
  app.screen.replaceChildren(h("div", { class: "page" }, h("p", { class: "problem", role: "alert" }, t("The scanner cannot keep anything in this browser. Leave private browsing, or use another browser."))));
});
keepShell(app).catch(() => {});
