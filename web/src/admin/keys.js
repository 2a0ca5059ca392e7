// Ctrl-K (or Cmd-K, or /) goes to the search of the page's head; Escape leaves it.
export function keys(page) {
  const search = page.querySelector("[data-search]");
  if (!search) return;
  page.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    const wanted = (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) || (event.key === "/" && !typing);
    if (wanted) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "Escape" && event.target === search) {
      search.blur();
    }
  });
}
