// Live figures: the engine's answers, and the order in which questions are asked.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { Engine, EngineError } from "../src/engine.js";
import { ask } from "../src/figure.js";
import type { Answer, Ask } from "../src/types.js";

const path = process.env.HEADROOM_ENGINE;
const skip = path ? false : "HEADROOM_ENGINE is not set";

async function engine(): Promise<Engine> {
  const module = await WebAssembly.compile(readFileSync(path!));
  return (await Engine.create(module))();
}

test("a trial has metrics and the one chart that was asked for", { skip }, async () => {
  const real = await engine();
  const trial = (world: object) => {
    const names = { lab: "retry", scenario: "noise", policy: "budget", plot: "goodput" };
    return JSON.parse(real.figure("trial", JSON.stringify({ ...names, world })));
  };
  const published = trial({});
  assert.deepEqual(published.plots.map((plot: { id: string }) => plot.id), ["goodput"]);
  assert.ok(published.metrics.success > 900_000);
  assert.notDeepEqual(trial({ load_ppm: 900_000 }).metrics, published.metrics);
  assert.throws(() => trial({ load_ppm: 1 }), (error) => {
    assert.ok(error instanceof EngineError);
    assert.match(error.details, /world-out-of-range.*may be 150000 to 2400000/);
    return true;
  });
  assert.deepEqual(trial({}), published);
});

test("the fan-out has its closed form", { skip }, async () => {
  const setting = {
    leaves: 100, slow_ppm: 10_000, fast_ms: 10, slow_ms: 1000, hedge_after_ms: 0, load_percent: 0,
  };
  const found = JSON.parse((await engine()).figure("fan_out", JSON.stringify(setting)));
  assert.equal(found.met_closed_ppm, 633_968);
  assert.equal(found.hedged, null);
});

/** Workers that answer when they are told to. */
class FakeWorker {
  static all: FakeWorker[] = [];
  asked: string[] = [];
  ended = false;
  onmessage: ((event: { data: Answer }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor() {
    FakeWorker.all.push(this);
  }
  postMessage(question: Ask) {
    this.asked.push((question as { question: string }).question);
  }
  terminate() {
    this.ended = true;
  }
  answer(found: string) {
    this.onmessage?.({ data: { kind: "found", found } });
    this.onmessage?.({ data: { kind: "done" } });
  }
}
Object.assign(globalThis, { Worker: FakeWorker });

const told: string[] = [];
const tell = (question: string, found: string | null, trouble: string | null) =>
  void told.push(`${question}=${found ?? trouble}`);
const asked = () => FakeWorker.all.flatMap((worker) => worker.asked);
const latest = () => FakeWorker.all.at(-1)!;

beforeEach(() => {
  told.length = 0;
});

test("one question runs at a time, and what is no longer wanted is never asked", () => {
  ask("f1", "trial", ["a", "b", "c"], tell);
  assert.deepEqual(asked(), ["a"]);
  ask("f1", "trial", ["a", "d"], tell);
  ask("f2", "fan_out", ["x"], tell);
  latest().answer("1");
  latest().answer("2");
  latest().answer("3");
  assert.deepEqual(asked(), ["a", "d", "x"]);
  assert.deepEqual(told, ["a=1", "d=2", "x=3"]);
  assert.equal(FakeWorker.all.length, 1, "one thread for all figures");
});

test("an unwanted run that takes long is ended with its thread", async () => {
  ask("f1", "trial", ["slow"], tell);
  const slow = latest();
  ask("f1", "trial", ["next"], tell);
  assert.equal(slow.ended, false);
  await new Promise((done) => setTimeout(done, 700));
  assert.equal(slow.ended, true);
  assert.deepEqual(latest().asked, ["next"]);
  latest().answer("5");
  assert.deepEqual(told, ["next=5"]);
});

test("a refusal is told in its words, and the next question is asked", () => {
  ask("f1", "trial", ["wrong", "right"], tell);
  const json = JSON.stringify({ type: "error", message: "too much" });
  latest().onmessage?.({ data: { kind: "message", json } });
  latest().onmessage?.({ data: { kind: "done" } });
  latest().answer("6");
  assert.deepEqual(told, ["wrong=too much", "right=6"]);
});
