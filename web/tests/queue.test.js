import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { test } from "node:test";
import { aheadOf, minutesFor, pauseFor, solved } from "../src/shop/queue.js";
import { fromHex, hmac, sha256, toHex } from "../src/shop/sha256.js";
import { isPromised, rank } from "../src/shop/shuffle.js";

const SEED = Uint8Array.from({ length: 32 }, (_, n) => n);

test("hashes are those of everybody", () => {
  for (let size = 0; size < 200; size += 7) {
    const bytes = randomBytes(size), key = randomBytes(32);
    assert.equal(toHex(sha256(bytes)), createHash("sha256").update(bytes).digest("hex"));
    assert.equal(toHex(hmac(key, bytes)), createHmac("sha256", key).update(bytes).digest("hex"));
  }
});

test("ranks are those of the server", () => {
  assert.deepEqual([0, 1, 2, 1999].map((ordinal) => rank(SEED, ordinal, 2000)), [1173, 722, 1079, 48]);
  assert.equal(rank(SEED, 123456, 20_000_000), 12713294);
  assert.equal(rank(SEED, 2000, 2000), 2000);
  const whole = Array.from({ length: 50 }, (_, ordinal) => rank(SEED, ordinal, 50));
  assert.deepEqual([...whole].sort((one, other) => one - other), Array.from({ length: 50 }, (_, n) => n));
});

test("a seed is checked against what was promised", () => {
  const seed = "00".repeat(32);
  assert.ok(isPromised(seed, "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"));
  assert.ok(!isPromised(seed.replace("00", "01"), "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"));
  assert.deepEqual([...fromHex("00ff10")], [0, 255, 16]);
});

test("how many are ahead, and for how long", () => {
  const told = { serving: 100, last: 301, waiting: 101 };
  assert.equal(aheadOf(99, told), 0);
  assert.equal(aheadOf(200, told), 50);
  assert.equal(aheadOf(300, told), 100);
  assert.equal(aheadOf(150, { serving: 100, last: 200, waiting: 100 }), 50);
  assert.equal(minutesFor(50, 10, [1, 5, 10, 11]), 5);
  assert.equal(minutesFor(5000, 10, [1, 5, 10, 11]), 11);
  assert.equal(minutesFor(5, 0, [1, 5]), null);
});

test("whose turn is far asks more seldom", () => {
  const told = { next_poll_s: 10, per_minute: 600 };
  assert.equal(pauseFor(50, told), 10, "no sooner than everybody is told");
  assert.equal(pauseFor(2000, told), 20);
  assert.equal(pauseFor(20_000, told), 60, "but within a minute");
  assert.equal(pauseFor(500, { ...told, per_minute: 0 }), 10, "nobody is called");
});

test("a challenge is solved", async () => {
  const answer = await solved("a puzzle", 10);
  const digest = createHash("sha256").update(`a puzzle.${answer}`).digest();
  assert.ok(digest[0] === 0 && digest[1] < 64);
});
