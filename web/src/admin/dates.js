// Lists of dates with boxes to tick: all at once, with their number; and fields that are there several times.
export function dates(page) {
  for (const form of page.querySelectorAll("[data-dates]")) ticks(form);
  for (const fieldset of page.querySelectorAll("[data-several]")) several(fieldset);
  page.getElementById("preview")?.scrollIntoView();
}

function ticks(form) {
  const all = form.querySelector("[data-all]");
  const count = form.querySelector("[data-count]");
  const boxes = [...form.querySelectorAll("input[name=dates]")];
  const tell = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    if (count) count.textContent = `${count.dataset.count}: ${ticked}`;
    if (!all) return;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes) box.checked = all.checked;
    tell();
  });
  tell();
}

function several(fieldset) {
  const button = fieldset.querySelector("[data-more]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const last = [...fieldset.querySelectorAll("input")].at(-1);
    const next = last.cloneNode();
    next.value = "";
    next.setAttribute("aria-label", last.getAttribute("aria-label").replace(/\d+$/, (n) => Number(n) + 1));
    last.after(next);
    next.focus();
  });
}
