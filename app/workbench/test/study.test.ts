import assert from "node:assert/strict";
import { test } from "node:test";
import { grade } from "../src/study/grade.js";
import { merged } from "../src/study/merge.js";
import { practice } from "../src/study/practice.js";
import { answered, due, empty, finished, load, save, type Progress } from "../src/study/progress.js";
import { parse } from "../src/study/quantity.js";

const DAY = 86_400_000;

test("numbers are read as people type them", () => {
  const table: [string, string, number][] = [
    ["50", "requests", 50], ["1,200 requests", "requests", 1200], ["1 request", "requests", 1],
    ["0.05s", "ms", 50], ["250 µs", "ms", 0.25], ["2 min", "s", 120], ["1.5 h", "min", 90],
    ["−3", "", -3], ["2 MiB", "KiB", 2048], ["50000 ppm", "%", 5], [".5", "", 0.5], ["1e3", "s", 1000],
  ];
  for (const [text, unit, value] of table) {
    const parsed = parse(text, unit);
    assert.ok(parsed.ok && Math.abs(parsed.value - value) < 1e-9, `${text} in ${unit}`);
  }
});

test("a wrong unit is told from a wrong number", () => {
  const wrong = parse("5 GB", "ms");
  assert.ok(!wrong.ok && /answer in ms/.test(wrong.why));
  assert.ok(!parse("many", "ms").ok && !parse("", "ms").ok && !parse("5 apples", "").ok);
});

test("choices count what is missing and what is too many", () => {
  const one = { kind: "choice" as const, right: [1] };
  assert.equal(grade(one, { chosen: [1] }).right, true);
  assert.equal(grade(one, { chosen: [0] }).right, false);
  assert.equal(grade(one, { chosen: [] }).right, undefined);
  const several = { kind: "choice" as const, right: [0, 2] };
  assert.equal(grade(several, { chosen: [0, 2] }).right, true);
  assert.match(grade(several, { chosen: [0, 1] }).says, /1 missing, 1 too many/);
});

test("a common mistake is recognised, and so is another order of magnitude", () => {
  const question = { kind: "numeric" as const, value: 50, tolerance: 1, unit: "requests", mistakes: [30, 20] };
  assert.equal(grade(question, { text: "49.5" }).right, true);
  assert.equal(grade(question, { text: "20" }).mistake, 1);
  assert.match(grade(question, { text: "500" }).says, /magnitude/);
  assert.equal(grade(question, { text: "5 GB" }).right, undefined);
});

test("an order is right as a whole, and says how far off it is", () => {
  const question = { kind: "ordering" as const, order: [0, 1, 2, 3] };
  assert.equal(grade(question, { order: [0, 1, 2, 3] }).right, true);
  assert.match(grade(question, { order: [1, 0, 2, 3] }).says, /2 of 4/);
});

test("what is known comes back later each time, and what is not comes back soon", () => {
  let progress: Progress = empty();
  let now = 1_000_000 * DAY;
  const gaps = [1, 3, 7, 21, 60, 60].map((days) => {
    progress = answered(progress, "a/b#q", "?", true, now);
    assert.equal(due(progress, now).length, 0);
    const gap = (progress.questions["a/b#q"]!.due - now) / DAY;
    now = progress.questions["a/b#q"]!.due;
    assert.equal(due(progress, now).length, 1);
    return gap === days;
  });
  assert.ok(gaps.every(Boolean));
  progress = answered(progress, "a/b#q", "?", false, now);
  assert.equal(progress.questions["a/b#q"]!.streak, 0);
  assert.ok(progress.questions["a/b#q"]!.due - now < DAY);
});

test("answering again at once does not count as remembering", () => {
  const once = answered(empty(), "a/b#q", "?", true, DAY);
  const twice = answered(once, "a/b#q", "?", true, DAY + 1);
  assert.equal(twice.questions["a/b#q"]!.streak, 1);
  assert.equal(twice.questions["a/b#q"]!.due, once.questions["a/b#q"]!.due);
  assert.equal(twice.questions["a/b#q"]!.attempts.length, 2);
});

test("two browsers' progress is what either knows, in either order", () => {
  const a = finished(answered(empty(), "x/y#1", "?", true, DAY), "x/y", DAY);
  const b = answered(finished(answered(empty(), "x/y#1", "?", false, 2 * DAY), "x/y", 3 * DAY), "x/z#2", "?", true, DAY);
  assert.deepEqual(merged(a, b), merged(b, a));
  const both = merged(a, b);
  assert.equal(both.read["x/y"], DAY);
  assert.equal(both.questions["x/y#1"]!.streak, 0);
  assert.equal(both.questions["x/y#1"]!.attempts.length, 2);
  assert.deepEqual(merged(both, both), both);
  assert.equal([...practice(both).values()].reduce((x, y) => x + y), 3);
});

test("a broken or missing storage is an empty progress", () => {
  const storage = (text: string | null) => ({ getItem: () => text, setItem: () => { throw new Error("full"); } });
  assert.deepEqual(load(storage("{nonsense")), empty());
  assert.deepEqual(load(storage('{"version":7}')), empty());
  save(storage(null), empty());
});
