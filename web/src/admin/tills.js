// Cash counted by coin and banknote: what each kind and all of them come to, as one types. Enter goes on to the next kind,
// so that a drawer is counted with the digits alone; without this the button "Add up" asks the server.
export function tills(page) {
  for (const table of page.querySelectorAll("[data-pieces]")) count(table);
}

function count(table) {
  const form = table.closest("form");
  const inputs = [...table.querySelectorAll("[data-piece]")];
  const total = form.querySelector("[data-pieces-total]");
  const told = (cents) => money(cents, table.dataset.nothing, document.documentElement.lang);
  const button = form.querySelector("[data-add-up]");
  if (button) button.remove();
  const add = () => {
    let sum = 0;
    for (const input of inputs) {
      const cents = amount(input);
      input.closest("tr").querySelector("[data-amount]").textContent = cents ? told(cents) : "";
      sum += cents;
    }
    total.textContent = inputs.some((input) => input.value.trim()) ? told(sum) : "—";
  };
  table.addEventListener("input", add);
  table.addEventListener("keydown", (event) => {
    const next = inputs[inputs.indexOf(event.target) + 1];
    if (event.key !== "Enter" || !next) return;
    event.preventDefault();
    next.focus();
    next.select();
  });
  add();
}

// What so many pieces come to, in hundredths; nothing for what is no number of pieces.
export function amount(input) {
  const text = input.value.trim();
  return /^\d{1,5}$/.test(text) ? Number(text) * Number(input.dataset.piece) : 0;
}

// An amount in hundredths as the server writes it, who tells how nothing is written: "0.00 CHF", "0,00 €".
export function money(cents, nothing, language) {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return nothing.replace(/0[.,]00/, new Intl.NumberFormat(language, digits).format(cents / 100));
}
