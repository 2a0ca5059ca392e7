// Asking the server: as the device, in the language of the screen, without the browser's cookies. An answer that does not
// come in time counts as none.
const PREFIX = "/api/v1/scan/";
export const TIMEOUT_MS = 8000;

// The server said no: `code` and `fields` of its problem document.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? String(status));
    Object.assign(this, { status, code: problem.code ?? "", fields: problem.fields ?? {} });
  }
}

// It did not say anything.
export class Lost extends Error {}

export class Api {
  constructor({ token = "", language = "en", fetch = globalThis.fetch.bind(globalThis) } = {}) {
    Object.assign(this, { token, language, _fetch: fetch });
  }

  get(path, options) {
    return this._ask("GET", path, undefined, options);
  }

  post(path, body, options) {
    return this._ask("POST", path, body, options);
  }

  delete(path, options) {
    return this._ask("DELETE", path, undefined, options);
  }

  async _ask(method, path, body, { timeout = TIMEOUT_MS } = {}) {
    const headers = { accept: "application/json", "accept-language": this.language };
    if (this.token) headers.authorization = `Bearer ${this.token}`;
    if (body !== undefined) headers["content-type"] = "application/json";
    const signal = AbortSignal.timeout ? AbortSignal.timeout(timeout) : aborted(timeout);
    const init = { method, headers, signal, credentials: "omit", cache: "no-store" };
    let answer, told;
    try {
      answer = await this._fetch(PREFIX + path, body === undefined ? init : { ...init, body: JSON.stringify(body) });
      told = answer.status === 204 ? null : await answer.json();
    } catch (error) {
      throw new Lost(String(error));
    }
    if (answer.ok) return told;
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) throw new Lost(told?.code ?? String(answer.status));
    throw new Refused(answer.status, told ?? {});
  }
}

function aborted(timeout) {
  const stop = new AbortController();
  setTimeout(() => stop.abort(), timeout);
  return stop.signal;
}

// A new UUID; browsers without TLS have no randomUUID.
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
