// The marks of light mark-up, put around what is selected, or before its lines.
export function marks(page) {
  for (const editor of page.querySelectorAll("[data-markup]")) {
    const area = editor.querySelector("textarea");
    const bar = editor.querySelector("[data-mark]").parentElement;
    bar.hidden = area.matches(":disabled");
    bar.addEventListener("click", (event) => {
      const button = event.target.closest("[data-mark]");
      if (button) mark(area, button.dataset.mark);
    });
    area.addEventListener("keydown", (event) => {
      const wanted = { b: "**", i: "_" }[event.key.toLowerCase()];
      if (!wanted || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      mark(area, wanted);
    });
  }
}

function mark(area, sign) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const words = value.slice(start, end);
  area.focus();
  if (sign === "[]") {
    area.setRangeText(`[${words}](https://)`, start, end, "end");
  } else if (sign.endsWith(" ")) {
    const first = value.lastIndexOf("\n", start - 1) + 1;
    area.setRangeText(value.slice(first, end).split("\n").map((line) => sign + line).join("\n"), first, end, "end");
  } else {
    area.setRangeText(sign + words + sign, start, end, "end");
    if (!words) area.setSelectionRange(start + sign.length, start + sign.length);
  }
  area.dispatchEvent(new Event("input", { bubbles: true }));
}
