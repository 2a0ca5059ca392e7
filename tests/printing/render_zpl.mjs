// Reads {zpl, across_mm, along_mm, dots_per_mm}, one a line, and answers each with the PNGs (base 64) of its labels, until
// nobody writes any more.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const { ready } = createRequire(`${process.argv[2]}/package.json`)("zpl-renderer-js");
const { api } = await ready;
for await (const line of createInterface({ input: process.stdin })) {
  const job = JSON.parse(line);
  const pngs = await api.zplToBase64MultipleAsync(job.zpl, job.across_mm, job.along_mm, job.dots_per_mm);
  process.stdout.write(`${JSON.stringify(pngs)}\n`);
}
process.exit(0);
