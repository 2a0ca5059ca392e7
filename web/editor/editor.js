// The page of the editor: the drawing is fetched while the page is shown, then drawn.
import { make } from "../src/seatmap/list.js";
import { Editor } from "./app.js";

export async function start(document) {
  const element = document.querySelector("[data-editor]");
  if (!element) return;
  const words = JSON.parse(element.dataset.words);
  if (matchMedia("(hover: none)").matches) words.hint = words.hintTouch;
  element.replaceChildren(make("p", words.loading, "editor-loading"));
  try {
    const answer = await fetch(element.dataset.document, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    const drawing = await answer.json();
    const began = performance.now();
    alone(element);
    const editor = new Editor(element, words, drawing, { ...element.dataset });
    requestAnimationFrame(() => requestAnimationFrame(() => {
      element.dataset.painted = String(Math.round(performance.now()));
      element.dataset.built = String(Math.round(performance.now() - began));
    }));
    return editor;
  } catch (error) {
    element.replaceChildren(make("p", words.failed, "alert alert-danger"));
    throw error;
  }
}

// The editor covers the page: what lies behind it is not come to by the keyboard either.
function alone(element) {
  for (let part = element; part !== document.body; part = part.parentElement) {
    for (const other of part.parentElement.children) if (other !== part) other.inert = true;
  }
}

start(document);
