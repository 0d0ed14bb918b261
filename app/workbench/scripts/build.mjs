// Builds everything the browser loads into one flat folder: $OUT, or dist/.
import { build } from "esbuild";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { resolve, dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const outdir = resolve(process.env.OUT ?? resolve(root, "dist"));
await build({
  absWorkingDir: root,
  entryPoints: [
    "src/workbench.ts", "src/figure.ts", "src/asc-worker.ts", "src/lab-worker.ts", "src/study.ts",
    "src/author.ts", "src/glossary.ts", "src/keys.ts", "src/offline.ts", "src/sw.ts",
  ],
  outdir,
  entryNames: "[name]",
  chunkNames: "chunk-[hash]",
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  // Branches of the compiler for Node only; the browser never takes them.
  external: ["module", "node:*", "fs", "path", "url", "crypto"],
  legalComments: "linked",
  logLevel: "info",
});

// A file imports what only names exports, though nobody in it asks: a request for nothing.
const scripts = (await readdir(outdir)).filter((name) => name.endsWith(".js"));
const texts = new Map(await Promise.all(
  scripts.map(async (name) => [name, await readFile(resolve(outdir, name), "utf8")]),
));
const namesOnly = /^var (\w)=Object\.defineProperty;var \w=[^;]+;export\{\w as \w\};\s*$/;
for (const [name, text] of texts) {
  const lean = text.replace(/import"\.\/(chunk-\w+\.js)";/g, (whole, from) =>
    namesOnly.test(texts.get(from) ?? "") ? "" : whole);
  if (lean !== text) await writeFile(resolve(outdir, name), lean);
}
