// What is heard and felt: something different for yes, no, and what needs a look.
const SOUNDS = {
  yes: [[880, 0, 0.09], [1320, 0.1, 0.14]],
  no: [[196, 0, 0.28], [147, 0.3, 0.38]],
  attention: [[587, 0, 0.12], [587, 0.18, 0.12], [587, 0.36, 0.12]],
};
const SHAKES = { yes: [60], no: [250, 80, 250], attention: [90, 60, 90, 60, 90] };
const LOUDNESS = 0.25, EDGE_S = 0.01;

export class Signals {
  constructor(settings, scope = globalThis) {
    Object.assign(this, { settings, _scope: scope, _context: null });
  }

  // Browsers let a page be heard once it was touched.
  wake() {
    const Context = this._scope.AudioContext ?? this._scope.webkitAudioContext;
    if (!this._context && Context) this._context = new Context();
    if (this._context?.state === "suspended") this._context.resume().catch(() => {});
  }

  tell(tone) {
    if (this.settings.vibration !== false) this._scope.navigator?.vibrate?.(SHAKES[tone]);
    if (this.settings.sound === false || this._context?.state !== "running") return;
    const shape = tone === "no" ? "sawtooth" : "sine";
    for (const [pitch, from, length] of SOUNDS[tone]) this._sing(shape, pitch, from, length);
  }

  _sing(shape, pitch, from, length) {
    const context = this._context, begin = context.currentTime + from;
    const voice = new OscillatorNode(context, { type: shape, frequency: pitch }), gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(LOUDNESS, begin + EDGE_S);
    gain.gain.setValueAtTime(LOUDNESS, begin + length - EDGE_S);
    gain.gain.linearRampToValueAtTime(0, begin + length);
    voice.connect(gain).connect(context.destination);
    voice.start(begin);
    voice.stop(begin + length);
  }
}

// Keep the screen on while somebody scans.
export class Awake {
  constructor(document) {
    Object.assign(this, { _document: document, _wanted: false, _lock: null });
    document.addEventListener("visibilitychange", () => this._take());
  }

  want(wanted) {
    this._wanted = wanted;
    if (wanted) this._take();
    else this._lock?.release().catch(() => {});
  }

  async _take() {
    if (!this._wanted || this._document.hidden || !navigator.wakeLock) return;
    this._lock = await navigator.wakeLock.request("screen").catch(() => null);
  }
}
