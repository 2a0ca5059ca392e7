// What schemes a list of labels may have been written by: numbers, letters or Roman numerals, and what is round them.
import { ALPHABET, SKIP, read } from "./signs.js";

const LETTERS_MAX = 3; // of a label that may be read as a count, and not as a word
const SKIPPED_MAX = 6;

// Ways to read labels: [{scheme, value(label)}], the likeliest first. `bold` tries other letters that may be left out.
export function readings(labels, bold) {
  const texts = [...new Set(labels)];
  if (!texts.length || texts.includes("")) return [];
  return bold ? readSigns(texts, oddSkips, []) : [...readNumbers(texts), ...readSigns(texts, () => [SKIP, ""], ["roman"])];
}

function readNumbers(texts) {
  const parts = texts.map((text) => /^(.*?)(\d{1,9})(\D*)$/s.exec(text));
  if (!parts.every((found) => found && found[1] === parts[0][1] && found[3] === parts[0][3])) return [];
  const [, prefix, , suffix] = parts[0];
  const padded = parts.map(([, , digits]) => digits).filter((digits) => /^0\d/.test(digits));
  const pad = padded.reduce((most, { length }) => Math.max(most, length), 0);
  const values = new Map(parts.map(([text, , digits]) => [text, Number(digits)]));
  return [{ scheme: tidy({ kind: "numbers", prefix, suffix, pad }), value: (label) => values.get(label) }];
}

function readSigns(texts, skips, kinds) {
  const found = [];
  for (const [prefix, suffix] of affixes(texts)) {
    const bare = texts.map((text) => text.slice(prefix.length, text.length - suffix.length));
    const lower = bare.every((text) => /^[a-z]{1,12}$/.test(text));
    if (!lower && !bare.every((text) => /^[A-Z]{1,12}$/.test(text))) continue;
    if (texts.length < 2 && (lower ? /[a-z]$/ : /[A-Z]$/).test(prefix)) continue;
    const short = bare.every(({ length }) => length <= LETTERS_MAX);
    const add = (scheme) => {
      const values = new Map(texts.map((text, n) => [text, read(bare[n], scheme)]));
      if (![...values.values()].every((value) => value > 0 && value < 1e7)) return;
      found.push({ scheme: tidy({ ...scheme, prefix, suffix, lower }), value: (label) => values.get(label) });
    };
    for (const skip of skips(bare)) {
      if (short) add({ kind: "letters", skip });
      if (bare.some((text) => text.length > 1)) add({ kind: "letters", skip, doubled: true });
    }
    for (const kind of kinds) add({ kind });
  }
  return found;
}

// What labels may begin and end with besides their letters.
function affixes(texts) {
  const [first] = texts;
  const least = texts.reduce((some, { length }) => Math.min(some, length), Infinity) - 1;
  let [before, behind] = [0, 0];
  while (before < least && texts.every((text) => text[before] === first[before])) before++;
  while (behind < least - before && texts.every((text) => text.at(-1 - behind) === first.at(-1 - behind))) behind++;
  const prefix = first.slice(0, before), suffix = first.slice(first.length - behind);
  const ends = (text) => [/^.*[^A-Za-z]/s.exec(text)?.[0] ?? "", text];
  const tails = (text) => [/[^A-Za-z].*$/s.exec(text)?.[0] ?? "", text];
  const pairs = ends(prefix).flatMap((one) => tails(suffix).map((other) => [one, other]));
  return pairs.filter(([one, other], n) => pairs.findIndex(([a, b]) => a === one && b === other) === n);
}

// Letters that are not there though others before and behind them are; and what halls besides leave out.
function oddSkips(bare) {
  const used = new Set(bare.map((text) => text.at(-1).toUpperCase()));
  const letters = [...used].sort();
  const [from, to] = bare.some((text) => text.length > 1) ? ["A", "Z"] : [letters[0], letters.at(-1)];
  const out = [...ALPHABET].filter((letter) => (letter >= from && letter <= to ? !used.has(letter) : SKIP.includes(letter)));
  return [...(out.length <= SKIPPED_MAX ? [out.join("")] : []), "I", "O", "IOQ"];
}

// A scheme without what goes without saying.
function tidy(scheme) {
  const kept = Object.entries(scheme).filter(([name, value]) => value || (name === "skip" && scheme.kind === "letters"));
  return Object.fromEntries(kept);
}
