// How long the places of the cart are still the visitor's, counted down by this browser from what the server told.
const SECOND = 1000;
const SAID_AT_S = [300, 120, 60];
const stops = new WeakMap();

export function clocks(document) {
  for (const element of document.querySelectorAll("[data-ends-in]")) run(element, Number(element.dataset.endsIn));
}

// Starts an element's clock anew, because the server gave more time.
export function extend(element, seconds) {
  if (element) run(element, seconds);
}

// At its end the page is loaded again, or the one that `data-then` names: it says what became of the places.
function run(element, seconds) {
  stops.get(element)?.();
  stops.set(element, countdown(seconds, (left) => {
    element.querySelector("[data-left]").textContent = left > 0 ? clock(left) : "0:00";
    element.classList.toggle("soon", left <= SAID_AT_S[1]);
    if (left <= 0) element.dataset.then ? window.location.assign(element.dataset.then) : window.location.reload();
  }));
}

// Calls `tell` with the seconds left, each second until they are over. Returns what stops it.
export function countdown(seconds, tell) {
  const end = performance.now() + seconds * SECOND;
  let next = 0;
  const step = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / SECOND));
    if (left > 0) next = setTimeout(step, SECOND);
    tell(left);
  };
  step();
  return () => clearTimeout(next);
}

// 605 -> "10:05"
export function clock(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
