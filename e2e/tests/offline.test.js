// Reading and running labs without a network.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, settled } from "../browser.js";
import { localReport, openEditor, run } from "../lab.js";
import { expectText } from "../wait.js";

const lesson = "/lessons/reliability/retries";
let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** A page whose service worker has taken over. */
async function installed(path) {
  const opened = await open(browser, path, { serviceWorkers: "allow" });
  await opened.page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) return;
    await new Promise((taken) => navigator.serviceWorker.addEventListener("controllerchange", taken));
  });
  return opened;
}

test("what was visited can be read without a network, and the rest is said to be absent", async () => {
  const { context, page } = await installed("/course");
  await page.goto(lesson);
  await settled(page);
  await context.setOffline(true);
  await page.reload();
  await expectText(page.locator("h1"), /Retry/);
  assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector("main")).display), "block");
  await page.goto("/lessons/scalability/caching");
  await expectText(page.locator("h1"), /No network/);
  await expectText(page.locator("[data-offline=list]"), /Retry/);
  await context.setOffline(false);
  await page.reload();
  await expectText(page.locator("h1"), /Caching/);
  await context.close();
});

test("nothing of an account is kept", async () => {
  const { context, page } = await installed("/course");
  for (const path of ["/sign-in", "/account", "/sign-up", "/reset", "/search?q=retry"]) await page.goto(path);
  const kept = await page.evaluate(async () => {
    const paths = [];
    for (const name of await caches.keys()) {
      for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
    }
    return paths;
  });
  const own = kept.filter((path) => /^\/(sign|account|reset|link|api|search)/.test(path));
  assert.deepEqual(own, []);
  assert.ok(kept.includes("/offline"), kept.join(" "));
  await context.close();
});

test("the saved course has every lesson, and a lab that runs, without a network", async () => {
  const { context, page } = await installed("/course");
  const box = page.locator("section[data-offline=save]");
  await box.getByRole("button", { name: "Save the course" }).click();
  await expectText(box.getByRole("status"), /every lab are saved/, { timeout: 120_000 });
  await context.setOffline(true);
  await page.goto("/lessons/scalability/caching");
  await expectText(page.locator("h1"), /Caching/);
  await page.goto("/labs/rate_limiter");
  await openEditor(page);
  await run(page);
  const found = await localReport(page);
  assert.match(found.digest, /^[0-9a-f]{64}$/);
  await context.setOffline(false);
  await page.goto("/course");
  await box.getByRole("button", { name: "Remove it" }).click();
  await expectText(box.getByRole("status"), /Removed/);
  const left = await page.evaluate(async () => (await (await caches.open("headroom-saved")).keys()).length);
  assert.equal(left, 0);
  await context.close();
});

test("the site can be installed", async () => {
  const { context, page } = await open(browser, "/course");
  const href = await page.locator("link[rel=manifest]").getAttribute("href");
  const manifest = await (await page.request.get(href)).json();
  for (const { src, sizes } of manifest.icons) {
    const size = await page.evaluate(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    assert.equal(size, sizes);
  }
  const card = await page.locator('meta[property="og:image"]').getAttribute("content");
  const answer = await page.request.get(new URL(card).pathname);
  assert.equal(answer.headers()["content-type"], "image/png");
  await context.close();
});
