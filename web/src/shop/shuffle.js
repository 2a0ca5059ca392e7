// The order of those who came before the opening, worked out by each browser for itself: the recipe of
// docs/waiting-room.md, with the seed that was told at the opening and whose hash was told before it.
import { fromHex, hmac, sha256, toHex } from "./sha256.js";

const ROUNDS = 10;

// Where an ordinal stands once `count` of them are shuffled; later ones stand where they came.
export function rank(seed, ordinal, count) {
  if (ordinal >= count) return ordinal;
  let bits = 1;
  while (4 ** bits < count) bits++;
  let found = ordinal;
  do found = permuted(seed, found, 2 ** bits); while (found >= count);
  return found;
}

// Whether this is the seed that was promised.
export function isPromised(seed, hash) {
  return toHex(sha256(fromHex(seed))) === hash;
}

function permuted(seed, number, half) {
  let left = Math.floor(number / half), right = number % half;
  for (let turn = 0; turn < ROUNDS; turn++) {
    const message = Uint8Array.of(turn, right >>> 24, right >>> 16 & 255, right >>> 8 & 255, right & 255);
    const digest = hmac(seed, message);
    const value = (digest[0] * 2 ** 24 + digest[1] * 2 ** 16 + digest[2] * 2 ** 8 + digest[3]) % half;
    [left, right] = [right, (left ^ value) >>> 0];
  }
  return left * half + right;
}
