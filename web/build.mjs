// src/ to dist/: every file under a name that holds its hash, so that it may be cached for ever, with a brotli
// twin beside it; manifest.json tells the server which name stands for which entry.
import { brotliCompressSync, constants } from "node:zlib";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import * as esbuild from "esbuild";

rmSync("dist", { recursive: true, force: true });
const result = await esbuild.build({
  entryPoints: ["src/docs.js", "src/docs.css", "src/pages.css"],
  entryNames: "[name]-[hash]",
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  loader: { ".png": "file", ".svg": "file" },
  legalComments: "none",
  metafile: true,
});

const manifest = {};
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  const name = path.replace("dist/", "");
  if (output.entryPoint) manifest[output.entryPoint.replace("src/", "")] = name;
  const bytes = readFileSync(path);
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  console.log(name, (bytes.length / 1024).toFixed(1) + " kB");
}
writeFileSync("dist/manifest.json", JSON.stringify(manifest, null, 1) + "\n");
