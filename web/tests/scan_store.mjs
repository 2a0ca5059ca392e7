// What keeps a scanner's records, in memory, for tests: durable like the real one, and it may break at a chosen moment.
export function memory(kept = {}) {
  const store = {
    kept,
    breaks: null,
    async put(name, record) {
      await store._step(`before ${name}`);
      (kept[name] ??= new Map()).set(record.scan ?? record.name, structuredClone(record));
      await store._step(`after ${name}`);
    },
    async all(name) {
      return [...(kept[name] ?? new Map()).values()].map((record) => structuredClone(record));
    },
    async remove(name, keys) {
      await store._step(`before removing ${name}`);
      for (const key of keys) kept[name]?.delete(key);
    },
    async _step(name) {
      if (store.breaks === name) throw new Error(`ended ${name}`);
    },
  };
  return store;
}
