// Studying without an account: questions answer, reading is remembered, what is due comes back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, settled } from "../browser.js";
import { expectText } from "../wait.js";

const lesson = "/lessons/distributed-systems/api-gateway";
let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

test("a question judges, explains a common mistake, and is remembered", async () => {
  const { context, page } = await open(browser, lesson);
  const quiz = page.locator("#three-seconds");
  const status = quiz.locator("[role=status]");
  await quiz.locator("input").fill("30");
  await quiz.getByRole("button", { name: "Check", exact: true }).click();
  await expectText(status, /common/);
  await expectText(quiz.locator(".quiz-mistake"), /rate alone/);
  await quiz.locator("input").fill("50 requests");
  await page.keyboard.press("Enter");
  await expectText(status, /^Right\./);
  assert.ok(await quiz.locator("details.answer").getAttribute("open") !== null);
  await page.goto("/course");
  await expectText(page.locator("#api-gateway .topic-mark"), /1 of 1 answered right/);
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("choices and orders are answered by keyboard alone", async () => {
  const { context, page } = await open(browser, lesson);
  const clock = page.locator("#clock");
  await clock.locator("input").first().focus();
  await page.keyboard.press("Space");
  await clock.getByRole("button", { name: "Check", exact: true }).focus();
  await page.keyboard.press("Enter");
  await expectText(clock.locator("[role=status]"), /^Right\./);
  const order = page.locator("#identity");
  for (let moves = 0; moves < 12; moves++) {
    const steps = await order.locator("[data-step]").evaluateAll((all) => all.map((s) => Number(s.dataset.step)));
    const late = steps.findIndex((step, at) => at > 0 && step < steps[at - 1]);
    if (late < 0) break;
    await order.locator("[data-step]").nth(late).getByRole("button", { name: /Move up/ }).focus();
    await page.keyboard.press("Enter");
  }
  await order.getByRole("button", { name: "Check", exact: true }).click();
  await expectText(order.locator("[role=status]"), /^Right\./);
  await context.close();
});

test("a lesson read to its end and a question that is due are on the personal page", async () => {
  const { context, page } = await open(browser, lesson);
  await page.locator("#windows input").nth(3).check();
  await page.locator("#windows").getByRole("button", { name: "Check", exact: true }).click();
  await page.locator(".neighbours").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => localStorage.getItem("headroom.study")?.includes('"read":{"d'));
  await page.goto("/me");
  await expectText(page.locator("[data-me=read]"), /Api gateway/);
  await expectText(page.locator("[data-me=numbers]"), /1 lesson read, 0 of 1 questions right/);
  // A wrong answer comes back within minutes.
  await page.evaluate(() => {
    const study = JSON.parse(localStorage.getItem("headroom.study"));
    for (const question of Object.values(study.questions)) question.due = 1;
    localStorage.setItem("headroom.study", JSON.stringify(study));
  });
  await page.reload();
  const due = page.locator("[data-me=due] a");
  await due.first().waitFor();
  assert.match(await due.first().getAttribute("href"), /api-gateway\?review=1#windows$/);
  await context.close();
});

test("a note and a bookmark are kept, found again and taken along", async () => {
  const { context, page } = await open(browser, lesson);
  await page.getByRole("button", { name: "Bookmark" }).click();
  const notes = page.locator("[data-notes]");
  await notes.locator("summary").click();
  await notes.locator("textarea").fill("Ask who owns the contract.");
  await expectText(notes.locator("[data-kept]"), /Kept in this browser/);
  await page.reload();
  await page.waitForFunction(() => document.querySelector("textarea").value.startsWith("Ask"));
  assert.equal(await page.getByRole("button", { name: "Bookmark" }).getAttribute("aria-pressed"), "true");
  await page.goto("/me");
  await expectText(page.locator("[data-me=bookmarks]"), /API Gateway/);
  await expectText(page.locator("[data-me=notes]"), /Ask who owns/);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save to a file" }).click(),
  ]);
  const path = await file.path();
  page.on("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "Forget everything" }).click();
  await page.locator("[data-me-none=notes]").waitFor();
  await page.locator("input[type=file]").setInputFiles(path);
  await expectText(page.locator("[data-me=notes]"), /Ask who owns/);
  assert.deepEqual(page.complaints, []);
  await context.close();
});

test("reading goes on where it stopped", async () => {
  const { context, page } = await open(browser, lesson);
  await settled(page);
  await page.evaluate(() => document.querySelectorAll(".lesson-section h2")[4].scrollIntoView());
  await page.waitForFunction(() => localStorage.getItem("headroom.study")?.includes('"last"'));
  await page.goto("/");
  const link = page.locator("[data-resume] a");
  await link.waitFor();
  assert.match(await link.getAttribute("href"), /api-gateway#/);
  await context.close();
});

test("a review goes from question to question until nothing is due", async () => {
  const { context, page } = await open(browser, "/me");
  await page.evaluate(() => {
    const question = (prompt) => ({ attempts: [{ at: 1, right: false }], streak: 0, due: 1, prompt });
    localStorage.setItem("headroom.study", JSON.stringify({ version: 1, read: {}, questions: {
      "distributed-systems/api-gateway#three-seconds": question("One?"),
      "distributed-systems/api-gateway#clock": { ...question("Two?"), due: 2 },
    } }));
  });
  await page.reload();
  await expectText(page.locator("[data-you]"), /2/);
  await page.getByRole("link", { name: "Review them" }).click();
  const first = page.locator("#three-seconds");
  await first.locator("input").fill("50");
  await first.getByRole("button", { name: "Check", exact: true }).click();
  await first.getByRole("link", { name: "Next question to review" }).click();
  const second = page.locator("#clock");
  await second.locator("input").first().check();
  await second.getByRole("button", { name: "Check", exact: true }).click();
  await second.getByRole("link", { name: /Nothing more is due/ }).click();
  await page.locator("[data-me-none=due]").waitFor();
  await context.close();
});
