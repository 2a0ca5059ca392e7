// What an element's attributes ask of a shop, as an address; and what a frame's message says, if it is one of ours.
const FLAGS = ["bare", "unfolded"];
const TEXTS = ["language", "from", "to", "dates", "events", "venues", "pay"];
const HEIGHT_MAX = 100_000;

export function addressOf(home, element) {
  const asked = (name) => element.getAttribute(name)?.trim() ?? "";
  const flags = FLAGS.filter((name) => element.hasAttribute(name));
  const texts = TEXTS.filter(asked).map((name) => `${name}=${asked(name).split(/[\s,]+/).map(encodeURIComponent).join(",")}`);
  const one = encodeURIComponent(asked("event") || asked("date"));
  const page = asked("event") ? `events/${one}` : asked("date") ? `performances/${one}` : "";
  const segment = [encodeURIComponent(asked("shop")), "embedded", ...flags, ...texts].join(";");
  return `${home}/shop/${segment}/${page}`;
}

// {kind: "height", height}, {kind: "page"} or {kind: "event", name, detail}; null for anything else.
export function read(data) {
  if (data?.placeur !== 1) return null;
  const { kind, height, name, detail } = data;
  if (kind === "height" && Number.isFinite(height) && height > 0) return { kind, height: Math.min(height, HEIGHT_MAX) };
  if (kind === "event" && /^ike_[a-z_]+$/.test(name)) return { kind, name, detail };
  return kind === "page" ? { kind } : null;
}
