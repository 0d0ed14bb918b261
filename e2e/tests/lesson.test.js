import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, settled } from "../browser.js";

const path = "/lessons/distributed-systems/api-gateway";
let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

test("a lesson without JavaScript is complete and fetches no wasm", async () => {
  const { context, page, response } = await open(browser, path, { javaScriptEnabled: false });
  assert.equal(response.status(), 200);
  assert.equal(await page.locator("h1").count(), 1);
  assert.ok(await page.locator("main h2").count() >= 3);
  assert.ok((await page.locator("main").innerText()).length > 3000);
  assert.ok(await page.locator("main figure").count() >= 1);
  assert.deepEqual(page.wasm, []);
  await context.close();
});

test("no wasm before the figure is seen; the figure brings it", async () => {
  const { context, page } = await open(browser, path, { viewport: { width: 1280, height: 500 } });
  await settled(page);
  assert.deepEqual(page.wasm, []);
  await page.locator("main leptos-island").first().scrollIntoViewIfNeeded();
  await page.waitForRequest(/\.wasm/, { timeout: 30_000 }).catch(() => {});
  assert.ok(page.wasm.length > 0, "the figure did not wake");
  await settled(page);
  assert.deepEqual(page.complaints, []);
  await context.close();
});
