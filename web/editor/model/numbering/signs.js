// Values as bare signs, without prefix and suffix: letters and Roman numerals, written and read.

export const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const SKIP = "IO";
const ROMAN = [
  ["M", 1000], ["CM", 900], ["D", 500], ["CD", 400], ["C", 100], ["XC", 90], ["L", 50],
  ["XL", 40], ["X", 10], ["IX", 9], ["V", 5], ["IV", 4], ["I", 1],
];
const ROMAN_MAX = 3999;
const DOUBLED_MAX = 8; // letters of one label, as AAAAAAAA

const alphabets = new Map();

export function alphabetWithout(skip) {
  const out = skip.toUpperCase();
  if (!alphabets.has(out)) alphabets.set(out, [...ALPHABET].filter((letter) => !out.includes(letter)).join("") || ALPHABET);
  return alphabets.get(out);
}

// A to Z, then AA, AB or (doubled) AA, BB.
export function spellLetters(value, skip, doubled) {
  if (value < 1) return "";
  const letters = alphabetWithout(skip);
  const count = letters.length;
  if (doubled) return value > DOUBLED_MAX * count ? "" : letters[(value - 1) % count].repeat(Math.ceil(value / count));
  let text = "";
  for (let left = value; left > 0; left = Math.floor((left - 1) / count)) text = letters[(left - 1) % count] + text;
  return text;
}

export function spellRoman(value) {
  if (value < 1 || value > ROMAN_MAX) return "";
  let text = "";
  for (const [sign, worth] of ROMAN) {
    for (; value >= worth; value -= worth) text += sign;
  }
  return text;
}

// The value that a label without prefix and suffix stands for; NaN for none.
export function read(text, { kind = "numbers", skip = SKIP, doubled = false } = {}) {
  const upper = String(text).trim().toUpperCase();
  if (kind === "letters") return readLetters(upper, skip, doubled);
  if (kind !== "roman") return /^-?\d{1,9}$/.test(upper) ? Number(upper) : NaN;
  let [value, left] = [0, upper];
  for (const [sign, worth] of ROMAN) {
    for (; left.startsWith(sign); left = left.slice(sign.length)) value += worth;
  }
  return value && !left && spellRoman(value) === upper ? value : NaN;
}

function readLetters(upper, skip, doubled) {
  const letters = alphabetWithout(skip);
  const places = [...upper].map((letter) => letters.indexOf(letter) + 1);
  if (!places.length || places.includes(0)) return NaN;
  if (!doubled) return places.reduce((value, place) => value * letters.length + place, 0);
  return places.every((place) => place === places[0]) ? (places.length - 1) * letters.length + places[0] : NaN;
}
