// The checkout and the order's page: what is typed is kept as it is typed, a form is sent once, mistakes are gone to,
// and a page that waits for the provider goes on by itself. All of it works without: a button does each thing.
import { extend } from "./clock.js";

const PAUSE_MS = 1200;
const ASK_MS = 2000;

export function checkout(document) {
  document.querySelector("[data-mend]")?.focus();
  for (const form of document.querySelectorAll("[data-checkout]")) keep(document, form);
  for (const form of document.querySelectorAll("form[data-busy], form[data-checkout]")) once(form);
  const waiting = document.querySelector("[data-awaits]");
  if (waiting) ask(waiting);
}

// Sends what was typed, without files, a moment after the last key and when the page is left.
function keep(document, form) {
  let timer = 0;
  let changed = false;
  const send = () => {
    clearTimeout(timer);
    if (!changed) return;
    changed = false;
    const typed = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") typed.append(name, value);
    fetch(form.dataset.checkout, { method: "POST", body: typed, keepalive: true })
      .then((answer) => (answer.ok ? answer.json() : null))
      .then((told) => told?.expires_in_s > 0 && extend(document.querySelector("[data-ends-in]"), told.expires_in_s))
      .catch(() => { changed = true; });
  };
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE_MS);
  });
  form.addEventListener("submit", () => { changed = false; clearTimeout(timer); });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") send(); });
}

// A second click does nothing while the first is under way; coming back with the back button starts afresh.
function once(form) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    form.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => { sent = false; form.removeAttribute("aria-busy"); });
}

async function ask(waiting) {
  try {
    const answer = await fetch(waiting.dataset.awaits, { headers: { accept: "application/json" } });
    const told = answer.ok ? await answer.json() : null;
    if (told && told.standing !== waiting.dataset.standing) return window.location.reload();
  } catch { /* asked again below */ }
  setTimeout(() => ask(waiting), ASK_MS);
}
