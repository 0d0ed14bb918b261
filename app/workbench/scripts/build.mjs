// Builds everything the browser loads into one flat folder: $OUT, or dist/.
import { build } from "esbuild";
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
