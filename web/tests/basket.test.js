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

test("of a pass it has the cart's passes of that kind, and asks without a date", async () => {
  const held = { pass_type: "season", name: "Season", place: 7, price_cents: 9000 };
  const told = { ...cart(item("first", 3, 3000)), count: 3, passes: [held, { ...held, pass_type: "other", place: 8 }] };
  const sent = [];
  const basket = new Basket("first", async (body) => (sent.push(body), { cart: told }), "season");
  assert.equal(await basket.change({ seats: ["A1"], drop: [] }), null);
  assert.deepEqual(sent, [{ seats: ["A1"], drop: [] }]);
  assert.deepEqual([basket.places, basket.totalCents, basket.othersCount], [[7], 9000, 2]);
  assert.equal(basket.items[0].tariff_name, "Season");
});
