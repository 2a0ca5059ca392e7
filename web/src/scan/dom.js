// Making elements: h("button", { class: "large", onclick }, "Text", other). Texts are texts, never markup.
export function h(name, given = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value !== "string") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg"), use = document.createElementNS(SVG, "use");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  drawing.append(use);
  return drawing;
}

// A button that says it is at work, and cannot be pressed twice meanwhile.
export function button(given, act, ...children) {
  const made = h("button", { type: "button", ...given, onclick: () => busy(made, act) }, ...children);
  return made;
}

export async function busy(element, act) {
  if (element.getAttribute("aria-busy") === "true") return;
  element.setAttribute("aria-busy", "true");
  try {
    await act();
  } finally {
    element.removeAttribute("aria-busy");
  }
}

// A field with its label and, below it, what helps.
export function field(id, label, given = {}, help = null) {
  const input = h("input", { id, name: id, autocomplete: "off", ...given, "aria-describedby": help ? `${id}-help` : null });
  return [h("label", { for: id }, label), input, help && h("p", { class: "help", id: `${id}-help` }, help)];
}

export function choice(kind, name, value, label, given = {}, ...more) {
  const id = `${name}-${value}`;
  return h("div", { class: "choice" }, h("input", { type: kind, id, name, value, ...given }), h("label", { for: id }, label, ...more));
}
