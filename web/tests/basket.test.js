import assert from "node:assert/strict";
import { test } from "node:test";
import { Basket } from "../src/shop/basket.js";

const item = (performance, place, cents) => ({ performance, place, price_cents: cents });
const cart = (...items) => ({ count: items.length, items, expires_in_s: 600, lost_count: 0 });

test("a basket has what the cart has of its date", () => {
  const basket = new Basket("here", null);
  basket.set(cart(item("here", 1, 3000), item("there", 1, 9000), item("here", 2, 2000)));
  assert.deepEqual([basket.places, basket.totalCents, basket.othersCount], [[1, 2], 5000, 1]);
  basket.set(null);
  assert.deepEqual([basket.places, basket.totalCents, basket.othersCount], [[], 0, 0]);
});

test("quick choices are sent one after the other, in their order", async () => {
  const sent = [];
  const answers = [];
  const basket = new Basket("here", (body) => {
    sent.push(body.seats[0]);
    return new Promise((done) => answers.push(done));
  });
  const [first, second] = [basket.change({ seats: ["A1"] }), basket.change({ seats: ["A2"] })];
  await new Promise(setImmediate);
  assert.deepEqual(sent, ["A1"], "the second waits for the first");
  answers[0]({ cart: cart(item("here", 1, 3000)) });
  assert.equal(await first, null);
  await new Promise(setImmediate);
  assert.deepEqual(sent, ["A1", "A2"]);
  answers[1]({ cart: cart(item("here", 1, 3000), item("here", 2, 3000)) });
  assert.equal(await second, null);
  assert.deepEqual(basket.places, [1, 2]);
});

test("what is refused changes nothing, and what comes after goes on", async () => {
  const answers = [{ problem: { code: "seats-taken" } }, { cart: cart(item("here", 2, 3000)) }];
  const basket = new Basket("here", async () => answers.shift());
  const [refused, done] = [basket.change({ seats: ["A1"] }), basket.change({ seats: ["A2"] })];
  assert.equal((await refused).code, "seats-taken");
  assert.equal(await done, null);
  assert.deepEqual(basket.places, [2]);
});
