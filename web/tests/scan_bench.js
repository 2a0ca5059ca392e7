// How long a scanner without a network takes from a code to its verdict, in a browser: the signature, the list, and the
// line of the log on the disk. Run by benchmarks/bench_scanner.py.
import { Lost } from "../src/scan/api.js";
import { Gate } from "../src/scan/gate.js";
import { Journal } from "../src/scan/journal.js";
import { Lists } from "../src/scan/lists.js";
import { verifier } from "../src/scan/signatures.js";
import { openStore } from "../src/scan/store.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const DATE = { id: "d", number: 42, event_name: "Match", starts_at: "2026-12-01T19:00:00Z", ends_at: "2026-12-01T22:00:00Z", time_zone: "UTC" };

globalThis.measure = async ({ tickets, scans, library }) => {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  const keys = new Map([[0, new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))]]);
  const lists = new Lists();
  lists.apply(listOf(tickets), Date.now());
  const store = await openStore();
  await store.keepList({ performance: "d" }, [...lists.date("d").rows.values()], true);
  const journal = new Journal(store, "o");
  await journal.open();
  const without = { generateKey: () => Promise.reject(new Error("not known")) };
  const settings = { profile: { mode: "once", entries_max: null, gate: "North", shown: ["name"] }, keys, dates: [DATE], known: [DATE], zones: null };
  const api = { post: () => Promise.reject(new Lost("gone")) };
  const gate = new Gate({ api, lists, journal, verify: await verifier(library ? without : crypto.subtle), settings });
  gate.online = false;
  const took = [], told = new Set();
  for (let n = 0; n < scans; n++) {
    const code = await signed(pair.privateKey, 1 + Math.floor((n * tickets) / scans));
    const began = performance.now();
    told.add((await gate.scan({ code })).verdict);
    took.push(performance.now() - began);
  }
  return { took, told: [...told], kept: journal.waiting };
};

function listOf(count) {
  const columns = ["kind", "serial", "generation", "status", "entries", "inside", "zone", "row", "seat", "name"];
  const rows = Array.from({ length: count }, (_, n) => [1, n + 1, 0, 0, 0, 0, 0, String(n % 90), String(n % 40), `Somebody ${n}`]);
  return { performance: "d", number: 42, version: "1", whole: true, mode: "once", entries_max: null, cancelled: false, zones: [{ id: "z", label: "North", admitted: true }], words: [], questions: [], columns, tickets: rows };
}

async function signed(key, serial) {
  const bytes = new Uint8Array(75), view = new DataView(bytes.buffer), message = new Uint8Array(15);
  bytes[0] = 0x11;
  view.setUint32(3, serial);
  view.setUint32(7, DATE.number);
  message.set(new TextEncoder().encode("PLv1"));
  message.set(bytes.subarray(0, 11), 4);
  bytes.set(new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, key, message)), 11);
  let text = "PL", value = 0, bits = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(value >> (bits - 5)) & 31];
    value &= 0xff;
  }
  return text;
}
