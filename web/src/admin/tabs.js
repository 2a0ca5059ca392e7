// A row of tabs that does not fit is shown with the present one in sight.

export function tabs(page) {
  for (const here of page.querySelectorAll(".nav-tabs-scroll [aria-current]")) {
    const strip = here.closest(".nav-tabs-scroll");
    const [tab, row] = [here.getBoundingClientRect(), strip.getBoundingClientRect()];
    strip.scrollLeft += tab.left + tab.width / 2 - row.left - row.width / 2;
  }
}
