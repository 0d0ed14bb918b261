// A script's way without a browser: assemble, start, run, report; and the command line's report
// of the same script. Needs the engine as engine.test.ts does, and the interpreters' folder in
// HEADROOM_INTERPRETERS; HEADROOM_PROGRAM names the command to compare with.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { Engine, EngineError, GuestFault, refusals } from "../src/engine.js";
import { runLab } from "../src/run.js";
import { interpreterOf } from "../src/scripts.js";
import { submit } from "../src/submit.js";

const path = process.env.HEADROOM_ENGINE;
const program = process.env.HEADROOM_PROGRAM;
const folder = process.env.HEADROOM_INTERPRETERS;
const skip = path && folder ? false : "HEADROOM_ENGINE and HEADROOM_INTERPRETERS are not set";
const LAB = "rate_limiter";
const YOU = -1;
const GCRA = "../../e2e/fixtures/gcra.js";
const STARTER = "../../labs/src/rate_limiter/starter/javascript.js";
const allow = (body: string) =>
  `export function configure() {}\nexport function allow(t, n, c) {\n${body}\n}\n`;

let fresh: () => Engine;
let interpreter: Uint8Array;
const logs: string[] = [];

before(async () => {
  if (!path || !folder) return;
  const module = await WebAssembly.compile(readFileSync(path));
  fresh = await Engine.create(module, (text) => logs.push(text));
  interpreter = readFileSync(join(folder, interpreterOf("javascript") ?? ""));
});

const assembled = (source: string) =>
  fresh().script(LAB, interpreter, new TextEncoder().encode(source));

async function startFault(source: string): Promise<GuestFault | null> {
  const engine = fresh();
  engine.admit(await engine.prepare(LAB, assembled(source), true));
  return engine.start();
}

async function faultOf(source: string): Promise<GuestFault> {
  const engine = fresh();
  engine.admit(await engine.prepare(LAB, assembled(source), true));
  try {
    engine.runCase(LAB, 0, 0, YOU);
  } catch (error) {
    assert.ok(error instanceof GuestFault, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "the run should have ended early" });
}

async function reportOf(file: string): Promise<string> {
  const wasm = assembled(readFileSync(file, "utf8"));
  let report = "";
  await runLab(fresh, { kind: "run", lab: LAB, wasm, policies: [] }, true, (json) => {
    const message = JSON.parse(json);
    if (message.type === "report") report = message.report;
  });
  return report;
}

test("a right script earns everything, within the budgets of scripts", { skip }, async () => {
  const report = JSON.parse(await reportOf(GCRA));
  assert.equal(report.score, 1_000_000);
  assert.equal(report.stars, 3);
  assert.match(report.subject.script, /^[0-9a-f]{64}$/);
});

for (const file of [GCRA, STARTER]) {
  const absent = program ? false : "HEADROOM_PROGRAM is not set";
  test(`${file}: the command line prints the same bytes`, { skip: skip || absent }, async () => {
    const printed = execFileSync(program!, ["grade", LAB, file, "--json"], { encoding: "utf8" });
    assert.equal(printed, await reportOf(file));
  });
}

test("what keeps a script from starting is told by its line", { skip }, async () => {
  const syntax = await startFault("let a = 1;\nlet b = ;\n");
  assert.match(syntax?.trouble.message ?? "", /SyntaxError/);
  assert.deepEqual(syntax?.trouble.position, { line: 2, column: 9 });
  const thrown = await startFault("\n\nthrow new Error('no');");
  assert.match(thrown?.trouble.message ?? "", /Error: no/);
  assert.equal(thrown?.trouble.position?.line, 3);
  const missing = await startFault("export function configure() {}");
  assert.match(missing?.trouble.message ?? "", /exports no function allow/);
  assert.equal((await startFault("for (;;);"))?.kind.kind, "out-of-ops");
  assert.equal((await startFault("[".repeat(65_536)))?.kind.kind, "call-depth");
  assert.equal(await startFault(allow("return 1;")), null);
});

test("what stops a script in a call is told apart", { skip }, async () => {
  assert.equal((await faultOf(allow("for (;;);"))).kind.kind, "out-of-ops");
  const table: [string, RegExp][] = [
    ["return allow(t, n, c) + 1;", /RangeError/],
    ["const all = []; for (;;) all.push(new Float64Array(10000));", /out of memory/],
    ["return c / 3;", /allow answered 0\.33.*expected an integer/],
    ["return '1';", /answered "1", expected an integer/],
    ["return Date.now();", /there is no clock/],
    ["return limit;", /ReferenceError: limit is not defined/],
  ];
  for (const [body, pattern] of table) {
    const fault = await faultOf(allow(body));
    assert.equal(fault.kind.kind, "abort", body);
    assert.match(fault.trouble.message, pattern);
  }
  const placed = await faultOf(allow("  const x = 1;\n  return limit;"));
  assert.equal(placed.trouble.position?.line, 4);
});

test("console and chance: logged, and the same in every run", { skip }, async () => {
  const once = async () => {
    const engine = fresh();
    const source = allow("console.log('r', Math.random());\nthrow 1;");
    engine.admit(await engine.prepare(LAB, assembled(source), true));
    logs.length = 0;
    assert.throws(() => engine.runCase(LAB, 0, 0, YOU), GuestFault);
    return logs.join();
  };
  const first = await once();
  assert.match(first, /^r 0\.\d+$/);
  assert.equal(await once(), first);
});

test("a script that is too long is refused", { skip }, () => {
  try {
    assembled(`/* ${"x".repeat(65_536)} */`);
    assert.fail();
  } catch (error) {
    assert.ok(error instanceof EngineError);
    assert.equal(refusals(error)[0]?.code, "source");
  }
});

test("a script is handed in as its source, byte for byte", async () => {
  const bodies: FormData[] = [];
  const answer = JSON.stringify({ id: "1", status: "graded" });
  const made = {
    fetch: (_url: unknown, init?: RequestInit) => {
      if (init?.body instanceof FormData) bodies.push(init.body);
      return Promise.resolve(new Response(answer, { status: 202 }));
    },
    sleep: () => Promise.resolve(),
    random: () => 0.5,
    key: () => "key",
  };
  // A form rewrites the newlines of its texts, not those of its files.
  const wasm = new TextEncoder().encode("// one\nexport function allow() {}\r\n\n");
  await submit(LAB, { wasm, language: "javascript" }, () => {}, made as never);
  const source = bodies[0]?.get("source");
  assert.ok(source instanceof Blob, "the source is a text");
  assert.deepEqual(new Uint8Array(await source.arrayBuffer()), wasm);
  assert.equal(bodies[0]?.get("language"), "javascript");
  assert.equal(bodies[0]?.get("module"), null);
});
