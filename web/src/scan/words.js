// The words of the screen: sentences stand in English where they are said, and the page has those of other languages.
let known = {}, spoken = "en";
// English is written as in Europe: the day before the month, hours to 24.
const LOCALES = { en: "en-GB" };
const locale = () => LOCALES[spoken] ?? spoken;

export function speak(language, words) {
  spoken = language;
  known = words[language] ?? {};
}

export function language() {
  return spoken;
}

// A sentence with its fields: t("Gate {gate}", { gate }).
export function t(text, fields = {}) {
  return (known[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? String(fields[name]) : whole));
}

// The best of the languages there are: as chosen here, or as the browser says.
export function best(chosen, wished, there) {
  return [chosen, ...wished].map((tag) => (tag ?? "").slice(0, 2)).find((tag) => there.includes(tag)) ?? there[0];
}

export function clock(at, zone) {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", timeZone: zone ?? undefined }).format(at);
}

export function clockWithSeconds(at) {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);
}

export function day(at, zone) {
  return new Intl.DateTimeFormat(locale(), { weekday: "short", day: "numeric", month: "short", timeZone: zone ?? undefined }).format(at);
}

// "20:14", or with its day when that is another one.
export function moment(at, zone, now = Date.now()) {
  return day(at, zone) === day(now, zone) ? clock(at, zone) : `${day(at, zone)}, ${clock(at, zone)}`;
}

export function number(count) {
  return new Intl.NumberFormat(locale()).format(count);
}
