// What the device keeps, in IndexedDB: who it is, what waits to be sent, what was told, and lists for when the network is
// gone. What waits is written through to the disk before anybody is told (`durability: strict`).
const NAME = "placeur-scan", VERSION = 1;
const KEYS = { settings: "name", pending: "scan", history: "scan", heads: "performance", rows: ["performance", "kind", "serial"] };
const ROWS_AT_ONCE = 2000;

export async function openStore(factory = globalThis.indexedDB) {
  const asked = factory.open(NAME, VERSION);
  asked.onupgradeneeded = () => {
    for (const [name, keyPath] of Object.entries(KEYS)) asked.result.createObjectStore(name, { keyPath });
  };
  return new Store(await answered(asked));
}

class Store {
  constructor(database) {
    this._database = database;
  }

  async put(name, record) {
    const durability = name === "pending" || name === "settings" ? "strict" : "relaxed";
    const writing = this._database.transaction(name, "readwrite", { durability });
    writing.objectStore(name).put(record);
    await finished(writing);
  }

  all(name) {
    return answered(this._database.transaction(name).objectStore(name).getAll());
  }

  async remove(name, keys) {
    const writing = this._database.transaction(name, "readwrite");
    for (const key of keys) writing.objectStore(name).delete(key);
    await finished(writing);
  }

  async get(name) {
    return (await answered(this._database.transaction("settings").objectStore("settings").get(name)))?.value;
  }

  set(name, value) {
    return this.put("settings", { name, value });
  }

  // A date's list: its head and what of its rows is new; all of them instead of what was there if it is whole.
  async keepList(head, rows, whole) {
    if (whole) await this.dropList(head.performance);
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      const writing = this._database.transaction("rows", "readwrite");
      for (const row of rows.slice(at, at + ROWS_AT_ONCE)) writing.objectStore("rows").put({ ...row, performance: head.performance });
      await finished(writing);
    }
    await this.put("heads", head);
  }

  rowsOf(performance) {
    return answered(this._database.transaction("rows").objectStore("rows").getAll(spanOf(performance)));
  }

  async dropList(performance) {
    const writing = this._database.transaction(["rows", "heads"], "readwrite");
    writing.objectStore("rows").delete(spanOf(performance));
    writing.objectStore("heads").delete(performance);
    await finished(writing);
  }

  // Forget this device: all but the scans that were not sent.
  async forget() {
    const names = Object.keys(KEYS).filter((name) => name !== "pending");
    const writing = this._database.transaction(names, "readwrite");
    for (const name of names) writing.objectStore(name).clear();
    await finished(writing);
  }

  async discard() {
    const writing = this._database.transaction("pending", "readwrite");
    writing.objectStore("pending").clear();
    await finished(writing);
  }
}

function spanOf(performance) {
  return IDBKeyRange.bound([performance], [performance, []]);
}

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
