// The search of the page's head: arrows walk through what was found, Escape and a click elsewhere put it away.
export function search(page) {
  const field = page.querySelector("[data-search]");
  const found = page.querySelector("[data-found]");
  if (!field || !found) return;
  const links = () => [...found.querySelectorAll("a")];
  const away = () => found.replaceChildren();
  const walk = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      away();
      field.focus();
    } else if (step && links().length) {
      event.preventDefault();
      const all = links();
      const next = all.indexOf(page.activeElement) + step;
      (next < 0 ? field : all[Math.min(next, all.length - 1)]).focus();
    }
  };
  field.addEventListener("keydown", walk);
  found.addEventListener("keydown", walk);
  field.addEventListener("input", () => field.value.trim() || away());
  page.addEventListener("click", (event) => field.form.contains(event.target) || away());
}
