// The link generator makes its link by itself when a choice changes: its button is for who has no script. What was
// swapped in gets its buttons for copying, and its choices stand in the page's address, to come back to.
import { copy } from "./copy.js";

export function embedding(page) {
  const form = page.querySelector("[data-embedding]");
  if (!form) return;
  form.querySelector("[data-embedding-button]").hidden = true;
  page.addEventListener("htmx:after:swap", () => copy(page));
  form.addEventListener("change", () => {
    const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    page.defaultView.history.replaceState(null, "", `?${asked}`);
  });
}
