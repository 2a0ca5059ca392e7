// Labels and the values they stand for: what a scheme calls a value, where it begins, and what would follow a run of labels.
import { readings } from "./readings.js";
import { SKIP, alphabetWithout, read, spellLetters, spellRoman } from "./signs.js";

const VALUE_MAX = 999_999_999;
const PAD_MAX = 9;

// The label of a value (1 is A, I, the first of a list); "" for one that the scheme has no label for. A list that is too
// short goes on as its end does.
export function spell(value, scheme) {
  const { prefix = "", suffix = "", lower = false } = scheme;
  const bare = spellBare(value, scheme);
  return bare && prefix + (lower ? bare.toLowerCase() : bare) + suffix;
}

function spellBare(value, { kind = "numbers", pad = 0, skip = SKIP, doubled = false, list = [] }) {
  if (!(Math.abs(value) <= VALUE_MAX)) return "";
  switch (kind) {
    case "letters":
      return spellLetters(value, skip, doubled);
    case "roman":
      return spellRoman(value);
    case "list":
      if (value < 1 || value <= list.length) return String(list[value - 1] ?? "");
      return following(list.slice(-2).map(String), value - list.length) ?? "";
    default:
      return (value < 0 ? "-" : "") + String(Math.abs(value)).padStart(Math.min(pad, PAD_MAX), "0");
  }
}

// Where a scheme begins: a value or a label; a letter that is left out makes way for the next one.
export function startOf({ kind = "numbers", start = 1, skip = SKIP, doubled = false }) {
  if (start !== null && start !== "" && Number.isFinite(Number(start))) return Math.round(Number(start));
  let text = String(start).trim().toUpperCase();
  if (kind === "letters") {
    const letters = alphabetWithout(skip);
    text = text.replace(/[A-Z]/g, (letter) => [...letters].find((other) => other >= letter) ?? letters.at(-1));
  }
  return read(text, { kind, skip, doubled }) || 1;
}

export const stepOf = ({ step = 1 }) => Math.round(step) || 1;

// A scheme that begins with a label, as people write it.
export function named(scheme) {
  return scheme.kind === "numbers" ? scheme : { ...scheme, start: spell(scheme.start, { ...scheme, prefix: "", suffix: "" }) };
}

// What would follow a run of labels; null where that cannot be told.
export function next(labels) {
  return following(labels, 1);
}

function following(labels, times) {
  for (const run of [labels, labels.slice(-2), labels.slice(-1)]) {
    if (!run.length) continue;
    const options = readings(run).map(({ scheme, value }) => steady(run.map(value), scheme)).filter(Boolean);
    options.sort((a, b) => Math.abs(a.step) - Math.abs(b.step));
    const roman = run.length === 1 && options.find(({ scheme }) => scheme.kind === "roman" && /[IVX]{2}/i.test(run[0]));
    const chosen = roman || options[0];
    const label = chosen && spell(chosen.last + times * chosen.step, chosen.scheme);
    if (label) return label;
  }
  return null;
}

function steady(values, scheme) {
  const step = values.length > 1 ? values[1] - values[0] : 1;
  const holds = step !== 0 && values.every((value, n) => !n || value - values[n - 1] === step);
  return holds ? { scheme, step, last: values[values.length - 1] } : null;
}
