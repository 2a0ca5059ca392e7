// The camera: which one, its light, and the codes that it sees. Pictures are read one after the other; while one is read
// the next is not taken.
const WIDTH_MAX = 960;
const PAUSE_MS = 70;

export class Camera {
  // `read(text)` hears of every code in sight, again and again as long as it is there.
  constructor({ video, reader, wasm, read }) {
    Object.assign(this, { video, _reader: reader, _wasm: wasm, _read: read, _stream: null, _worker: null, _timer: 0 });
    this._canvas = document.createElement("canvas");
  }

  static get possible() {
    return Boolean(navigator.mediaDevices?.getUserMedia);
  }

  get on() {
    return Boolean(this._stream);
  }

  // Raises what the browser raises: NotAllowedError where nobody may, NotFoundError where there is none.
  async start(id = null) {
    this.stop();
    const wanted = id ? { deviceId: { exact: id } } : { facingMode: { ideal: "environment" } };
    const video = { ...wanted, width: { ideal: 1280 }, height: { ideal: 720 } };
    this._stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    this.video.srcObject = this._stream;
    await this.video.play();
    this._worker ??= await this._begun();
    this._look();
  }

  stop() {
    clearTimeout(this._timer);
    for (const track of this._stream?.getTracks() ?? []) track.stop();
    this._stream = null;
    this.video.srcObject = null;
  }

  async choices() {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter((one) => one.kind === "videoinput").map(({ deviceId, label }) => ({ id: deviceId, label }));
  }

  get _track() {
    return this._stream?.getVideoTracks()[0];
  }

  get canShine() {
    return Boolean(this._track?.getCapabilities?.().torch);
  }

  shine(on) {
    return this._track.applyConstraints({ advanced: [{ torch: on }] });
  }

  _begun() {
    const worker = new Worker(this._reader);
    return new Promise((resolve, reject) => {
      worker.onerror = () => reject(new Error("the reader did not start"));
      worker.onmessage = ({ data }) => {
        if (data.error) return reject(new Error(data.error));
        worker.onmessage = ({ data: found }) => this._found(found);
        resolve(worker);
      };
      worker.postMessage({ wasm: new URL(this._wasm, location.href).href });
    });
  }

  _look() {
    if (!this._stream) return;
    const { videoWidth, videoHeight } = this.video;
    if (!videoWidth || document.hidden) {
      this._timer = setTimeout(() => this._look(), 4 * PAUSE_MS);
      return;
    }
    const scale = Math.min(1, WIDTH_MAX / videoWidth);
    const width = Math.round(videoWidth * scale), height = Math.round(videoHeight * scale);
    Object.assign(this._canvas, { width, height });
    const context = this._canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(this.video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    this._worker.postMessage({ pixels: data.buffer, width, height }, [data.buffer]);
  }

  _found({ text }) {
    if (!this._stream) return;
    if (text) this._read(text);
    this._timer = setTimeout(() => this._look(), PAUSE_MS);
  }
}
