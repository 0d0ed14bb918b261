// The newsletter from beginning to end and back, by real mail, with and without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import { look } from "../look.js";
import { linkIn, open as openMailbox } from "../mailbox.js";

let browser, mailbox;
before(async () => { browser = await launch(); mailbox = await openMailbox(); });
after(async () => { await browser?.close(); await mailbox?.close(); });

for (const javaScriptEnabled of [false, true]) {
  const how = javaScriptEnabled ? "with" : "without";
  test(`subscribe, confirm, choose, end and begin again, ${how} JavaScript`, async () => {
    const email = `reader-${how}@example.org`;
    const { context, page } = await open(browser, "/lessons/reliability/retries", { javaScriptEnabled });
    const form = page.locator("footer form");
    await form.getByLabel("What is new, by mail").fill(email);
    await form.getByRole("button").click();
    assert.match(await page.locator("main").innerText(), /Check your mail/);

    await page.goto(linkIn(await mailbox.mail(email, 1)));
    await page.getByRole("button", { name: "Confirm" }).click();
    assert.match(await page.getByRole("status").innerText(), /You subscribe now/);

    await page.getByLabel("Articles").uncheck();
    await page.getByLabel("At most once a month").check();
    await page.getByRole("button", { name: "Keep" }).click();
    assert.match(await page.getByRole("status").innerText(), /Kept/);
    assert.equal(await page.getByLabel("Articles").isChecked(), false);
    assert.equal(await page.getByLabel("At most once a month").isChecked(), true);

    await page.getByRole("button", { name: "Unsubscribe" }).click();
    assert.match(await page.getByRole("status").innerText(), /nothing more comes/);
    await page.getByRole("button", { name: "Subscribe again" }).click();
    assert.match(await page.locator("main").innerText(), /The newsletter comes to/);
    const preferences = page.url();
    await context.close();
    if (!javaScriptEnabled) return;
    for (const colorScheme of ["light", "dark"]) {
      await look(browser, "newsletter", "/newsletter", { colorScheme });
      await look(browser, "preferences", new URL(preferences).pathname + new URL(preferences).search, { colorScheme });
    }
  });
}

for (const javaScriptEnabled of [false, true]) {
  const how = javaScriptEnabled ? "with" : "without";
  test(`get the course by mail, pause it and go on, ${how} JavaScript`, async () => {
    const email = `course-${how}@example.org`;
    const { context, page } = await open(browser, "/newsletter", { javaScriptEnabled });
    const form = page.locator("main form");
    await form.getByLabel("E-mail address").fill(email);
    const wish = page.getByRole("checkbox", { name: "The course by mail" });
    assert.equal(await wish.isChecked(), false);
    await wish.check();
    await form.getByRole("button", { name: "Subscribe" }).click();
    await page.goto(linkIn(await mailbox.mail(email, 1)));
    await page.getByRole("button", { name: "Confirm" }).click();

    const course = page.getByRole("region", { name: "The course by mail" });
    const stand = page.getByRole("region", { name: "Where you are" });
    const next = /Lesson [12] of \d+, .+, (is on its way|comes on Tuesday)/;
    assert.match(await course.innerText(), next);
    await course.getByRole("button", { name: "Pause the course" }).click();
    assert.match(page.url(), /\/newsletter\/course\?/);
    assert.match(await page.getByRole("status").innerText(), /Paused/);
    assert.match(await stand.innerText(), /is the next. The course is paused/);
    assert.equal(await stand.getByRole("button", { name: "Pause the course" }).count(), 0);
    await page.reload();
    assert.match(await stand.innerText(), /The course is paused/);
    const paused = new URL(page.url());

    await stand.getByRole("button", { name: "Send me the next one" }).click();
    assert.match(await page.getByRole("status").innerText(), /lessons go on coming/);
    await page.getByRole("link", { name: "Choose what comes to you" }).click();
    assert.equal(await wish.isChecked(), true);
    await wish.uncheck();
    await page.getByRole("button", { name: "Keep" }).click();
    assert.equal(await course.count(), 0);
    await wish.check();
    await page.getByRole("button", { name: "Keep" }).click();
    assert.match(await course.innerText(), next);
    await context.close();
    if (!javaScriptEnabled) return;
    for (const colorScheme of ["light", "dark"]) {
      await look(browser, "course-by-mail", paused.pathname + paused.search, { colorScheme });
    }
  });
}
