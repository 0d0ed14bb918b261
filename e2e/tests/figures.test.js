// Live figures of the lab engine, in a lesson of the test's own.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import { serveWith } from "../content.js";
import { expectText, until } from "../wait.js";

const lesson = "distributed-systems/api-gateway";
const figures = readFileSync(new URL("../fixtures/figures.md", import.meta.url), "utf8");
const skip = process.env.HEADROOM ? false : "HEADROOM names no server to start";
const OWN_SCRIPTS_BYTES = 6_000;

let browser, served;
before(async () => {
  if (skip) return;
  served = await serveWith(process.env.HEADROOM, lesson, figures);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  served?.stop();
});

const visit = (query = "", options = {}) =>
  open(browser, `/lessons/${lesson}${query}`, { baseURL: served.base, ...options });
const labRun = (page) => page.locator("leptos-island[data-component^=LabRun]");
const fanOut = (page) => page.locator("leptos-island[data-component^=FanOut]");
const awake = (figure) =>
  until(async () => (await figure.getAttribute("data-state")) === "awake");
const table = (figure) => figure.locator(".figure-table");

async function wake(figure) {
  await figure.locator("select, input").first().focus();
  await awake(figure);
}

test("without scripts a figure is a chart, its data and every policy's numbers", { skip }, async () => {
  const { context, page } = await visit("", { javaScriptEnabled: false });
  const figure = labRun(page);
  assert.equal(await figure.locator(".chart-svg").count(), 1);
  assert.ok(await figure.locator(".chart-data tbody tr").count() > 20);
  assert.equal(await table(figure).locator("tbody tr").count(), 4);
  assert.match(await table(figure).innerText(), /Full jitter\s+[0-9.]+ %/);
  assert.match(await fanOut(page).innerText(), /63\.4 % of the requests met/);
  assert.ok(!(await figure.locator(".bench-controls").isVisible()), "dead controls are shown");
  assert.deepEqual(page.wasm, []);
  await context.close();
});

test("reading costs no wasm and little script; waking brings no engine", { skip }, async () => {
  const { context, page } = await visit("", { viewport: { width: 1280, height: 500 } });
  await page.waitForLoadState("networkidle");
  assert.deepEqual(page.wasm, []);
  const bytes = await page.evaluate(() => {
    const scripts = performance.getEntriesByType("resource").filter((r) => /\.js$/.test(r.name));
    return scripts.reduce((sum, script) => sum + script.encodedBodySize, 0);
  });
  assert.ok(bytes > 0 && bytes <= OWN_SCRIPTS_BYTES, `${bytes} bytes of script`);
  await labRun(page).locator(".bench-controls").scrollIntoViewIfNeeded();
  await awake(labRun(page));
  await page.waitForLoadState("networkidle");
  assert.ok(page.wasm.length > 0 && page.wasm.every((url) => !url.includes("engine.wasm")));
  await context.close();
});

test("a policy that is chosen is drawn, told, and kept in the address", { skip }, async () => {
  const { context, page } = await visit();
  const figure = labRun(page);
  await wake(figure);
  const numbers = figure.locator("[role=status]");
  const before = await numbers.innerText();
  await figure.getByLabel("Policy", { exact: true }).selectOption("two_signals");
  const legend = figure.locator(".bench-chart:not([hidden]) .chart-legend");
  await expectText(legend, /Two signals/);
  assert.notEqual(await numbers.innerText(), before);
  assert.match(page.url(), /f1\.policy=two_signals&f1\.against=budget/);
  const again = await visit(new URL(page.url()).search);
  await wake(labRun(again.page));
  const live = labRun(again.page).locator(".bench-chart:not([hidden]) .chart-legend");
  await expectText(live, /Two signals/);
  assert.deepEqual([...page.complaints, ...again.page.complaints], []);
  await again.context.close();
  await context.close();
});

test("sliders work by keyboard, with units; reset brings the lesson's state back", { skip }, async () => {
  const { context, page } = await visit();
  const figure = labRun(page);
  await wake(figure);
  const load = figure.getByRole("slider", { name: /^Load/ });
  await load.focus();
  await page.keyboard.press("Home");
  assert.equal(await load.getAttribute("aria-valuetext"), "50 %");
  await until(async () => (await table(figure).locator("tr.stale").count()) === 0);
  await expectText(table(figure), /Full jitter\s*99\.\d+ %/);
  const query = () => new URL(page.url()).search;
  assert.match(query(), /f1\.load_ppm=500000/);
  await figure.getByRole("button", { name: "Reset" }).click();
  await until(() => query() === "");
  assert.equal(await load.getAttribute("aria-valuetext"), "80 %");
  await context.close();
});

test("changes that are too much together are refused in words", { skip }, async () => {
  const query = "?f1.queue=1000&f1.timeout_ns=2000000000&f1.load_ppm=500000";
  const { context, page } = await visit(query);
  const figure = labRun(page);
  await wake(figure);
  await expectText(figure.locator(".figure-problem"), /more than 16 times the published world/);
  await figure.getByRole("button", { name: "Reset" }).click();
  await until(async () => (await figure.locator(".figure-problem").textContent()).trim() === "");
  assert.deepEqual(page.complaints, []);
  await context.close();
});

const seen = (page, id) =>
  page.locator(`#${id}-c path`).evaluate((path) => Number(path.getAttribute("d").match(/H([0-9.]+)/)[1]));

test("time can be scrubbed, played and stopped", { skip }, async () => {
  const { context, page } = await visit();
  const figure = labRun(page);
  await wake(figure);
  const time = figure.getByRole("slider", { name: /^Virtual time/ });
  await time.focus();
  await page.keyboard.press("Home");
  assert.equal(await time.getAttribute("aria-valuetext"), "0 s");
  const start = await seen(page, "f1-still");
  await until(async () => /f1\.t=0/.test(page.url()));
  await figure.getByRole("button", { name: "Play" }).click();
  await until(async () => (await seen(page, "f1-still")) > start + 20);
  await figure.getByRole("button", { name: "Pause" }).click();
  const stopped = await seen(page, "f1-still");
  assert.ok(stopped < 630, "it played to the end");
  await expectText(figure.locator(".chart-reading"), /Full jitter \d+ per s/);
  assert.equal(await seen(page, "f1-live"), stopped);
  await context.close();
});

test("who wants less motion sees the end state and no button to play", { skip }, async () => {
  const { context, page } = await visit("", { reducedMotion: "reduce" });
  const figure = labRun(page);
  await wake(figure);
  assert.ok(!(await figure.locator(".player button").isVisible()));
  assert.ok(await seen(page, "f1-still") > 620);
  await context.close();
});

test("the fan-out is run by the engine and keeps apart from the figure above", { skip }, async () => {
  const { context, page } = await visit("?f1.policy=no_retry&other=1");
  const figure = fanOut(page);
  await wake(figure);
  const hedge = figure.getByRole("slider", { name: /^Hedge after/ });
  await hedge.focus();
  await page.keyboard.press("Home");
  assert.equal(await hedge.getAttribute("aria-valuetext"), "never");
  await until(async () => !(await table(figure).getByText(/^Hedged after/).isVisible()));
  const search = new URL(page.url()).search;
  assert.match(search, /^\?f1\.policy=no_retry&other=1&f2\.leaves=100&.*f2\.hedge_after_ms=0/);
  await figure.getByRole("slider", { name: /^Leaves/ }).focus();
  await page.keyboard.press("Home");
  await expectText(figure.locator("[role=status]"), /1 % of the requests met/);
  assert.deepEqual(page.complaints, []);
  await context.close();
});
