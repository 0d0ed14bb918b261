import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { compileAssemblyScript } from "../src/asc.js";

const gcra = readFileSync("test/fixtures/gcra.ts", "utf8");

test("a policy compiles to a module with the lab's exports and nothing foreign", async () => {
  const compiled = await compileAssemblyScript(gcra);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  const module = await WebAssembly.compile(compiled.wasm as BufferSource);
  const names = WebAssembly.Module.exports(module).map((e) => e.name).sort();
  assert.deepEqual(names, ["_initialize", "abi_version", "allow", "configure", "memory"]);
  const allowed = new Set(["env.abort", "env.seed"]);
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    assert.ok(allowed.has(`${from}.${name}`), `imports ${from}.${name}`);
  }
});

test("a compiled policy decides as GCRA does", async () => {
  const compiled = await compileAssemblyScript(gcra);
  assert.ok(compiled.ok);
  const { instance } = await WebAssembly.instantiate(compiled.wasm as BufferSource, {
    env: { abort: () => assert.fail("abort") },
  });
  const guest = instance.exports as Record<string, (...args: bigint[]) => number>;
  guest._initialize!();
  assert.equal(guest.abi_version!(), 1);
  guest.configure!(7n, 100n, 2n);
  const answers = [1000n, 1000n, 1000n, 1099n, 1100n].map((now) => guest.allow!(7n, now, 1n));
  assert.deepEqual(answers, [1, 1, 0, 0, 1]);
});

test("the same source gives the same bytes", async () => {
  const [one, two] = [await compileAssemblyScript(gcra), await compileAssemblyScript(gcra)];
  assert.ok(one.ok && two.ok);
  assert.deepEqual(one.wasm, two.wasm);
});

test("errors carry the line and column of the learner's source", async () => {
  const compiled = await compileAssemblyScript("export function f(): i32 {\n  return nothing;\n}\n");
  assert.ok(!compiled.ok);
  const [first] = compiled.errors;
  assert.equal(first?.line, 2);
  assert.equal(first?.column, 10);
  assert.match(first?.message ?? "", /Cannot find name 'nothing'/);
});

test("a syntax error and an empty file are answers, not exceptions", async () => {
  const broken = await compileAssemblyScript("export function {{{");
  assert.ok(!broken.ok && broken.errors.length > 0);
  const empty = await compileAssemblyScript("");
  assert.ok(empty.ok);
});

test("an import of a file that is not there is an error at its line", async () => {
  const compiled = await compileAssemblyScript('import { a } from "./other";\nexport const b = a;\n');
  assert.ok(!compiled.ok);
  assert.equal(compiled.errors[0]?.line, 1);
});
