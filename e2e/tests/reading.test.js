// Reading: where one is, the way around, the keys, paper.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, settled } from "../browser.js";
import { expectText, until } from "../wait.js";

const lesson = "/lessons/reliability/retries";
let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

test("the list of sections shows which one is read", async () => {
  const { context, page } = await open(browser, lesson, { viewport: { width: 1280, height: 900 } });
  const current = page.locator(".toc [aria-current]");
  assert.ok(await page.locator(".toc ol").isVisible());
  for (const id of ["why", "limits"]) {
    await page.evaluate((id) => document.getElementById(id).scrollIntoView(), id);
    await page.mouse.wheel(0, 40);
    const href = await until(async () => {
      const href = await current.first().getAttribute("href").catch(() => null);
      return href === `#${id}` ? href : null;
    }, { timeout: 10_000 });
    assert.equal(href, `#${id}`);
    assert.equal(await current.count(), 1);
  }
  await context.close();
});

test("on a phone the list of sections is closed until it is wanted", async () => {
  const { context, page } = await open(browser, lesson, { viewport: { width: 390, height: 844 } });
  await settled(page);
  assert.equal(await page.locator(".toc ol").isVisible(), false);
  await page.locator(".toc summary").click();
  assert.ok(await page.locator(".toc ol").isVisible());
  await context.close();
});

test("? lists the keys, and single keys can be switched off", async () => {
  const { context, page } = await open(browser, lesson);
  await settled(page);
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keys" });
  await dialog.waitFor();
  await dialog.getByRole("checkbox").uncheck();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.keyboard.press("?");
  await page.keyboard.press("/");
  await page.waitForTimeout(300);
  assert.equal(await dialog.count(), 0);
  assert.notEqual(await page.evaluate(() => document.activeElement.name), "q");
  await page.keyboard.press("Alt+?");
  await dialog.waitFor();
  await dialog.getByRole("checkbox").check();
  await dialog.getByRole("button", { name: "Close" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.name), "q");
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("every paragraph has an address, by pointer and by key", async () => {
  const { context, page } = await open(browser, lesson, { viewport: { width: 1280, height: 900 } });
  await settled(page);
  const paragraph = page.locator("#p4");
  const link = paragraph.getByRole("link", { name: "Link to this paragraph" });
  // The first move brings the script, the next one the link.
  await until(async () => {
    await page.mouse.move(5, 5);
    await paragraph.hover();
    return await link.count() ? true : null;
  }, { timeout: 10_000 });
  await link.click();
  assert.ok(page.url().endsWith("#p4"), page.url());
  await page.evaluate(() => document.getElementById("why").scrollIntoView());
  // It scrolls there in its own time.
  await page.waitForFunction(() => {
    const { top } = document.getElementById("why").getBoundingClientRect();
    return top >= 0 && top < 100;
  });
  await page.keyboard.press("p");
  await page.waitForFunction(() => /^#p[0-9]+$/.test(location.hash) && location.hash !== "#p4");
  const inside = await page.evaluate(
    () => document.querySelector(location.hash).closest("section").querySelector("h2").id,
  );
  assert.equal(inside, "why");
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("the whole course is on one page, every anchor once, with or without answers", async () => {
  const { context, page } = await open(browser, "/course/print", { javaScriptEnabled: false });
  await expectText(page.locator("h1"), /System Design/);
  const found = await page.locator(".whole-lesson").count();
  assert.ok(found >= 8, `${found} lessons`);
  const ids = await page.locator("[id]").evaluateAll((all) => all.map((one) => one.id));
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  assert.deepEqual([...new Set(twice)], []);
  const inside = await page.locator('.whole-lesson a[href^="#"]').evaluateAll(
    (all) => all.map((one) => one.getAttribute("href").slice(1)),
  );
  assert.deepEqual(inside.filter((id) => !ids.includes(id)), []);
  const answer = page.locator("details.answer").first();
  assert.ok(await answer.isVisible());
  await page.getByLabel(/Show the answers/).uncheck();
  assert.equal(await answer.isVisible(), false);
  await context.close();
});

test("a term explains itself by keyboard, and Escape puts it away", async () => {
  const { context, page } = await open(browser, lesson);
  await settled(page);
  const gloss = page.locator(".gloss").first();
  await gloss.locator("a").focus();
  await gloss.locator("small").waitFor({ state: "visible" });
  await page.keyboard.press("Escape");
  await gloss.locator("small").waitFor({ state: "hidden" });
  await context.close();
});
