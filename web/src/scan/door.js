// The door: what is scanned by a camera, a reader that types, or by hand, and the verdict over all of it.
import { Camera } from "./camera.js";
import { toneOf } from "./doors.js";
import { button, h, icon } from "./dom.js";
import { Laser, PROFILES, Repeats } from "./lasers.js";
import { sources } from "./login.js";
import { Sheets } from "./sheets.js";
import { Signals } from "./signals.js";
import { verdictShown } from "./verdicts.js";
import { number, t } from "./words.js";

const CLEARED_MS = { yes: 5000 };
const FOCUS_EVERY_MS = 700, IDLE_LOOK_MS = 40;

export class Door {
  // `app`: {gate, sync, profile, settings, save, leave, choose, languages}.
  constructor({ screen, app }) {
    Object.assign(this, { screen, app, _shown: null, _cancelling: false, _timers: [] });
    this._signals = new Signals(app.settings);
    this._laser = new Laser(this._reader());
    this._typed = new Repeats();
    this._seen = new Repeats();
    this._sheets = new Sheets({ door: this, app });
  }

  get may() {
    return new Set(this.app.profile.rights);
  }

  show() {
    const { gate, profile } = this.app, names = gate.settings.dates.map((date) => date.event_name);
    this._video = h("video", { class: "sight", playsinline: true, muted: true, hidden: true, "aria-label": t("What the camera sees") });
    this._camera = new Camera({ video: this._video, ...sources(), read: (text) => this._sighted(text) });
    this._state = h("p", { class: "state", role: "status" });
    this._counts = h("p", { class: "counts", "aria-label": t("Counts") });
    this._notes = h("p", { class: "note", role: "status", hidden: true });
    this._ready = h("div", { class: "ready" }, icon("scan"), h("p", {}, t("Ready: scan a ticket")), h("p", { class: "quiet" }, t("With the camera, a reader, or by hand.")));
    this._over = h("div", { class: "over" });
    this._keys = h("input", { class: "keys", inputmode: "none", autocomplete: "off", autocorrect: "off", spellcheck: "false", tabindex: "-1", "aria-label": t("Codes from a reader") });
    this.screen.replaceChildren(
      h("div", { class: "door" },
        h("header", { class: "bar" }, h("h1", {}, profile.gate), h("p", { class: "quiet events" }, [...new Set(names)].join(", ")), this._state, this._counts),
        this._notes,
        h("section", { class: "stage", "aria-label": t("Verdict") }, this._video, this._ready, this._over),
        h("footer", { class: "tools" }, profile.mode !== "once" && this._directions(), this._cancelBar(), h("nav", { "aria-label": t("Tools") }, this._tools())),
        this._keys, this._sheets.element),
    );
    this._listen();
    this.changed();
    if (this.app.settings.camera !== "off" && this.app.settings.camera) this._lookWith(this.app.settings.camera === "any" ? null : this.app.settings.camera);
  }

  close() {
    this._camera.stop();
    for (const timer of this._timers) clearInterval(timer);
    this._stop?.abort();
  }

  // What the device knows has changed: the network, what waits, the counts.
  changed() {
    const { gate, sync } = this.app, waiting = gate.journal.waiting;
    const said = [gate.online ? t("Online") : t("Offline"), waiting > 0 && t("{count} to send", { count: number(waiting) })].filter(Boolean).join(" · ");
    this._state.className = `state ${gate.online ? "online" : "offline"}`;
    if (this._state.textContent !== said) this._state.replaceChildren(icon(gate.online ? "wifi" : "wifi-off"), said);
    const inside = sum(sync.counts, "inside"), came = sum(sync.counts, "came"), expected = sum(sync.counts, "expected");
    const here = sync.counts.flatMap((one) => one.gates).filter((one) => one.gate === this.app.profile.gate);
    this._counts.textContent = sync.counts.length
      ? t("Inside {inside} · came {came} of {expected} · this gate {here}", { inside: number(inside), came: number(came), expected: number(expected), here: number(sum(here, "entered")) })
      : t("Counts come with the network.");
    this._sheets.changed();
  }

  note(text, act = null) {
    this._notes.replaceChildren(icon("info-circle"), h("span", {}, text), act ?? "");
    this._notes.hidden = !text;
  }

  // Scan what was typed, read or seen.
  async scan(asked) {
    this._signals.wake();
    if (this._cancelling && asked.code && !asked.despite) return this._sheets.confirmCancel(asked.code);
    const shown = await this.app.gate.scan(asked).catch((error) => this._unkept(error));
    if (shown?.status === 401) return this.app.ended();
    if (shown) this.tell(shown);
    this.app.sync.step();
    return shown;
  }

  // What cannot be written down is not told: nobody is let in by it.
  _unkept(error) {
    console.error(error);
    this.clear();
    this._signals.tell("no");
    this.note(t("This scan could not be kept on this device, so it lets nobody in. Free some space on it, or go online."));
    return null;
  }

  tell(shown) {
    clearTimeout(this._clearing);
    this._shown = shown;
    const tone = toneOf(shown.verdict);
    this._signals.tell(tone);
    const acts = { admit: (one) => this._sheets.admit(one), undo: (one) => this._sheets.undo(one), next: () => this.clear() };
    this._over.replaceChildren(verdictShown(shown, { may: this.may, online: this.app.gate.online, acts }));
    this._ready.hidden = true;
    this.changed();
    if (CLEARED_MS[tone]) this._clearing = setTimeout(() => this.clear(), CLEARED_MS[tone]);
  }

