// Builds everything the browser loads into one flat folder: $OUT, or dist/.
import { build } from "esbuild";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
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

const scripts = (await readdir(outdir)).filter((name) => name.endsWith(".js"));
const texts = new Map(await Promise.all(
  scripts.map(async (name) => [name, await readFile(resolve(outdir, name), "utf8")]),
));
// What every lesson loads comes in one file: the code that study.js shares with what loads later
// moves into it, and those take it from there.
const study = resolve(outdir, "study.js");
const [, shared] = texts.get("study.js").match(/from"\.\/(chunk-\w+\.js)"/);
const isWhole = (name) => name === "study.js" || name === shared;
await build({
  stdin: { contents: `import "./study.js"; export * from "./${shared}";`, resolveDir: outdir },
  outfile: study,
  allowOverwrite: true,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  plugins: [{
    name: "others stay files",
    setup: (it) => it.onResolve({ filter: /^\.\// }, ({ path }) =>
      isWhole(path.slice(2)) ? undefined : { path, external: true }),
  }],
});
await rm(resolve(outdir, shared));
texts.delete(shared);
texts.set("study.js", await readFile(study, "utf8"));
for (const [name, text] of texts) {
  const moved = text.replaceAll(`"./${shared}"`, `"./study.js"`);
  texts.set(name, moved);
  if (moved !== text) await writeFile(resolve(outdir, name), moved);
}

// A file imports what only names exports, though nobody in it asks: a request for nothing.
const namesOnly = /^var (\w)=Object\.defineProperty;var \w=[^;]+;export\{\w as \w\};\s*$/;
for (const [name, text] of texts) {
  const lean = text.replace(/import"\.\/(chunk-\w+\.js)";/g, (whole, from) =>
    namesOnly.test(texts.get(from) ?? "") ? "" : whole);
  if (lean !== text) await writeFile(resolve(outdir, name), lean);
}
