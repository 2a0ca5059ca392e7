import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, read } from "../src/embed/addresses.js";
import { listeners } from "../src/shop/frame.js";
import { without } from "../src/shop/tracking.js";

const element = (attributes) => ({
  getAttribute: (name) => attributes[name] ?? null,
  hasAttribute: (name) => name in attributes,
});
const HOME = "https://tickets.example";

test("attributes become an address", () => {
  const asked = { shop: "opera", bare: "", language: "fr", from: "2027-03-01", events: "a, b", pay: "invoice" };
  assert.equal(addressOf(HOME, element(asked)), `${HOME}/shop/opera;embedded;bare;language=fr;from=2027-03-01;events=a,b;pay=invoice/`);
  assert.equal(addressOf(HOME, element({ shop: "opera", event: "e1" })), `${HOME}/shop/opera;embedded/events/e1`);
  assert.equal(addressOf(HOME, element({ shop: "opera", date: "d1" })), `${HOME}/shop/opera;embedded/performances/d1`);
});

test("an attribute stays within its place of the address", () => {
  const asked = { shop: "../admin", language: "fr;embedded/x?y#z", event: "../../a?b" };
  const { origin, pathname, search, hash } = new URL(addressOf(HOME, element(asked)));
  assert.equal(origin, HOME);
  assert.ok(pathname.startsWith("/shop/..%2Fadmin;embedded;language=fr%3Bembedded%2Fx%3Fy%23z/events/..%2F"));
  assert.equal(search + hash, "");
});

test("only messages of ours are read", () => {
  assert.deepEqual(read({ placeur: 1, kind: "height", height: 812 }), { kind: "height", height: 812 });
  assert.deepEqual(read({ placeur: 1, kind: "page", path: "/x" }), { kind: "page" });
  const event = { placeur: 1, kind: "event", name: "ike_cart_add", detail: { count: 1 } };
  assert.deepEqual(read(event), { kind: "event", name: "ike_cart_add", detail: { count: 1 } });
  assert.equal(read({ placeur: 1, kind: "height", height: 1e9 }).height, 100_000);
  for (const other of [
    null, "height", {}, { kind: "height", height: 5 }, { placeur: 1, kind: "height", height: "5px" },
    { placeur: 1, kind: "height", height: -1 }, { placeur: 1, kind: "height", height: NaN },
    { placeur: 1, kind: "event", name: "click" }, { placeur: 1, kind: "event", name: "ike_x onload" }, { placeur: 1, kind: "go" },
  ]) assert.equal(read(other), null);
});

test("a frame speaks to the page around it alone", () => {
  const ours = "https://tickets.example", named = "https://a.example https://b.example";
  const at = (...around) => ({ origin: ours, ancestorOrigins: around });
  assert.deepEqual(listeners(named, at("https://b.example")), ["https://b.example"]);
  assert.deepEqual(listeners(named, at(ours)), [ours]);
  assert.deepEqual(listeners(named, at("https://evil.example")), []);
  assert.deepEqual(listeners(named, { origin: ours }), [ours, "https://a.example", "https://b.example"]);
  assert.deepEqual(listeners("", { origin: ours }), [ours]);
});

test("the cart without one of its places", () => {
  const items = [{ id: "a", price: 12.1 }, { id: "b", price: 0.2 }, { id: "c", price: 10 }];
  const left = without({ count: 3, topaid: 22.3, currency: { name: "CHF" }, items }, "c");
  assert.deepEqual(left, { count: 2, topaid: 12.3, currency: { name: "CHF" }, items: items.slice(0, 2) });
});
