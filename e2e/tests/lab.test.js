import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import {
  labPath, localReport, message, openEditor, paste, run, runAndSubmit, serverReport, upload,
} from "../lab.js";
import { expectText, until } from "../wait.js";

const fixtures = process.env.FIXTURES ?? "../.headroom/fixtures";
const gcraRust = await readFile(new URL("../fixtures/gcra.rs", import.meta.url), "utf8");
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
  await paste(page, "// one\n// two\nlet b = ;\n");
  await run(page);
  await message(page, /Line 3: .*SyntaxError/);
}));

test("Rust in the page: the server compiles, equal digests", () => lab(async (page) => {
  await openEditor(page);
  await page.getByLabel("Language").selectOption("rust");
  await paste(page, gcraRust);
  const { local, server } = await runAndSubmit(page);
  assert.deepEqual(server, local);
  assert.equal(local.points, "100.0");
}));

test("Rust in the page: a mistake is told by its line", async () => {
  const { context, page } = await open(browser, labPath);
  await openEditor(page);
  await page.getByLabel("Language").selectOption("rust");
  await paste(page, "headroom::policy!();\n\nfn wrong() -> i32 { \"text\" }\n");
  await run(page);
  await message(page, /Line 3: .*mismatched types/);
  await context.close();
});

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

test("line numbers stand beside their lines", () => lab(async (page) => {
  await openEditor(page);
  // Lines out of sight are not measured.
  await page.locator(".wb-editor").scrollIntoViewIfNeeded();
  await until(() => page.evaluate(() => {
    const root = document.querySelector(".wb-editor > div").shadowRoot;
    const top = (element) => element.getBoundingClientRect().top;
    const lines = [...root.querySelectorAll(".cm-line")];
    const numbers = [...root.querySelectorAll(".cm-lineNumbers .cm-gutterElement")]
      .filter((number) => number.style.visibility !== "hidden");
    return lines.length > 9 && Math.abs(top(lines[9]) - top(numbers[9])) < 2;
  }), { timeout: 10_000 });
}));

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

/** A policy that loses points, quickly: everything is admitted. */
const lax = "// lax\n" + gcra.replace("  if (nowNs > latest) latest = nowNs;", "  return 1;");

test("a run is explained, and its attempt survives a reload", () => lab(async (page) => {
  await paste(page, lax);
  await run(page);
  await localReport(page);
  const breakdown = page.locator(".wb-breakdown tbody tr");
  assert.match((await breakdown.first().textContent()) ?? "", /steady|onoff|edge|drip|fast|weighted|noisy|tail/);
  assert.match((await page.locator(".wb-headline").textContent()) ?? "", /Most was lost in \w+, by Over-admission/);
  // Resetting keeps what was there.
  await page.getByRole("button", { name: "Reset to starter" }).click();
  const attempts = page.locator(".wb-attempt");
  const both = async () => {
    await page.locator(".wb-attempts summary").first().click();
    await attempts.nth(1).waitFor();
  };
  await both();
  await page.reload();
  await openEditor(page);
  await both();
  const ran = attempts.filter({ hasText: "points" });
  await ran.getByRole("textbox").fill("lax");
  await ran.getByRole("textbox").blur();
  await page.getByRole("option", { name: "lax" }).first().waitFor({ state: "attached" });
  await ran.getByRole("button", { name: "Restore" }).click();
  await expectText(page.locator(".wb-editor .cm-content"), /lax/);
  await page.getByRole("button", { name: "Compare", exact: true }).waitFor();
}));

test("a link opens read-only, and runs nothing", () => lab(async (page) => {
  await paste(page, lax);
  await page.locator(".wb-attempts summary").first().click();
  await page.getByRole("button", { name: "Share what is in the editor" }).click();
  const field = page.locator(".wb-link input");
  await field.waitFor();
  const link = await field.inputValue();
  assert.match(link, /#attempt=[\w-]+$/);
  const { context, page: other } = await open(browser, link);
  try {
    const shared = other.locator(".wb-shared");
    await expectText(shared, /Nothing of it has run/);
    assert.match((await shared.locator("pre").textContent()) ?? "", /return 1;/);
    assert.equal(await other.locator(".wb-score").count(), 0);
    await shared.getByRole("button", { name: "Take it into the editor" }).click();
    await shared.waitFor({ state: "detached" });
    await expectText(other.locator(".wb-editor .cm-content"), /lax/);
    assert.doesNotMatch(other.url(), /#attempt/);
    assert.deepEqual(other.complaints, []);
  } finally {
    await context.close();
  }
}));

test("what if: the address carries the world, and the run does not count", () => lab(async (page) => {
  await paste(page, gcra);
  await page.locator(".wb-whatif summary").click();
  const tenants = page.locator(".wb-params label", { hasText: "tenants" }).locator("input");
  await tenants.fill("9");
  await tenants.blur();
  await expectText(page.locator(".wb-problem"), /tenants is published as 40 and may be 10 to 160/);
  await tenants.fill("20");
  await tenants.blur();
  assert.match(page.url(), /\?steady\.tenants=20/);
  await run(page);
  await expectText(page.locator(".wb-reports"), /does not count for the grade/, { timeout: 60_000 });
  assert.ok(await page.getByRole("button", { name: "Submit" }).isDisabled());
  await page.reload();
  await openEditor(page);
  await expectText(page.locator(".wb-changed"), /steady\.tenants = 20/);
  await page.locator(".wb-whatif summary").click();
  await page.getByRole("button", { name: "Back to the published worlds" }).click();
  assert.doesNotMatch(page.url(), /tenants/);
}));

test("charts and the slider of time by keyboard", () => lab(async (page) => {
  await paste(page, lax);
  await run(page);
  await localReport(page);
  const cursor = page.getByRole("slider", { name: /Cursor in: Tokens owed/ });
  await cursor.focus();
  await page.keyboard.press("Home");
  for (let i = 0; i < 5; i += 1) await page.keyboard.press("ArrowRight");
  assert.match((await cursor.getAttribute("aria-valuetext")) ?? "", /^time [0-9.]+ s, .*you .*tokens/);
  // The chart's cursor is the slider of all charts of time.
  const slider = page.locator(".wb-scrub input");
  await slider.focus();
  await page.keyboard.press("ArrowRight");
  assert.match((await slider.getAttribute("aria-valuetext")) ?? "", /[0-9.]+ s/);
  const decisions = page.locator(".wb-decisions");
  await expectText(decisions, /allow\(tenant: \d+, now_ns: \d+, cost: 1\)/);
  await decisions.getByRole("button", { name: /First answer that differs/ }).click();
  await expectText(decisions.locator("tr.differs").first(), /differs/);
}));

test("the reference asks once before it is shown", () => lab(async (page) => {
  await openEditor(page);
  const solution = page.locator(".wb-solution");
  await solution.getByRole("button", { name: "Give up and see it" }).click();
  await solution.getByRole("button", { name: "Yes, show it" }).click();
  await expectText(solution, /Gcra/);
}));