  clear() {
    clearTimeout(this._clearing);
    this._over.replaceChildren();
    this._ready.hidden = this._camera.on;
    this.focus();
  }

  focus() {
    if (!this._sheets.open) this._keys.focus({ preventScroll: true });
  }

  cancelling(on) {
    this._cancelling = on;
    this._bar.hidden = !on;
    this.clear();
  }

  readerChanged() {
    this._laser = new Laser(this._reader());
  }

  get camera() {
    return this._camera;
  }

  async lookWith(id) {
    await this._lookWith(id);
  }

  _reader() {
    const { reader = "keyboard", prefix = "", suffix = "" } = this.app.settings;
    return { ...(PROFILES[reader] ?? PROFILES.keyboard), prefix, suffix };
  }

  _tools() {
    this._cameraButton = button({ class: "tool", "aria-pressed": "false" }, () => this._toggleCamera(), icon("camera"), t("Camera"));
    this._light = button({ class: "tool", "aria-pressed": "false", hidden: true }, () => this._shine(), icon("bolt"), t("Light"));
    const tool = (name, sign, label) => button({ class: "tool", "data-tool": name }, () => this._sheets.show(name), icon(sign), label);
    return [
      Camera.possible && this._cameraButton, this._light, tool("type", "keyboard", t("Type")),
      this.may.has("search") && tool("search", "search", t("Find")), tool("history", "history", t("Last scans")), tool("more", "dots", t("More")),
    ];
  }

  _directions() {
    const make = (direction, sign, label) => h("button", {
      type: "button", class: `way ${direction}`, "data-way": direction, "aria-pressed": String(this.app.gate.direction === direction),
      onclick: () => this._turn(direction),
    }, icon(sign), label);
    this._ways = h("div", { class: "ways", role: "group", "aria-label": t("Which way people go") }, make("in", "door-enter", t("In")), make("out", "door-exit", t("Out")));
    return this._ways;
  }

  _turn(direction) {
    this.app.gate.direction = direction;
    for (const one of this._ways.children) one.setAttribute("aria-pressed", String(one.dataset.way === direction));
    this.clear();
  }

  _cancelBar() {
    this._bar = h("p", { class: "cancelling", hidden: true }, icon("alert-triangle"), h("b", {}, t("Each ticket scanned now is cancelled and its place put back on sale.")), button({}, () => this.cancelling(false), t("Stop cancelling")));
    return this._bar;
  }

  async _toggleCamera() {
    this._signals.wake();
    if (!this._camera.on) return this._lookWith(null);
    this._camera.stop();
    this._sightChanged();
    await this.app.save({ camera: "off" });
  }

  async _lookWith(id) {
    try {
      await this._camera.start(id);
      this.note("");
      await this.app.save({ camera: id ?? "any" });
    } catch (error) {
      this._camera.stop();
      this.note(error?.name === "NotAllowedError" ? t("The camera may not be used here: allow it in the browser's settings for this page.") : t("No camera works here. A reader or typing does."));
    }
    this._sightChanged();
  }

  async _shine() {
    const on = this._light.getAttribute("aria-pressed") !== "true";
    await this._camera.shine(on).catch(() => {});
    this._light.setAttribute("aria-pressed", String(on));
  }

  _sightChanged() {
    const { on } = this._camera;
    this._video.hidden = !on;
    this._ready.hidden = on || this._over.hasChildNodes();
    this._cameraButton.setAttribute("aria-pressed", String(on));
    this._light.hidden = !this._camera.canShine;
    this._light.setAttribute("aria-pressed", "false");
  }

  // A code stays in sight for many pictures: it is one scan until it was gone for a second.
  _sighted(text) {
    if (this._sheets.open || this._seen.again(text, performance.now(), true)) return;
    this.scan({ code: text });
  }

  _read(code) {
    if (code && !this._typed.again(code, performance.now())) this.scan({ code });
  }

  _listen() {
    this._stop = new AbortController();
    const { signal } = this._stop, on = (target, name, act) => target.addEventListener(name, act, { signal });
    on(document, "keydown", (event) => this._key(event));
    on(this._keys, "input", () => {
      const text = this._keys.value;
      this._keys.value = "";
      this._read(this._laser.text(text, performance.now()));
    });
    // Who touches a button goes on scanning; who went to it with the keyboard stays there.
    on(document, "pointerup", () => {
      this._signals.wake();
      setTimeout(() => this.focus(), 0);
    });
    this._timers.push(setInterval(() => this._refocus(), FOCUS_EVERY_MS));
    this._timers.push(setInterval(() => this._read(this._laser.idle(performance.now())), IDLE_LOOK_MS));
    this.focus();
  }

  // Readers type wherever the focus is: keystrokes outside of fields are theirs. Those of buttons stay what they are.
  _key(event) {
    if (this._sheets.open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this._laser.begun && (event.key === "Tab" || event.key === " ")) return;
    if (!this._laser.begun && event.key === "Enter" && event.target !== this._keys) return;
    if (event.key.length !== 1 && !["Enter", "Tab"].includes(event.key)) return;
    event.preventDefault();
    this._read(this._laser.key(event.key, performance.now()));
  }

  // The field for readers has the focus unless somebody went to something else with the keyboard.
  _refocus() {
    const at = document.activeElement;
    if (!this._sheets.open && (!at || at === document.body)) this._keys.focus({ preventScroll: true });
  }
}

function sum(counts, name) {
  return counts.reduce((total, one) => total + one[name], 0);
}
