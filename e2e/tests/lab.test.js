import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import {
  labPath, localReport, message, openEditor, paste, run, runAndSubmit, serverReport, upload,
} from "../lab.js";

const fixtures = process.env.FIXTURES ?? "../.headroom/fixtures";
const gcraScript = await readFile(new URL("../fixtures/gcra.js", import.meta.url), "utf8");
const gcra = await readFile(new URL("../fixtures/rate_limiter.ts", import.meta.url), "utf8");
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
  assert.deepEqual(server, local);
  assert.equal(local.points, "100.0");
  assert.ok(await page.locator(".wb-charts svg").count() > 0, "no chart was drawn");
  await page.getByText("Stars after the hidden scenarios: 3 of 3").waitFor();
}));

test("JavaScript: run, submit, equal digests", () => lab(async (page) => {
  await openEditor(page);
  await page.getByLabel("Language").selectOption("javascript");
  await paste(page, gcraScript);
  const { local, server } = await runAndSubmit(page);
  assert.deepEqual(server, local);
  assert.equal(local.points, "100.0");
  await page.getByText("Stars after the hidden scenarios: 3 of 3").waitFor();
}));

test("JavaScript: a syntax error is told by its line", () => lab(async (page) => {
  await openEditor(page);
  await page.getByLabel("Language").selectOption("javascript");
  await paste(page, "// one\n// two\nexport function allow( {\n");
  await run(page);
  await message(page, /Line 3: .*SyntaxError/);
}));

for (const language of ["rust", "c"]) {
  test(`a module built from ${language}: equal digests`, () => lab(async (page) => {
    await upload(page, `${fixtures}/gcra-${language}.wasm`);
    const { local, server } = await runAndSubmit(page);
    assert.deepEqual(server, local);
    assert.equal(local.points, "100.0");
  }));
}

const failures = [
  ["an infinite loop", gcra.replace("  if (nowNs > latest) latest = nowNs;", "  while (true) {}"), /budget|operations|loop/i],
  ["a trap", gcra.replace("  if (nowNs > latest) latest = nowNs;", "  unreachable();"), /trap|unreachable/i],
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

test("the whole path by keyboard", () => lab(async (page) => {
  await paste(page, gcra);
  await page.keyboard.press("Control+Enter");
  const local = await localReport(page);
  // Out of the editor, then on to Submit.
  await page.keyboard.press("Escape");
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
  for (let presses = 0; presses < 40 && (await focused()) !== "Submit"; presses += 1) {
    await page.keyboard.press("Tab");
  }
  assert.equal(await focused(), "Submit");
  await page.keyboard.press("Enter");
  assert.deepEqual(await serverReport(page), local);
  // Tabs of scenarios follow the arrow keys.
  await page.locator("#wb-tab-0").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("#wb-tab-1").getAttribute("aria-selected"), "true");
}));
