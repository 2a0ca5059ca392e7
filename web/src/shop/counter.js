// How many places of an area that is not numbered: a dialog with a number and a button.
import { make } from "../seatmap/list.js";

export function counter(host, words, area, most, take) {
  const dialog = make("dialog", "", "counter");
  const form = make("form", "");
  const input = Object.assign(document.createElement("input"), { type: "number", min: 1, max: most, value: Math.min(2, most), required: true, inputMode: "numeric" });
  const label = make("label", words.howMany.replace("{area}", area));
  label.append(row(input, most, words));
  const add = make("button", words.addCount);
  const close = make("button", words.close, "plain");
  close.type = "button";
  close.addEventListener("click", () => dialog.close());
  const foot = make("p", "", "counter-foot");
  foot.append(close, add);
  form.append(label, foot);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    take(input.valueAsNumber);
  });
  dialog.append(form);
  dialog.addEventListener("close", () => dialog.remove());
  host.append(dialog);
  dialog.showModal();
  input.select();
}

function row(input, most, words) {
  const line = make("span", "", "counter-row");
  const step = (sign, name, by) => {
    const button = make("button", sign, "plain");
    button.type = "button";
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => (input.value = Math.min(most, Math.max(1, (input.valueAsNumber || 0) + by))));
    return button;
  };
  line.append(step("−", words.fewer, -1), input, step("+", words.moreOf, 1));
  return line;
}
