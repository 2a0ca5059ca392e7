// Forms of the panel: labelled fields that tell what was typed, as soon as it is sound.
import { make } from "../src/seatmap/list.js";

let counter = 0;

// A field: {name, type, label, value, min, max, step, options: [[value, label]], offered, mixed, help}; `offered` are texts that
// it proposes; what `whole` says of a long text is written anew rather than gone on with. `changed(value, done)` is told of each sound value; `done` is false while a hand is still on it.
export function field({ name, type = "text", label, value, options = [], offered = null, whole = false, mixed = false, help = "", mixedWords = "", ...bounds }, changed) {
  const id = `field-${name}-${++counter}`;
  const box = make("div", "", type === "checkbox" ? "field yes-no" : "field");
  const said = make("label", label);
  said.htmlFor = id;
  const control = type === "select" ? chooser(options, value, mixed, mixedWords) : type === "textarea" ? document.createElement("textarea") : document.createElement("input");
  control.id = id;
  control.name = name;
  if (type === "checkbox") {
    control.type = "checkbox";
    control.checked = value === true;
    control.indeterminate = mixed;
  } else if (type !== "select") {
    if (type !== "textarea") control.type = type;
    for (const [key, bound] of Object.entries(bounds)) if (bound !== undefined) control[key === "maxLength" ? "maxLength" : key] = bound;
    control.value = mixed ? "" : (value ?? "");
    control.dataset.was = control.value;
    if (mixed) control.placeholder = mixedWords;
    if (["text", "number"].includes(control.type)) chosenWhole(control);
    if (whole) control.addEventListener("focus", () => control.select());
  }
  const tell = (done) => {
    control.classList.toggle("unsound", !control.validity.valid);
    if (!control.validity.valid) return void control.reportValidity();
    if (type === "number" && control.value === "") return;
    changed(type === "number" ? Number(control.value) : type === "checkbox" ? control.checked : control.value, done);
  };
  if (type === "range" || type === "color") control.addEventListener("input", () => tell(false));
  control.addEventListener("change", () => tell(true));
  box.append(...(type === "checkbox" ? [control, said] : [said, control]));
  if (offered?.length) box.append(proposals(control, offered));
  if (help) {
    const told = make("p", help, "help");
    told.id = `${id}-help`;
    control.setAttribute("aria-describedby", told.id);
    box.append(told);
  }
  return box;
}

// A click into a field takes all that is there, as Tab does: what is typed takes its place.
function chosenWhole(control) {
  let entered = false;
  control.addEventListener("pointerdown", () => (entered = control.ownerDocument.activeElement !== control));
  control.addEventListener("click", () => {
    if (entered && (control.type === "number" || control.selectionStart === control.selectionEnd)) control.select();
    entered = false;
  });
}

function proposals(control, offered) {
  const list = document.createElement("datalist");
  list.id = `${control.id}-offered`;
  list.append(...offered.map((one) => new Option(one, one)));
  control.setAttribute("list", list.id);
  return list;
}

function chooser(options, value, mixed, mixedWords) {
  const select = document.createElement("select");
  if (mixed) select.append(new Option(mixedWords, "", true, true));
  for (const [one, label] of options) select.append(new Option(label, one, false, !mixed && one === value));
  return select;
}

export function button(text, act, { className = "", title = "", pressed = null, disabled = false } = {}) {
  const made = make("button", text, className);
  made.type = "button";
  made.disabled = disabled;
  if (title) {
    made.title = title;
    if (!text) made.setAttribute("aria-label", title);
  }
  if (pressed !== null) made.setAttribute("aria-pressed", String(pressed));
  made.addEventListener("click", act);
  return made;
}

// A group with a heading; folded if it says so.
export function group(title, children, { open = true } = {}) {
  const box = make("details", "", "group");
  box.open = open;
  box.append(make("summary", title), ...children);
  return box;
}

// What some values have in common: {value, mixed}.
export function common(values) {
  const known = new Set(values);
  return known.size === 1 ? { value: [...known][0], mixed: false } : { value: undefined, mixed: known.size > 1 };
}
