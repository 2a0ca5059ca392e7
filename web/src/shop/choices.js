// The cart's prices follow what is chosen: without this, a button does it.
export function choices(document) {
  const form = document.getElementById("choices");
  const update = document.querySelector("[data-update]");
  if (!form || !update) return;
  update.hidden = true;
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-choice]")) form.requestSubmit(update);
  });
}
