// Names that nothing else has: keys of parts, ids of seats, zones, areas and tables. Ids never change and are never given
// again; what people read are labels.

const SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz";
const LENGTH = 10;

export function fresh(prefix = "") {
  const drawn = crypto.getRandomValues(new Uint8Array(LENGTH));
  return prefix + Array.from(drawn, (octet) => SIGNS[octet % SIGNS.length]).join("");
}
