// Judges codes as a scanner does that has lost the network: a program for the tests, which hand it what the server told a
// device and compare its verdicts with the server's. Standard input: {doors: [{profile, lists, dates, known, zones, scans:
// [[code, direction]]}]}; standard output: the verdicts, a list a door. Nothing is let through meanwhile.
import { Lost } from "../src/scan/api.js";
import { Gate } from "../src/scan/gate.js";
import { Journal } from "../src/scan/journal.js";
import { Lists } from "../src/scan/lists.js";
import { verifier } from "../src/scan/signatures.js";
import { memory } from "./scan_store.mjs";

const parts = [];
for await (const part of process.stdin) parts.push(part);
const { doors, library } = JSON.parse(Buffer.concat(parts).toString());
const lost = async () => {
  throw new Lost("the network is gone");
};
const without = { generateKey: lost };
const verify = await verifier(library ? without : crypto.subtle);

const told = [];
for (const door of doors) {
  const verdicts = [];
  for (const [code, direction] of door.scans) {
    const lists = new Lists();
    for (const list of door.lists) lists.apply(list, Date.now());
    const keys = new Map(door.profile.keys.map((one) => [one.id, Buffer.from(one.public_key, "base64")]));
    const settings = { profile: door.profile, keys, dates: door.dates, known: door.known, zones: door.zones && new Set(door.zones) };
    const gate = new Gate({ api: { post: lost }, lists, journal: new Journal(memory(), "o"), verify, settings });
    verdicts.push((await gate.scan({ code, direction })).verdict);
  }
  told.push(verdicts);
}
process.stdout.write(JSON.stringify(told));
