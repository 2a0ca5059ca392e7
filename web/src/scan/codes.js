// Ticket codes, read and verified here: 122 characters, "PL" and 75 bytes in base 32, of which 64 are an Ed25519 signature
// (docs/ticket-codes.md). Whoever has the public keys knows what a code says and that its organisation wrote it.
export const CODE_CHARS = 122;
export const TICKET = 1, PASS = 2;
const CONTENT = 11, CODE_BYTES = 75, VERSION = 1;
const DOMAIN = new TextEncoder().encode("PLv1");
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const TYPED_CHARS_MAX = 200;
// What readers put before a code if they are told to name its kind (ISO/IEC 15424).
const SYMBOLOGY = /^\][A-Za-z]\d(?=PL)/i;

export const UNKNOWN = "unknown", FORGED = "forged";

// The one spelling of what was scanned.
export function canonical(text) {
  const trimmed = text.trim().replace(SYMBOLOGY, "");
  return /^pl/i.test(trimmed) && /^[\x00-\x7f]*$/.test(trimmed) ? trimmed.toUpperCase() : trimmed;
}

// {kind, key, generation, serial, pool, signed, signature}, not verified; null for what is not spelt like a code.
export function read(text) {
  const spelt = text.length <= TYPED_CHARS_MAX ? canonical(text) : "";
  if (spelt.length !== CODE_CHARS || !spelt.startsWith("PL")) return null;
  const bytes = base32(spelt.slice(2));
  if (!bytes || bytes.length !== CODE_BYTES) return null;
  const kind = bytes[0] & 15;
  if (bytes[0] >> 4 !== VERSION || (kind !== TICKET && kind !== PASS)) return null;
  const view = new DataView(bytes.buffer);
  const signed = new Uint8Array(DOMAIN.length + CONTENT);
  signed.set(DOMAIN);
  signed.set(bytes.subarray(0, CONTENT), DOMAIN.length);
  return {
    kind, key: bytes[1], generation: bytes[2], serial: view.getUint32(3), pool: view.getUint32(7), signed,
    signature: bytes.slice(CONTENT),
  };
}

// What a code says, UNKNOWN, or FORGED. `keys` are public keys by their ids, `verify` is of `signatures.js`.
export async function decode(text, keys, verify) {
  const code = read(text);
  if (!code) return UNKNOWN;
  const key = keys.get(code.key);
  return key && (await verify(key, code.signature, code.signed)) ? code : FORGED;
}

function base32(text) {
  const bytes = new Uint8Array((text.length * 5) >> 3);
  let bits = 0, value = 0, at = 0;
  for (const sign of text) {
    const digit = ALPHABET.indexOf(sign);
    if (digit < 0) return null;
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (value >> bits) & 255;
    }
  }
  return bytes;
}
