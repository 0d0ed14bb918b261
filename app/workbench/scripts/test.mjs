// Compiles the tests with esbuild and runs them with Node's own runner.
import { build } from "esbuild";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(root, "dist-test");
const tests = readdirSync(join(root, "test")).filter((name) => name.endsWith(".test.ts"));
rmSync(out, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: tests.map((name) => `test/${name}`),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  packages: "external",
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: "inline",
});
// The engine and the interpreters of a site that was built, for the tests that need them.
const { SITE } = process.env;
if (SITE && !process.env.HEADROOM_ENGINE) {
  const { build: folder } = JSON.parse(readFileSync(join(SITE, "manifest.json"), "utf8"));
  process.env.HEADROOM_ENGINE = join(SITE, folder, "engine.wasm");
}
const files = tests.map((name) => join(out, name.replace(/\.ts$/, ".mjs")));
const { status } = spawnSync(process.execPath, ["--enable-source-maps", "--test", ...files], {
  cwd: root,
  stdio: "inherit",
});
process.exit(status ?? 1);
