// Maps of seats on pages of the back office: each `[data-seat-map]` becomes one, when it comes into sight.
//
// With `data-pick` (an address) a free seat that is chosen is asked for there, and the answer's element with the id
// `data-into` takes the place of this page's. With `data-keeps` the seats of a date are kept and given back (seats.js).
import htmx from "htmx.org";
import { load } from "../seatmap/seatmap.js";
import { FREE } from "../seatmap/states.js";
import { seats } from "./seats.js";

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
  const { plan, placeList, live, prices, words } = element.dataset;
  const said = JSON.parse(words);
  try {
    const options = { plan, placeList, live, prices: JSON.parse(prices), words: said };
    element.seatMap = await load(element, options);
    if (element.dataset.pick) picking(element, element.seatMap);
    if (element.dataset.keeps) seats(element, element.seatMap);
  } catch (error) {
    element.textContent = said.failed;
    throw error;
  }
}

function picking(element, map) {
  const { pick, into, at } = element.dataset;
  const left = map.house.place.indexOf(Number(at));
  let chosen = -1;
  map.view.layers.push((context, view) => {
    mark(context, view, map.house, left, "#66707f");
    mark(context, view, map.house, chosen, "#066fd1");
  });
  element.addEventListener("seat", ({ detail: { index, place } }) => {
    if (!map.states.known || map.states.of(index) !== FREE) return;
    chosen = index;
    map.redraw();
    htmx.ajax("GET", `${pick}${pick.includes("?") ? "&" : "?"}place=${place}`, { target: `#${into}`, select: `#${into}`, swap: "outerHTML" });
  });
}

function mark(context, view, house, seat, color) {
  if (seat < 0) return;
  const [x, y] = view.project(house.x[seat], house.y[seat]);
  context.beginPath();
  context.arc(x, y, Math.max(6, view.seatPx * 0.5), 0, Math.PI * 2);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = "#ffffff";
  context.lineWidth = 2;
  context.stroke();
}
