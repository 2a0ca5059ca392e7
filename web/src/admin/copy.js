// A button that copies a field. Without it one selects the text by hand.
export function copy(page) {
  for (const button of page.querySelectorAll("[data-copy]")) {
    const field = page.getElementById(button.dataset.copy);
    const label = button.querySelector("[data-copy-label]");
    button.hidden = false;
    field.addEventListener("focus", () => field.select());
    button.addEventListener("click", async () => {
      field.focus();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        page.execCommand("copy"); // no clipboard for pages without TLS
      }
      label.textContent = button.dataset.copied;
    });
  }
}
