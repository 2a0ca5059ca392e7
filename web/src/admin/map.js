// Maps of seats on pages of the back office: each `[data-seat-map]` becomes one, when it comes into sight.
import { load } from "../seatmap/seatmap.js";

export function maps(page) {
  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      show(target);
    }
  });
  for (const element of page.querySelectorAll("[data-seat-map]")) seen.observe(element);
}

async function show(element) {
  const { plan, placeList, performance, prices, words } = element.dataset;
  const said = JSON.parse(words);
  try {
    const options = { plan, placeList, performance, prices: JSON.parse(prices), words: said };
    element.seatMap = await load(element, options);
  } catch (error) {
    element.textContent = said.failed;
    throw error;
  }
}
