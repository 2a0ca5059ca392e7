// Where a ticket moves to: the bar at the window's foot names the seat that is chosen in the list, and what it costs more.
// A seat that is chosen on the map comes with a bar of its own (map.js).
export function moving(page) {
  page.addEventListener("change", ({ target }) => {
    const bar = page.querySelector("[data-chosen]");
    const { told, difference } = target.dataset;
    if (!bar || told === undefined) return;
    const seat = Object.assign(document.createElement("strong"), { textContent: told });
    const price = Object.assign(document.createElement("span"), { className: "text-nowrap", textContent: difference });
    bar.replaceChildren(seat, " ", price);
  });
}
