// src/ and editor/ to dist/: every file under a name that holds its hash, so that it may be cached for ever, with a brotli
// twin beside it; manifest.json tells the server which name stands for which entry. What is built takes the old one's
// place at the end, whole: a server that starts meanwhile finds the one or the other.
import { createHash } from "node:crypto";
import { brotliCompressSync, constants } from "node:zlib";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as esbuild from "esbuild";

const dist = mkdtempSync("dist-");
// What other people's pages load, what runs beside a page, and what is kept for when there is no network: files of their
// own, each of which runs by itself.
const embed = await esbuild.build({
  entryPoints: ["src/embed.js", "src/scan.js", "src/scan/reader.js", "src/scan/worker.js"],
  entryNames: "[name]-[hash]",
  outdir: dist,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  metafile: true,
});
const result = await esbuild.build({
  entryPoints: ["src/docs.js", "src/docs.css", "src/pages.css", "src/tickets.css", "src/admin.js", "src/admin.css", "src/shop.js", "src/shop.css", "src/performance.js", "src/performance.css", "src/scan.css", "editor/editor.js", "editor/editor.css"],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  splitting: true,
  outdir: dist,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".png": "file", ".svg": "file", ".woff2": "file", ".woff": "file" },
  legalComments: "none",
  metafile: true,
});

// The icons that pages use, as one sprite.
function sprite() {
  const names = readFileSync("src/icons.txt", "utf8").trim().split(/\s+/);
  const symbols = names.map((name) => {
    const drawing = readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
    const inner = drawing.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>[\s\S]*$/, "").replace(/\s+/g, " ").trim();
    return `<symbol id="${name}" viewBox="0 0 24 24" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
  });
  const text = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
  const name = `icons-${createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase()}.svg`;
  writeFileSync(`${dist}/${name}`, text);
  return name;
}

// A file as it is.
function kept(path) {
  const bytes = readFileSync(path), [, stem, end] = path.match(/([^/]+)\.(\w+)$/);
  const name = `${stem}-${createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase()}.${end}`;
  writeFileSync(`${dist}/${name}`, bytes);
  if (end !== "png") writeFileSync(`${dist}/${name}.br`, brotliCompressSync(bytes));
  return name;
}

// The sentences that the scanner says, for the server to hand them over in other languages: t("…").
function words() {
  const files = ["src/scan.js", ...readdirSync("src/scan").filter((name) => name.endsWith(".js")).map((name) => `src/scan/${name}`)];
  const said = files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(/[^\w.]t\("([^"]+)"/g)].map(([, text]) => text));
  const text = JSON.stringify([...new Set(said)].sort());
  const name = `words-${createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase()}.json`;
  writeFileSync(`${dist}/${name}`, text);
  return name;
}

const manifest = { "icons.svg": sprite() };
manifest["scan/words.json"] = words();
manifest["scan/reader.wasm"] = kept("node_modules/zxing-wasm/dist/reader/zxing_reader.wasm");
for (const icon of ["icon.svg", "icon-192.png", "icon-512.png"]) manifest[`scan/${icon}`] = kept(`src/scan/icons/${icon}`);
writeFileSync(`${dist}/${manifest["icons.svg"]}.br`, brotliCompressSync(readFileSync(`${dist}/${manifest["icons.svg"]}`)));
for (const [path, output] of Object.entries({ ...result.metafile.outputs, ...embed.metafile.outputs })) {
  const name = path.replace(`${dist}/`, "");
  if (output.entryPoint) manifest[output.entryPoint.replace(/^(src|editor)\//, "")] = name;
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  console.log(name, (bytes.length / 1024).toFixed(1) + " kB");
}
writeFileSync(`${dist}/manifest.json`, JSON.stringify(manifest, null, 1) + "\n");
const old = mkdtempSync("dist-");
mkdirSync("dist", { recursive: true });
renameSync("dist", `${old}/dist`);
chmodSync(dist, 0o755);
renameSync(dist, "dist");
rmSync(old, { recursive: true });
