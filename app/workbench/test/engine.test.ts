// The learner's whole way without a browser: compile, check, instrument, link, run, report.
// Needs the engine: HEADROOM_ENGINE names engine.wasm (`cargo xtask test` sets it).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { compileAssemblyScript } from "../src/asc.js";
import { Engine, EngineError, GuestFault, refusals, seedConstant } from "../src/engine.js";
import { runLab } from "../src/run.js";

const path = process.env.HEADROOM_ENGINE;
const skip = path ? false : "HEADROOM_ENGINE is not set";
const LAB = "rate_limiter";
const YOU = -1;
const gcra = readFileSync("test/fixtures/gcra.ts", "utf8");
const CONFIGURE = "export function configure(a: i64, b: i64, c: i64): void {}\n";
const VERSION = "export function abi_version(): i32 { return 1; }\n";
const allow = (body: string) =>
  `${VERSION}${CONFIGURE}export function allow(t: i64, n: i64, c: i64): i32 {\n${body}\n}\n`;

let fresh: () => Engine;
const logs: string[] = [];

before(async () => {
  if (!path) return;
  const module = await WebAssembly.compile(readFileSync(path));
  fresh = await Engine.create(module, (text) => logs.push(text));
});

async function built(source: string): Promise<Uint8Array> {
  const compiled = await compileAssemblyScript(source);
  assert.ok(compiled.ok, JSON.stringify(compiled));
  return compiled.wasm;
}

async function faultOf(source: string): Promise<GuestFault> {
  const engine = fresh();
  engine.admit(await engine.prepare(LAB, await built(source)));
  try {
    engine.runCase(LAB, 0, 0, YOU);
  } catch (error) {
    assert.ok(error instanceof GuestFault, String(error));
    const { case: made } = JSON.parse(fresh().faultCase(LAB, 0, 0, error));
    assert.equal(made.fault.kind, error.kind.kind);
    assert.ok(made.fault.call > 0 || error.kind.kind === "abi-version");
    assert.equal(made.score, 0);
    return error;
  }
  throw new assert.AssertionError({ message: "the run should have ended early" });
}

async function messages(wasm: Uint8Array | null, policies: string[], script = false) {
  const sent: Record<string, never>[] = [];
  await runLab(fresh, { kind: "run", lab: LAB, wasm, policies }, script, (json) => {
    sent.push(JSON.parse(json));
  });
  return sent as { [key: string]: any }[];
}

test("a right policy decides as the reference does, and its cost is counted", { skip }, async () => {
  const engine = fresh();
  engine.admit(await engine.prepare(LAB, await built(gcra)));
  const yours = JSON.parse(engine.runCase(LAB, 0, 0, YOU)).case;
  const reference = JSON.parse(engine.runCase(LAB, 0, 0, 0)).case;
  assert.equal(yours.fault, null);
  assert.equal(yours.decisions, reference.decisions);
  assert.deepEqual(yours.metrics, reference.metrics);
  assert.ok(yours.ops.mean_milli > 1000 && yours.ops.max < 200_000);
  assert.ok(yours.pages >= 1);
});

test("the same run twice gives the same bytes", { skip }, async () => {
  const wasm = await built(gcra);
  const once = () => {
    const engine = fresh();
    return engine.prepare(LAB, wasm).then((room) => {
      engine.admit(room);
      return engine.runCase(LAB, 0, 1, YOU);
    });
  };
  assert.equal(await once(), await once());
});

test("an endless loop runs out of operations", { skip }, async () => {
  const fault = await faultOf(allow("  while (true) {}\n  return 1;"));
  assert.equal(fault.kind.kind, "out-of-ops");
  assert.match(fault.trouble.advice, /loop/);
});

test("endless recursion is found by depth", { skip }, async () => {
  const fault = await faultOf(
    `let g: i32 = 0;\nfunction f(n: i32): i32 { g += n; return f(n + 1) + g; }\n${allow("  return f(1);")}`,
  );
  assert.equal(fault.kind.kind, "call-depth");
});

test("a trap, an abort and a wrong version are told apart", { skip }, async () => {
  const trap = await faultOf(allow("  unreachable();\n  return 1;"));
  assert.equal(trap.kind.kind, "trap");
  const abort = await faultOf(allow('  assert(n < 0, "time has come");\n  return 1;'));
  assert.equal(abort.kind.kind, "abort");
  assert.match(abort.trouble.message, /time has come/);
  assert.equal(abort.trouble.position?.line, 4);
  const source = allow("  return 1;").replace("return 1", "return 2");
  assert.deepEqual((await faultOf(source)).kind, { kind: "abi-version", found: 2 });
});

test("a module with wrong exports is refused with words", { skip }, async () => {
  const checked = fresh().check(LAB, await built(`${VERSION}export function allow(): void {}\n`));
  assert.ok(!checked.ok);
  assert.ok(checked.errors.some((e) => e.message.includes("configure")));
  assert.ok(!fresh().check(LAB, new Uint8Array([1, 2, 3])).ok);
  assert.deepEqual(fresh().check(LAB, await built(gcra)), { ok: true });
});

test("an unknown lab or scenario is an answer of the engine", { skip }, () => {
  assert.throws(() => fresh().spec("nowhere"), EngineError);
  try {
    fresh().runCase(LAB, 99, 0, 0);
    assert.fail();
  } catch (error) {
    assert.ok(error instanceof EngineError);
    assert.equal(refusals(error)[0]?.code, "no-scenario");
  }
});

test("a whole run streams cases and ends with exact reports", { skip }, async () => {
  const started = performance.now();
  const sent = await messages(await built(gcra), ["gcra"]);
  console.log(`whole run: ${Math.round(performance.now() - started)} ms`);
  const reports = sent.filter((m) => m.type === "report");
  assert.equal(reports[0]?.who, "you");
  const report = JSON.parse(reports[0]?.report);
  assert.equal(report.digest, reports[0]?.digest);
  // A map that never forgets fits every scenario but `tail`, with its 60,000 tenants.
  const short = report.scenarios.filter((s: any) => s.score < 1_000_000);
  assert.deepEqual(short.map((s: any) => s.id), ["tail"]);
  console.log("tail:", JSON.stringify(short[0].cases[0].fault));
  console.log(sent.filter((m) => m.type === "fault"));
  const progress = sent.filter((m) => m.type === "progress");
  assert.equal(progress.at(-1)?.done, progress.at(-1)?.total);
  assert.ok(sent.some((m) => m.type === "case" && m.plots.length > 0));
});

test("a policy that traps in every case still gets its report", { skip }, async () => {
  const sent = await messages(await built(allow("  while (true) {}\n  return 1;")), []);
  assert.equal(sent.filter((m) => m.type === "fault").length, 1);
  const report = JSON.parse(sent.find((m) => m.type === "report")?.report);
  assert.equal(report.score, 0);
  assert.ok(report.scenarios.every((s: any) => s.cases.every((c: any) => c.fault)));
});

test("a seed becomes its upper 53 bits", () => {
  assert.equal(seedConstant(0n), 0);
  assert.equal(seedConstant(-1n), 2 ** 53 - 1);
});
