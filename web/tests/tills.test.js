import assert from "node:assert/strict";
import { test } from "node:test";
import { amount, money } from "../src/admin/tills.js";

const typed = (value, piece) => amount({ value, dataset: { piece: String(piece) } });

test("so many pieces come to their number times their value", () => {
  assert.equal(typed("3", 500), 1500);
  assert.equal(typed(" 12 ", 5), 60);
  assert.equal(typed("0", 100), 0);
});

test("what is no number of pieces comes to nothing", () => {
  for (const text of ["", " ", "x", "1.5", "-2", "1e3", "123456"]) assert.equal(typed(text, 100), 0);
});

test("amounts are written as the server writes them", () => {
  assert.equal(money(123450, "0.00\u00a0CHF", "en"), "1,234.50\u00a0CHF");
  assert.equal(money(5, "0.00\u00a0CHF", "en"), "0.05\u00a0CHF");
  assert.equal(money(123450, "0,00\u00a0€", "fr"), "1\u202f234,50\u00a0€");
});
