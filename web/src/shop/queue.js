// The waiting room: takes the visitor's number, and then asks for the serving number when it was told to, a little
// earlier or later than others, and works out the rest by itself. What changed is said politely, and seldom. Without
// this a form takes the number, and the page comes again by itself every half minute.
import { countdown } from "./clock.js";
import { asked } from "./request.js";
import { isPromised, rank } from "./shuffle.js";
import { fromHex, sha256 } from "./sha256.js";

const SECOND = 1000;
const JITTER = 0.25;
const SAID_EVERY_MS = 60 * SECOND;
const SHOWN_AGAIN_MS = 5 * 60 * SECOND;
const AWAY_S = 10;
const PAUSE_S_MAX = 60, PAUSE_SHARE = 0.1;
const RELOAD_S = 2;
const TRIES_A_SLICE = 4000;

export function queue(document) {
  const form = document.querySelector("form[data-puzzle]");
  if (form) challenged(form);
  for (const element of document.querySelectorAll("[data-opens-in]")) opening(element);
  const page = document.querySelector("[data-queue]");
  if (page?.dataset.ordinal) new Waiting(document, page).start();
  else if (page) taking(document, page, page.querySelector("form[data-taking]"));
}

// Takes the number where the visitor has none: what the page shows then is there already, hidden.
function taking(document, page, form) {
  const button = form.querySelector("button"), refused = form.querySelector("[data-part=refused]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    refused.hidden = true;
    const given = await number(document, form).catch(() => null);
    button.disabled = false;
    if (given?.ordinal !== undefined) return shown(document, page, given);
    if (given?.problem.code === "waiting-room-closed") return document.location.reload();
    if (given?.problem.detail) refused.textContent = given.problem.detail;
    refused.hidden = false;
  });
}

// The number, after what the room asks of a browser first; or {problem}.
async function number(document, form) {
  const body = { party: Number(form.elements.party.value) };
  const given = await asked(document, form.dataset.taking, body);
  if (!given.puzzle) return given;
  const busy = form.querySelector("[data-part=busy]");
  busy.hidden = false;
  const answer = await solved(given.puzzle, given.bits);
  busy.hidden = true;
  return asked(document, form.dataset.taking, { ...body, puzzle: given.puzzle, answer });
}

function shown(document, page, given) {
  const { dataset } = page, part = (name) => page.querySelector(`[data-part=${name}]`);
  Object.assign(dataset, { ordinal: given.ordinal, rank: given.rank ?? "", state: given.told.state, poll: given.told.next_poll_s });
  part("outside").hidden = true;
  part("place").hidden = false;
  part("early").hidden = given.rank !== null;
  part("waiting").hidden = given.rank === null;
  const waiting = new Waiting(document, page);
  part("party").textContent = waiting.counted("party", given.party);
  page.querySelector("[data-part=place] section:not([hidden]) h1").focus();
  waiting.start(given.told);
}

// Minutes in the steps that are told; null while nobody is called.
export function minutesFor(ahead, perMinute, steps) {
  if (!perMinute) return null;
  return steps.find((step) => ahead / perMinute <= step) ?? steps.at(-1);
}

// Seconds until one asks again: whose turn is far asks more seldom than everybody is told to.
export function pauseFor(ahead, told) {
  const left = told.per_minute ? (60 * ahead) / told.per_minute : 0;
  return Math.max(told.next_poll_s, Math.min(PAUSE_S_MAX, left * PAUSE_SHARE));
}

// How many stand before a rank, about: ranks are given out in blocks, and not all of them to somebody.
export function aheadOf(rank, told) {
  if (rank < told.serving) return 0;
  const between = Math.max(told.last - 1, rank) - told.serving;
  const taken = between ? Math.min(1, Math.max(0, told.waiting - 1) / between) : 1;
  return Math.round((rank - told.serving) * taken);
}

class Waiting {
  constructor(document, page) {
    Object.assign(this, { document, page, words: JSON.parse(page.dataset.words), ordinal: Number(page.dataset.ordinal) });
    this.rank = page.dataset.rank === "" ? null : Number(page.dataset.rank);
    this.was = page.dataset.state;
    this.steps = Object.keys(this.words.minutes).map(Number).sort((one, other) => one - other);
    this.said = { text: "", at: 0 };
    this.numbers = new Intl.NumberFormat(document.documentElement.lang);
  }

