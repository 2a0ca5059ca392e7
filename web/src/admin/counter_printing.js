// Printing after a sale: asked for once the sale is shown, looked at until it has ended, also while the next customer is
// served. What went wrong then is told above the counter. Acts of printing never wait for those of selling.
const LOOK_MS = 1500;
const LOOKS_MAX = 400;

export class CounterPrinting {
  constructor(counter) {
    this.counter = counter;
    this.at = `${counter.at}/printing`;
    this.strip = counter.page.querySelector("[data-print-strip]");
    counter.dialog.addEventListener("click", ({ target }) => this._clicked(target.closest("button")));
    counter.dialog.addEventListener("keydown", (event) => this._typed(event));
  }

  get block() {
    return this.counter.page.querySelector("[data-printing]");
  }

  // A sale is shown: its tickets come out, the drawer opens.
  sold() {
    const { printing, saleGiven: given, saleChange: change, saleWay: way } = this.block?.dataset ?? {};
    if (printing) this._ask(printing, this.at, { order: printing, given, change, way });
  }

  // A part of an order is taken: for cash the drawer opens.
  parted(order, way) {
    if (order && way === "cash") this._ask("", this.at, { order, way });
  }

  async _ask(order, path, told = null) {
    clearTimeout(this.soon);
    if (order) Object.assign(this, { order, looks: 0 });
    const turn = (this.turn = (this.turn ?? 0) + 1);
    try {
      const { text } = await this.counter.ask(path, told && new URLSearchParams(told));
      if (turn === this.turn && this.order) this._answered(text);
    } catch (problem) {
      if (turn === this.turn && problem.sentence) this.counter.tell(problem.sentence);
      if (turn === this.turn) this._later();
    }
  }

  _answered(text) {
    const made = this.counter.page.createElement("div");
    made.innerHTML = text;
    const state = made.querySelector("[data-print-state]")?.dataset.printState ?? "";
    const { block } = this;
    if (block?.dataset.printing === this.order) this._show(block, text);
    this.strip.hidden = state !== "trouble";
    if (state === "moving" || state === "trouble") this._later();
  }

  // What is chosen and open stays so, as long as it says the same.
  _show(block, text) {
    if (this.shown === text.replaceAll(/data-key="[^"]*"/g, "") && block.innerHTML.trim()) return;
    this.shown = text.replaceAll(/data-key="[^"]*"/g, "");
    const open = block.querySelector("details")?.open;
    const left = block.contains(this.counter.page.activeElement);
    block.innerHTML = text;
    if (left) (block.querySelector("[data-print-answer]") ?? this.counter.dialog.querySelector("[data-next]"))?.focus();
    if (open && block.querySelector("details")) block.querySelector("details").open = true;
  }

  _later() {
    clearTimeout(this.soon);
    this.looks += 1;
    if (this.looks < LOOKS_MAX) this.soon = setTimeout(() => this._ask("", `${this.at}?order=${this.order}`), LOOK_MS);
  }

  _clicked(button) {
    const { printAnswer, printAgain, job, key } = button?.dataset ?? {};
    if (printAnswer) this._ask("", `${this.at}/answers`, { job, answer: printAnswer, key: job });
    if (!printAgain) return;
    button.closest("details").open = false;
    this._ask("", `${this.at}/repetition`, { order: this.order, reason: printAgain, key });
  }

  // Why they are printed again is chosen by its number.
  _typed({ key, target }) {
    if (target.matches("input, textarea, select")) return;
    const reasons = this.block?.querySelectorAll("details[open] [data-print-again]") ?? [];
    reasons[Number(key) - 1]?.click();
  }
}
