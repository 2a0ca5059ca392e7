// The box-office switcher: typing finds, arrows go through what is found, Escape closes. Without this it is a plain
// list that opens and closes.
export function switcher(page) {
  const box = page.querySelector("[data-switcher]");
  if (!box) return;
  const search = box.querySelector("[data-switcher-search]");
  const none = box.querySelector("[data-switcher-none]");
  const items = [...box.querySelectorAll("[data-find]")];
  const links = () => [...box.querySelectorAll("a")].filter((link) => !link.closest("[hidden]"));
  const close = () => {
    box.open = false;
    box.querySelector("summary").focus();
  };
  if (search) {
    search.hidden = false;
    search.addEventListener("input", () => {
      const wanted = plain(search.value);
      for (const item of items) item.hidden = !plain(item.dataset.find).includes(wanted);
      none.hidden = items.some((item) => !item.hidden);
    });
    search.addEventListener("keydown", (event) => {
      const first = links()[0];
      if (event.key === "Enter" && first) first.click();
    });
    box.addEventListener("toggle", () => box.open && search.focus());
  }
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.open) return close();
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const reached = links();
    const at = reached.indexOf(page.activeElement);
    const next = reached[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (box.open && (next || search)) {
      event.preventDefault();
      (next ?? search).focus();
    }
  });
  page.addEventListener("click", (event) => {
    if (box.open && !box.contains(event.target)) box.open = false;
  });
}

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();
