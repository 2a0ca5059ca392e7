// What is the visitor's own, on pages that are the same for everybody: how much is in the cart, and for how long.
import { clock, countdown } from "./clock.js";

let asked = null;
let stop = null;

// The visitor's token and cart; asked for once a page.
export function visitor(document) {
  asked ??= fetch(`${document.body.dataset.shop}/visit`, { headers: { accept: "application/json" } }).then((answer) => {
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  });
  return asked;
}

export async function visit(document) {
  if (!document.body.dataset.shop || !document.querySelector("[data-cart-link]")) return;
  try {
    const { cart, customer } = await visitor(document);
    showCart(document, cart);
    if (customer) showCustomer(document, customer);
  } catch {
    forget(); // the link to the cart is there all the same
  }
}

// What was told of the visitor is no longer so: it is asked for anew.
export function forget() {
  asked = null;
}

function showCustomer(document, name) {
  const link = document.querySelector("[data-customer]");
  if (link) link.textContent = name;
}

export function showCart(document, cart) {
  const count = document.querySelector("[data-cart-count]");
  const time = document.querySelector("[data-cart-time]");
  count.hidden = !cart?.count;
  count.textContent = cart?.count ?? "";
  time.hidden = !cart?.count;
  stop?.();
  if (cart?.count) stop = countdown(cart.expires_in_s, (left) => { time.textContent = clock(left); });
}
