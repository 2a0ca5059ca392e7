// Tells whoever listens what a visitor does, as DOM events on the document with their details: what a page is, said by
// the server in its body's `data-track`, and what is done on it. The page around a frame hears the same. Details hold
// what is in the cart and what it costs, never who the visitor is.
import { say } from "./frame.js";
import { visitor } from "./visit.js";

// What an address tells of the act that led to it, once.
const LED_BY = { "#added": "ike_cart_add", "#updated": "ike_cart_update" };

let cart = null; // as it was told last

export function track(document, name, detail = {}) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
  say(document, { kind: "event", name, detail });
}

export function tracking(document) {
  const { shop, path, track: seen } = document.body.dataset;
  if (shop === undefined) return;
  track(document, "ike_page_changed", { path });
  for (const [name, detail] of JSON.parse(seen)) {
    if (name.startsWith("ike_cart_")) cart = detail;
    track(document, name, detail);
  }
  led(document);
  document.addEventListener("submit", ({ target, submitter }) => sent(document, target, submitter));
  document.addEventListener("change", ({ target }) => {
    const form = target.name === "method" && target.closest("[data-pays]");
    if (form) track(document, "ike_cart_payment_changed", { path, ...paying(form) });
  });
  visitor(document).then(({ cart: held, did }) => {
    cart ??= held?.told ?? empty();
    for (const name of did) track(document, name, cart);
  }, () => {});
}

// A script has changed the cart: `body` is what it asked for, `now` the cart as it is told.
export function changed(document, body, now) {
  const before = cart ?? empty(now);
  cart = now;
  if (body.seats?.length || body.area) track(document, "ike_cart_add", now);
  else if (body.drop?.length) track(document, "ike_cart_delete", { previousCart: before, newCart: now });
  else track(document, "ike_cart_update", now);
}

// The cart without one of its places.
export function without(whole, id) {
  const items = whole.items.filter((item) => item.id !== id);
  const cents = items.reduce((sum, { price }) => sum + Math.round(price * 1000), 0);
  return { ...whole, items, count: items.length, topaid: cents / 1000 };
}

function led(document) {
  const { location, history } = document.defaultView;
  const name = LED_BY[location.hash];
  if (!name || !cart) return;
  track(document, name, cart);
  history.replaceState(history.state, "", location.pathname + location.search);
}

function sent(document, form, submitter) {
  if (form.dataset.pays) return track(document, "ike_cart_payment_launched", paying(form));
  if (form.id === "choices" && submitter?.name === "checkout") return track(document, "ike_cart_confirm", cart);
  if (form.id !== "removal") return;
  if (submitter?.name === "all") return track(document, "ike_cart_empty", cart);
  track(document, "ike_cart_delete", { previousCart: cart, newCart: without(cart, submitter?.value) });
}

function paying(form) {
  const method = new FormData(form).get("method") ?? "";
  return { ...JSON.parse(form.dataset.pays), paymentMethodSelected: method };
}

function empty(like = null) {
  return { count: 0, topaid: 0, currency: like?.currency ?? { name: "" }, items: [] };
}
