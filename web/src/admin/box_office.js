// A new box office's key follows its name until somebody types a key of their own; the address it makes is shown.
export function keyFromName(page) {
  const form = page.querySelector("form[data-key-from-name]");
  if (!form) return;
  const key = form.elements.key;
  const address = form.querySelector("[data-address]");
  const told = () => {
    address.hidden = key.value === "";
    address.querySelector("code").textContent = address.dataset.address + key.value;
  };
  let own = key.value !== "";
  key.addEventListener("input", () => {
    own = key.value !== "";
    told();
  });
  form.querySelector("#name").addEventListener("input", (event) => {
    if (!own) key.value = keyFrom(event.target.value);
    told();
  });
  told();
}

export const keyFrom = (name) =>
  name
    .replace(/<\/?[a-z][^<>]*>/gi, " ")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/œ/g, "oe")
    .replace(/æ/g, "ae")
    .normalize("NFKD")
    .replace(/[^\x00-\x7f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 40)
    .replace(/-+$/, "");
