import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import { labPath, message, openEditor, paste, run, runAndSubmit, upload } from "../lab.js";

const fixtures = process.env.FIXTURES ?? "../.headroom/fixtures";
const gcra = await readFile(new URL("../fixtures/gcra.ts", import.meta.url), "utf8");
let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

async function lab(action) {
  const { context, page } = await open(browser, labPath);
  try {
    await action(page);
    assert.deepEqual(page.complaints, []);
  } finally {
    await context.close();
  }
}

test("AssemblyScript: run, charts, submit, equal digests", () => lab(async (page) => {
  await paste(page, gcra);
  const { local, server } = await runAndSubmit(page);
  assert.equal(server, local);
  assert.ok(await page.locator("[data-testid=charts] svg").count() > 0, "no chart was drawn");
}));

for (const language of ["rust", "c"]) {
  test(`a module built from ${language}: equal digests`, () => lab(async (page) => {
    await upload(page, `${fixtures}/gcra-${language}.wasm`);
    const { local, server } = await runAndSubmit(page);
    assert.equal(server, local);
  }));
}

const failures = [
  ["an infinite loop", gcra.replace("  if (now_ns > latest) latest = now_ns;", "  while (true) {}"), /budget|operations|loop/i],
  ["a trap", gcra.replace("  if (now_ns > latest) latest = now_ns;", "  unreachable();"), /trap|unreachable/i],
  ["a compile error", gcra.replace("let latest: i64 = 0;", "let latest: Missing = 0;"), /Missing|line/i],
  ["a wrong export", gcra.replace("export function allow(", "export function permit("), /allow/],
];
for (const [name, source, pattern] of failures) {
  test(`${name} is told what to do about`, () => lab(async (page) => {
    assert.notEqual(source, gcra);
    await paste(page, source);
    await run(page);
    await message(page, pattern);
  }));
}

test("everything is reached by keyboard", () => lab(async (page) => {
  await openEditor(page);
  const names = new Set();
  await page.locator("body").press("Tab");
  for (let presses = 0; presses < 120; presses += 1) {
    // CodeMirror's way out of an editor in which Tab might indent.
    const inEditor = await page.evaluate(() => !!document.activeElement?.closest(".cm-editor"));
    if (inEditor) await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    names.add(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ""));
  }
  for (const wanted of [/^run/i, /^submit/i]) {
    assert.ok([...names].some((name) => wanted.test(name)), `Tab never reached ${wanted}`);
  }
}));