  // `told`: what the serving number says, where that is known already.
  start(told = null) {
    const reload = this._part("reload");
    if (reload) reload.hidden = true;
    if (told && this._shown(told)) return;
    this._later(Number(this.page.dataset.poll));
    setInterval(() => fetch(this.document.location.href).catch(() => null), SHOWN_AGAIN_MS * (1 + Math.random()));
  }

  _later(seconds) {
    setTimeout(() => this._ask(), seconds * SECOND * (1 - JITTER + 2 * JITTER * Math.random()));
  }

  async _ask() {
    let told = null;
    try {
      const answer = await fetch(this.page.dataset.serving);
      if (answer.ok) told = await answer.json();
    } catch { /* away: asked again */ }
    this._part("away").hidden = told !== null;
    if (told && this._shown(told)) return;
    this._later(told ? pauseFor(this.rank === null ? 0 : aheadOf(this.rank, told), told) : AWAY_S);
  }

  // Shows what is told; true when the page is loaded anew for it.
  _shown(told) {
    if (told.seed && this.rank === null) {
      if (!isPromised(told.seed, this.page.dataset.hash)) return this._reload();
      this.rank = rank(fromHex(told.seed), this.ordinal, told.shuffled);
      this._part("early").hidden = true;
      this._part("waiting").hidden = false;
    }
    if (told.state === "closed" || (this.rank !== null && this.rank < told.serving)) return this._reload();
    this._part("paused").hidden = told.state !== "paused";
    this._part("gone").hidden = told.places_left !== 0 || told.state === "announced";
    if (this.rank !== null) this._place(told);
    this._left(told);
    return false;
  }

  _place(told) {
    const ahead = aheadOf(this.rank, told);
    const minutes = told.state === "open" ? minutesFor(ahead, told.per_minute, this.steps) : null;
    const place = this.counted("ahead", ahead), wait = minutes === null ? this.words.unknown : this.words.minutes[minutes];
    this._part("ahead").textContent = place;
    this._part("minutes").textContent = wait;
    this._say(`${place} ${wait}`, wait);
  }

  _left({ places_left: left }) {
    const element = this._part("left");
    element.hidden = !left;
    if (left) element.textContent = this.counted(left < 20 ? "left" : "more", left);
  }

  counted(name, count) {
    const [none, one, many] = this.words[name];
    return (count === 0 ? none : count === 1 ? one : many).replace("{count}", this.numbers.format(count));
  }

  // To a screen reader: when the estimate has changed, once a minute at most.
  _say(text, key) {
    if (key === this.said.text || Date.now() - this.said.at < SAID_EVERY_MS) return;
    this.said = { text: key, at: Date.now() };
    this._part("said").textContent = text;
  }

  _reload() {
    setTimeout(() => this.document.location.reload(), Math.random() * RELOAD_S * SECOND);
    return true;
  }

  _part(name) {
    return this.page.querySelector(`[data-part=${name}]`);
  }
}

// Counts down to the opening: days and hours in words are on the page already.
function opening(element) {
  const seconds = Number(element.dataset.opensIn);
  if (seconds > 86_400) return;
  element.hidden = false;
  countdown(seconds, (left) => {
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(left / 3600);
    element.textContent = `${hours ? `${hours}:` : ""}${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  });
}

// Solves what the form asks before it is sent, in slices that leave the page alive.
function challenged(form) {
  const field = form.elements.answer, button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    if (field.value) return;
    event.preventDefault();
    button.disabled = true;
    form.querySelector("[data-part=busy]").hidden = false;
    field.value = await solved(form.dataset.puzzle, Number(form.dataset.bits));
    form.submit();
  });
}

export async function solved(puzzle, bits) {
  const text = new TextEncoder();
  for (let n = 0; ; n++) {
    const digest = sha256(text.encode(`${puzzle}.${n}`));
    if (zeros(digest) >= bits) return String(n);
    if (n % TRIES_A_SLICE === 0) await new Promise((resume) => setTimeout(resume));
  }
}

function zeros(digest) {
  const first = digest.findIndex((byte) => byte);
  return first < 0 ? 256 : first * 8 + Math.clz32(digest[first]) - 24;
}
