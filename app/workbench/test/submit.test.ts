import assert from "node:assert/strict";
import { test } from "node:test";
import { pause, submit, SubmitError, type Outside } from "../src/submit.js";

const work = { wasm: new Uint8Array([0, 97, 115, 109]), source: "x", language: "c" };
const submission = (status: string) => JSON.stringify({ id: "1", status });

/** Plays the answers in order; an Error is a lost connection. */
function outside(answers: (Response | Error)[]) {
  const asked: { url: string; init: RequestInit }[] = [];
  const slept: number[] = [];
  const made: Outside = {
    fetch: (url, init) => {
      asked.push({ url: String(url), init: init ?? {} });
      const next = answers.shift();
      assert.ok(next, "one request too many");
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    sleep: (ms) => {
      slept.push(ms);
      return Promise.resolve();
    },
    random: () => 0.5,
    key: () => "key-1",
  };
  return { made, asked, slept };
}

const accepted = () =>
  new Response(submission("queued"), {
    status: 202,
    headers: { location: "/api/v1/submissions/1" },
  });

test("a submission is posted once by key and polled to its grade", async () => {
  const busy = new Response("", { status: 503, headers: { "retry-after": "2" } });
  const answers = [new Error("lost"), busy, accepted(), new Response(submission("graded"))];
  const { made, asked, slept } = outside(answers);
  const states: string[] = [];
  const text = await submit("rate_limiter", work, (json) => states.push(json), made);
  assert.equal(JSON.parse(text).status, "graded");
  const posts = asked.filter(({ init }) => init.method === "POST");
  assert.equal(posts.length, 3);
  for (const { init } of posts) {
    assert.equal((init.headers as Record<string, string>)["idempotency-key"], "key-1");
  }
  assert.equal(asked.at(-1)?.url, "/api/v1/submissions/1?wait=25");
  assert.deepEqual(slept, [500, 2250]);
  assert.equal(states.length, 2);
});

test("a refusal is an error with the server's words and advice", async () => {
  const body = { type: "/problems/module-invalid", errors: [{ message: "no `allow`" }] };
  const { made } = outside([new Response(JSON.stringify(body), { status: 422 })]);
  await assert.rejects(submit("rate_limiter", work, () => {}, made), (error) => {
    assert.ok(error instanceof SubmitError);
    assert.equal(error.code, "module-invalid");
    assert.equal(error.message, "no `allow`");
    return true;
  });
});

test("a dead network ends after six attempts", async () => {
  const { made, asked } = outside(Array.from({ length: 6 }, () => new Error("lost")));
  await assert.rejects(submit("rate_limiter", work, () => {}, made), { code: "network" });
  assert.equal(asked.length, 6);
});

test("pauses keep what the server asked for", () => {
  assert.equal(pause(1, "3", 0), 3000);
  assert.equal(pause(20, null, 1), 30_000);
  assert.equal(pause(1, "garbage", 0), 0);
});
