// A reservation at the counter: what the ticked tickets come to, and what goes back of what is given, as one ticks and
// types. The seats of a pass go together. Without this the server says what is due, and asks once more.
import { money } from "./tills.js";

export function validation(page) {
  const form = page.querySelector("[data-validation]");
  if (form) follow(form);
}

function follow(form) {
  const told = (cents) => money(cents, form.dataset.nothing, document.documentElement.lang);
  const boxes = [...form.querySelectorAll('input[name="ticket"]')];
  const due = form.querySelector('input[name="due_cents"]');
  const given = form.querySelector("[data-given]"), change = form.querySelector("[data-change]");
  const show = () => {
    due.value = dueOf(boxes, form, Number(due.dataset.whole));
    form.querySelector("[data-due]").textContent = told(Number(due.value));
    for (const button of form.querySelectorAll('button[name="method"]')) button.disabled = !boxes.some((box) => box.checked);
    const back = centsOf(given.value) - Number(due.value);
    change.hidden = !(back > 0);
    change.querySelector("strong").textContent = told(back);
  };
  form.addEventListener("change", ({ target }) => {
    if (target.dataset.pass) for (const box of boxes) if (box.dataset.pass === target.dataset.pass) box.checked = target.checked;
    show();
  });
  form.addEventListener("input", show);
  show();
}

// What is due for the ticked ones; for all of them, what the order owes (something of it may be paid already).
export function dueOf(boxes, form, whole) {
  const ticked = boxes.filter((box) => box.checked);
  if (ticked.length === boxes.length) return whole;
  const passes = new Set(ticked.map((box) => box.dataset.pass).filter(Boolean));
  const ofPasses = [...passes].map((id) => Number(form.querySelector(`[data-pass-cents="${id}"]`).dataset.cents));
  return [...ticked.map((box) => Number(box.dataset.cents)), ...ofPasses].reduce((sum, cents) => sum + cents, 0);
}

// An amount as one types it, in hundredths; NaN for what is none.
export function centsOf(text) {
  const found = text.trim().match(/^(\d{1,7})(?:[.,](\d{1,2}))?$/);
  return found ? Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : NaN;
}
