// Readers that type like a keyboard: which keystrokes are a code, and where it ends. What a reader puts around a code can
// be set, as its own program sets it.
import { CODE_CHARS, canonical } from "./codes.js";

export const PROFILES = {
  keyboard: { prefix: "", suffix: "", ends: ["Enter", "Tab"], idle_ms: 0 },
  zebra: { prefix: "", suffix: "", ends: ["Enter", "Tab"], idle_ms: 0 },
  bluebird: { prefix: "", suffix: "", ends: ["Enter", "Tab"], idle_ms: 120 },
};
const CHARS_MAX = 1200;
// A person types slower than this: what was begun and left is not the beginning of a code.
const STALE_MS = 3000;

export class Laser {
  constructor(profile = PROFILES.keyboard) {
    this.profile = profile;
    this._text = "";
    this._at = 0;
  }

  get begun() {
    return this._text !== "";
  }

  // Take a keystroke at a moment (ms): the code that it ends, or null.
  key(name, at) {
    if (this.profile.ends.includes(name)) return this.ended();
    if (name.length !== 1) return null;
    return this.text(name, at);
  }

  // Take text that came at once, as some readers paste it; an end within it counts too.
  text(text, at) {
    if (at - this._at > STALE_MS) this._text = "";
    this._at = at;
    this._text = (this._text + text).slice(-CHARS_MAX);
    const end = this._text.search(/[\r\n\t]/);
    if (end >= 0) {
      const code = this._text.slice(0, end);
      this._text = this._text.slice(end + 1).replace(/^[\r\n\t]+/, "");
      return this._stripped(code);
    }
    return this._whole() ? this.ended() : null;
  }

  // Whether nothing came for as long as this reader's codes end by silence.
  idle(at) {
    const { idle_ms: idle } = this.profile;
    return idle && this._text && at - this._at >= idle ? this.ended() : null;
  }

  ended() {
    const text = this._text;
    this._text = "";
    return this._stripped(text);
  }

  // A reader that ends codes by nothing: ours are known by their length, unless something is to come after.
  _whole() {
    const { prefix, suffix } = this.profile;
    const text = canonical(this._text.startsWith(prefix) ? this._text.slice(prefix.length) : this._text);
    return !suffix && this.profile.idle_ms > 0 && text.startsWith("PL") && text.length === CODE_CHARS;
  }

  _stripped(text) {
    const { prefix, suffix } = this.profile;
    let code = text.trim();
    if (prefix && code.startsWith(prefix)) code = code.slice(prefix.length);
    if (suffix && code.endsWith(suffix)) code = code.slice(0, -suffix.length);
    return canonical(code) || null;
  }
}

// The same code again within a second, or still in the camera's sight, is one scan.
export const SAME_MS = 1000;

export class Repeats {
  constructor(within = SAME_MS) {
    Object.assign(this, { _within: within, _code: null, _at: -Infinity });
  }

  // Whether to ignore it. `seen` codes are looked at all the time: each look starts the second anew.
  again(code, at, seen = false) {
    const same = code === this._code && at - this._at < this._within;
    if (!same || seen) Object.assign(this, { _code: code, _at: at });
    return same;
  }
}
