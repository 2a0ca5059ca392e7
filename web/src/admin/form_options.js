// The options of a form's field: one more row at a time, without a round trip.
export function formOptions(page) {
  for (const list of page.querySelectorAll("[data-options]")) {
    const more = list.parentElement.querySelector("[data-more-options]");
    more.hidden = false;
    more.addEventListener("click", () => {
      const rows = list.querySelectorAll("[data-option]");
      const row = rows[rows.length - 1].cloneNode(true);
      for (const input of row.querySelectorAll("input")) {
        input.value = "";
        if (input.ariaLabel) input.ariaLabel = input.ariaLabel.replace(/\d+/, String(rows.length + 1));
      }
      list.append(row);
      row.querySelector("input:not([type=hidden])").focus();
    });
  }
}
