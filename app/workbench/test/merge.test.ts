import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../src/study/join.js";
import { merged, mergedSince, seenIn } from "../src/study/merge.js";
import { empty, type Progress } from "../src/study/progress.js";

/** Numbers that are the same each time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** A progress of few names and times, so that two of them often meet. */
function some(pick: (below: number) => number): Progress {
  const few = <T>(make: () => T) =>
    Object.fromEntries(Array.from({ length: pick(4) }, () => [`k${pick(3)}`, make()]));
  const texts = ["", "one", "two", "one\ntwo", "three"];
  const attempts = () => {
    const all = Array.from({ length: 1 + pick(4) }, () => ({ at: pick(6), right: pick(2) === 1 }));
    const once = new Map(all.map((one) => [canonical(one), one]));
    return [...once.values()].sort((a, b) => a.at - b.at || Number(a.right) - Number(b.right));
  };
  const question = () => ({ attempts: attempts(), streak: pick(3), due: pick(9), prompt: `p${pick(2)}` });
  return {
    version: 1,
    read: few(() => 1 + pick(5)),
    questions: few(question),
    bookmarks: few(() => ({ title: `t${pick(2)}`, at: pick(4), on: pick(2) === 1 })),
    notes: few(() => ({ text: texts[pick(texts.length)]!, at: pick(4) * 60_000 })),
    ...(pick(2) && { last: { address: `/a${pick(3)}`, title: "t", at: pick(4) } }),
    stars: few(() => ({ stars: pick(4), score: pick(2) ? pick(1000) : null, at: pick(4) })),
    ...(pick(8) === 0 && { cleared: 1 + pick(2) }),
    ...(pick(2) && { later: { a: pick(3), b: few(() => pick(3)) } }),
  } as Progress;
}

test("merging is commutative, idempotent and associative", () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const pick = numbers(seed);
    const [a, b, c] = [some(pick), some(pick), some(pick)];
    const same = (x: Progress, y: Progress, law: string) =>
      assert.equal(canonical(x), canonical(y), `${law}, seed ${seed}`);
    same(merged(a, b), merged(b, a), "commutative");
    const ab = merged(a, b);
    same(merged(ab, ab), ab, "idempotent");
    same(merged(ab, b), ab, "absorbing");
    same(merged(merged(a, b), c), merged(a, merged(b, c)), "associative");
  }
});

test("no answer, bookmark, star or note is lost", () => {
  for (let seed = 1; seed <= 500; seed++) {
    const pick = numbers(seed);
    const [a, b] = [some(pick), some(pick)];
    delete a.cleared;
    delete b.cleared;
    const both = merged(a, b);
    for (const one of [a, b]) {
      for (const name of Object.keys(one.read)) assert.ok(both.read[name]! <= one.read[name]!);
      for (const [key, { attempts }] of Object.entries(one.questions)) {
        const times = both.questions[key]!.attempts.map(({ at }) => at);
        for (const { at } of attempts) assert.ok(times.includes(at), `seed ${seed}`);
      }
      for (const [lab, { stars }] of Object.entries(one.stars!)) {
        assert.ok(both.stars![lab]!.stars >= stars);
      }
      for (const [name, { text }] of Object.entries(one.notes!)) {
        assert.ok(both.notes![name]!.text.includes(text), `seed ${seed}`);
      }
    }
  }
});

test("what was forgotten on one device does not come back from another", () => {
  const old = { ...empty(), read: { "a/b": 5 } };
  const cleared = { ...empty(), cleared: 9 };
  assert.deepEqual(merged(old, cleared), cleared);
  assert.deepEqual(merged(cleared, old), cleared);
});

test("a note that only one device changed is replaced, one that both changed is kept twice", () => {
  const of = (text: string, at: number): Progress => ({ ...empty(), notes: { "a/b": { text, at } } });
  const before = of("first", 60_000);
  const seen = seenIn(before);
  const here = of("first, longer", 120_000);
  assert.equal(mergedSince(seen, here, before).notes!["a/b"]!.text, "first, longer");
  assert.equal(mergedSince(seen, before, here).notes!["a/b"]!.text, "first, longer");
  const shorter = mergedSince(seen, of("", 120_000), before);
  assert.equal(shorter.notes!["a/b"]!.text, "");
  const both = mergedSince(seen, of("mine", 120_000), of("theirs", 180_000)).notes!["a/b"]!.text;
  assert.match(both, /mine[\s\S]*written 1970-01-01 00:03 UTC[\s\S]*theirs/);
});
