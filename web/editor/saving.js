// Saving by itself: what changed is sent a moment after each change, part by part, and whatever could not be sent waits and
// is sent again. The steps that can be undone are kept in the browser beside the revision that they lead to, so that a
// reload loses neither the drawing nor the way back. When somebody else has saved meanwhile nothing is sent any more: what
// this window has is offered as a file.
import { HEAD } from "./model/drawing.js";
import { fresh } from "./model/keys.js";

const PAUSE_MS = 600, LATELY_MS = 900_000, AGAIN_MS = [1000, 3000, 8000, 20_000];
const STEPS_MAX = 200;
const SIGNED_OUT = [401, 403];

export class Saving {
  constructor(editor, { revision, drawing, editor: other }) {
    Object.assign(this, { editor, revision, name: fresh(), state: "saved", problem: null, _waiting: new Set(), _pending: null, _tries: 0, _ids: new WeakMap(), _kept: new Set() });
    this._journal = journal(drawing);
    if (other && !other.here && Date.now() - Date.parse(other.at) < LATELY_MS) editor.tell(editor.words.lately.replace("{name}", other.name));
    this._restored = this._restore();
    const view = editor.element.ownerDocument.defaultView;
    view.addEventListener("beforeunload", (event) => this.state !== "saved" && event.preventDefault());
    view.addEventListener("focus", async () => this.state === "signedOut" && ((await this._freshToken()), this.now()));
    view.addEventListener("online", () => (this._waiting.size || this._pending) && this.now());
  }

  // Parts have changed.
  note(keys) {
    for (const key of keys) this._waiting.add(key);
    if (this.state === "conflict") return;
    this._tell("waiting");
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.now(), PAUSE_MS);
  }

  // Send what waits; resolves when all is sent, or cannot be.
  async now() {
    clearTimeout(this._timer);
    if (this._sending) return this._sending.then(() => this.now());
    if ((!this._waiting.size && !this._pending) || this.state === "conflict") return;
    this._sending = this._send();
    await this._sending;
    this._sending = null;
    if (this._waiting.size && this.state === "waiting") this._timer = setTimeout(() => this.now(), PAUSE_MS);
  }

  // What got no answer is sent again as it was: the server does it once.
  async _send() {
    if (!this._pending) {
      this._pending = this._body([...this._waiting]);
      this._waiting.clear();
    }
    const { keys, body } = this._pending;
    this._tell("saving");
    const { revision, problem } = await ask(this.editor.urls.changes, this.editor.urls.token, body);
    if (problem && (problem.status === 0 || problem.status === 429 || problem.status >= 500)) {
      this._tell("offline");
      this._timer = setTimeout(() => this.now(), AGAIN_MS[Math.min(this._tries++, AGAIN_MS.length - 1)]);
      return;
    }
    if (problem?.code === "form-stale" && (await this._freshToken())) return this._send();
    [this._pending, this._tries] = [null, 0];
    this.problem = problem ?? null;
    if (problem) {
      for (const key of keys) this._waiting.add(key);
      return this._tell(problem.code === "drawing-changed" ? "conflict" : SIGNED_OUT.includes(problem.status) ? "signedOut" : "refused");
    }
    this.revision = revision;
    this._tell(this._waiting.size ? "waiting" : "saved");
    this._keep();
  }

  // The token that forms carry now, once: this visit may be another one than the page was made for.
  async _freshToken() {
    const { urls } = this.editor;
    const page = await fetch(location.href).then((answer) => answer.text(), () => "");
    const token = new DOMParser().parseFromString(page, "text/html").querySelector("[data-editor]")?.dataset.token;
    if (!token || token === urls.token) return false;
    urls.token = token;
    return true;
  }

  _body(keys) {
    const { drawing } = this.editor;
    const body = { revision: this.revision, editor: this.name, request: fresh(), parts: [], gone: [] };
    for (const key of keys) {
      const part = drawing.get(key);
      if (key === HEAD) body.head = part.data;
      else if (part) body.parts.push(part);
      else body.gone.push(key);
    }
    return { keys, body };
  }

  _tell(state) {
    this.state = state;
    this.editor.bar?.saved(state, this.problem);
  }

  // -- the way back ------------------------------------------------------------------------------------------------

  // Keep the steps beside the revision that they lead to: those that are new, and the order of all.
  _keep() {
    if (this.state !== "saved") return;
    const { done, undone } = this.editor.drawing.history();
    const lists = [done.slice(-STEPS_MAX), undone.slice(-STEPS_MAX)];
    const unkept = lists.flat().filter((step) => !this._ids.has(step));
    for (const step of unkept) this._ids.set(step, fresh());
    const ids = lists.map((steps) => steps.map((step) => this._ids.get(step)));
    const gone = [...this._kept].filter((id) => !ids[0].includes(id) && !ids[1].includes(id));
    this._kept = new Set(ids.flat());
    const steps = unkept.map((step) => [this._ids.get(step), { name: step.name, changes: step.changes }]);
    this._journal.write({ revision: this.revision, ids }, steps, gone);
  }

  async _restore() {
    const found = await this._journal.read();
    if (!found) return;
    this._kept = new Set(found.ids.flat());
    if (found.revision !== this.revision || this.editor.drawing.version || !found.complete) return;
    const [done, undone] = found.steps;
    this.editor.drawing.restore({ done, undone });
    const now = this.editor.drawing.history();
    [now.done, now.undone].forEach((steps, list) => steps.forEach((step, n) => this._ids.set(step, found.ids[list].at(n - steps.length))));
    this.editor.bar?.refresh();
  }
}

// Ask the back office to do something: its answer, or {problem: {status, code, detail, fields}}.
export async function ask(url, token, body) {
  try {
    const headers = { "content-type": "application/json", "x-csrf-token": token, accept: "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
    const told = await answer.json().catch(() => ({}));
    return answer.ok ? told : { problem: { status: answer.status, ...told } };
  } catch {
    return { problem: { status: 0, code: "offline" } };
  }
}

// Steps in the browser's own database, each by an id, and which of them a drawing has, in their order. Where there is no
// database nothing is kept.
function journal(drawing) {
  const opened = new Promise((done) => {
    try {
      const asked = indexedDB.open("placeur-editor", 2);
      asked.onupgradeneeded = () => {
        const { result } = asked;
        for (const name of [...result.objectStoreNames]) result.deleteObjectStore(name);
        for (const name of ["drawings", "steps"]) result.createObjectStore(name);
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => done(null);
    } catch {
      done(null);
    }
  });
  const asked = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return {
    async read() {
      const database = await opened;
      if (!database) return null;
      const within = database.transaction(["drawings", "steps"], "readonly");
      const kept = await asked(within.objectStore("drawings").get(drawing));
      if (!kept) return null;
      const steps = await Promise.all(kept.ids.map((ids) => Promise.all(ids.map((id) => asked(within.objectStore("steps").get(id))))));
      return { ...kept, steps, complete: steps.flat().every(Boolean) };
    },
    async write(kept, steps, gone) {
      const database = await opened;
      if (!database) return;
      const within = database.transaction(["drawings", "steps"], "readwrite");
      for (const [id, step] of steps) within.objectStore("steps").put(step, id);
      for (const id of gone) within.objectStore("steps").delete(id);
      within.objectStore("drawings").put(kept, drawing);
    },
  };
}
