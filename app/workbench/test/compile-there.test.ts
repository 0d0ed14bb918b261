import assert from "node:assert/strict";
import { test } from "node:test";
import { compileThere } from "../src/compile-there.js";

const answering = (status: number, body: BodyInit) =>
  (async () => new Response(body, { status })) as typeof fetch;

test("the server's module comes back as bytes", async () => {
  const asked: [string, RequestInit][] = [];
  const ask = (async (url: string, init: RequestInit) => {
    asked.push([url, init]);
    return new Response(new Uint8Array([0, 97, 115, 109]));
  }) as typeof fetch;
  const compiled = await compileThere("rust", "fn main() {}", ask);
  assert.ok(compiled.ok && compiled.wasm.length === 4);
  assert.equal(asked[0]?.[0], "/api/v1/compilers/rust");
  assert.equal(asked[0]?.[1].body, "fn main() {}");
});

test("the compiler's messages keep their places", async () => {
  const errors = [{ line: 3, column: 5, severity: "error", message: "E0308: mismatched types" }];
  const problem = { type: "/problems/compilation-failed", detail: "it does not compile", errors };
  const compiled = await compileThere("rust", "", answering(422, JSON.stringify(problem)));
  assert.ok(!compiled.ok);
  assert.deepEqual(compiled.errors, errors);
});

test("a busy server and a lost one say what to do", async () => {
  const busy = JSON.stringify({ type: "/problems/compiler-busy", detail: "too many wait" });
  const refused = await compileThere("rust", "", answering(503, busy));
  assert.ok(!refused.ok && /too many wait.*again in a few seconds/.test(refused.errors[0]!.message));
  const lost = await compileThere("rust", "", (async () => { throw new TypeError(); }) as typeof fetch);
  assert.ok(!lost.ok && /connection/.test(lost.errors[0]!.message));
});
