// Verifying Ed25519: by the browser where it can, else by a small library, which takes some milliseconds longer.
import { verifyAsync } from "@noble/ed25519";

const NAME = "Ed25519";

// verify(key, signature, message): all bytes; keys are taken in once. `subtle` is the browser's, null where it has none.
export async function verifier(subtle = globalThis.crypto?.subtle) {
  if (!subtle) return null;
  if (!(await knows(subtle))) return (key, signature, message) => verifyAsync(signature, message, key).catch(() => false);
  const taken = new Map();
  return async (key, signature, message) => {
    const name = key.join();
    if (!taken.has(name)) taken.set(name, subtle.importKey("raw", key, { name: NAME }, false, ["verify"]));
    try {
      return await subtle.verify({ name: NAME }, await taken.get(name), signature, message);
    } catch {
      return false;
    }
  };
}

async function knows(subtle) {
  try {
    await subtle.generateKey({ name: NAME }, false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}
