// Attempts, links and differences: what a learner made is not lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { localStore, openAttempts } from "../src/attempts.js";
import { lines } from "../src/diff.js";
import { pack, unpack } from "../src/share.js";

function storage(): Storage {
  const map = new Map<string, string>();
  return {
    get length() { return map.size; },
    key: (i: number) => [...map.keys()][i] ?? null,
    getItem: (key: string) => map.get(key) ?? null,
    setItem: (key: string, value: string) => void map.set(key, value),
    removeItem: (key: string) => void map.delete(key),
    clear: () => map.clear(),
  };
}

function kept() {
  let now = 1000;
  const one = storage();
  return openAttempts(() => ++now, async () => localStore(one));
}

const attempt = (source: string, more = {}) =>
  JSON.stringify({
    lab: "l", name: "", language: "assemblyscript", source, why: "run", score: 1, digest: "d",
    worlds: {}, ...more,
  });

test("attempts are kept, named, listed newest first, and removed", async () => {
  const attempts = kept();
  const first = await attempts.keep(attempt("one"), null);
  const second = await attempts.keep(attempt("two"), null);
  await attempts.keep(attempt("elsewhere", { lab: "m" }), null);
  await attempts.rename(first, "before the change");
  const listed = JSON.parse(await attempts.list("l"));
  assert.deepEqual(listed.map((a: any) => [a.id, a.name]), [
    [second, ""], [first, "before the change"],
  ]);
  await attempts.remove(second);
  assert.equal(JSON.parse(await attempts.list("l")).length, 1);
});

test("the same run again renews its attempt and keeps its name", async () => {
  const attempts = kept();
  const id = await attempts.keep(attempt("one"), null);
  await attempts.rename(id, "mine");
  await attempts.keep(attempt("two"), null);
  assert.equal(await attempts.keep(attempt("one"), null), id);
  const listed = JSON.parse(await attempts.list("l"));
  assert.deepEqual(listed.map((a: any) => a.name), ["mine", ""]);
});

test("a link holds an attempt, whatever its letters", async () => {
  const shared = {
    lab: "l", language: "zig", source: "λ → \u{1F512}\n".repeat(50), name: "n",
    worlds: { steady: { tenants: 80 } },
  };
  const text = await pack(JSON.stringify(shared));
  assert.match(text, /^[\w-]+$/);
  assert.ok(text.length < 300, `${text.length} letters`);
  assert.deepEqual(JSON.parse(await unpack(text)), shared);
});

test("a broken link, a bomb and a wrong shape are refused with words", async () => {
  await assert.rejects(unpack("AAAA"), /broken/);
  await assert.rejects(unpack("!"), /broken/);
  await assert.rejects(unpack(await pack('{"lab":1}')), /broken/);
  await assert.rejects(unpack(await pack("[]")), /broken/);
  const bomb = JSON.stringify({ lab: "l", language: "c", source: "a".repeat(5_000_000) });
  await assert.rejects(unpack(await pack(bomb)), /more than a policy/);
});

test("differences show what changed and a little around it", () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i}`).join("\n");
  const found = lines(before, before.replace("line 10", "other"));
  assert.deepEqual(found.filter((l) => l.kind !== "same").map((l) => `${l.kind} ${l.text}`), [
    "gap 7 equal lines", "del line 10", "add other", "gap 6 equal lines",
  ]);
  assert.equal(found.filter((l) => l.kind === "same").length, 6);
  assert.deepEqual(lines("a", "a\n").map((l) => l.kind), ["gap"]);
});
