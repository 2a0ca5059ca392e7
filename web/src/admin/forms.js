// Forms: sent once however often the button is pressed; typed text is not lost by a stray click.
export function forms(page) {
  let changed = false;
  page.addEventListener("input", (event) => {
    if (event.target.form?.dataset.keep !== undefined) changed = true;
  });
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.dataset.many !== undefined) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    changed = false;
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of page.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}
