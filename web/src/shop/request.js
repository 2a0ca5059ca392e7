// Asking the shop to do something, with this browser's token. A request that got lost is sent once more under the same
// key, so that it is done once; a token that went stale is asked for anew.
import { changed } from "./tracking.js";
import { forget, visitor } from "./visit.js";

const LOST = { problem: { code: "offline" } };

export async function asked(document, path, body, tries = 2) {
  try {
    const { token } = await visitor(document);
    const headers = { "content-type": "application/json", "x-csrf-token": token, accept: "application/json" };
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.ok) return await answer.json();
    const problem = await answer.json().catch(() => ({}));
    if (problem.code !== "form-stale" || tries < 2) return { problem };
  } catch {
    if (tries < 2) return LOST;
  }
  forget();
  return asked(document, path, body, tries - 1);
}

// The same of the cart, which trackers are told of: {cart} or {problem}.
export async function post(document, path, body) {
  const cart = await asked(document, path, body);
  if (cart.problem) return cart;
  changed(document, body, cart.told);
  return { cart };
}

// A name for a request that no other has.
export function fresh() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (octet) => octet.toString(16).padStart(2, "0")).join("");
}
