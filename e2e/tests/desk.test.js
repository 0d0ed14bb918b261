// An administrator writes an issue, looks at it, sends it, and follows it to a reader's mailbox.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { base, launch, open } from "../browser.js";
import { look } from "../look.js";
import { linkIn, open as openMailbox } from "../mailbox.js";

const skip = process.env.DATA ? false : "DATA names no server's data";
const headroom = (...args) =>
  promisify(execFile)(process.env.HEADROOM, args, {
    env: {
      HEADROOM_DATA__DIR: process.env.DATA,
      HEADROOM_SERVER__PUBLIC_URL: base,
      ...(process.env.DATABASE_URL && { HEADROOM_DATABASE__URL: process.env.DATABASE_URL }),
    },
  });

let browser, mailbox;
before(async () => { browser = await launch(); mailbox = await openMailbox(); });
after(async () => { await browser?.close(); await mailbox?.close(); });

test("an issue is written, looked at, sent and read", { skip }, async () => {
  const reader = "desk-reader@example.org";
  const asked = await open(browser, "/newsletter");
  await asked.page.getByLabel("E-mail").first().fill(reader);
  await asked.page.getByLabel("Each thing when it appears").check();
  await asked.page.locator("main").getByRole("button", { name: "Subscribe" }).click();
  await asked.page.goto(linkIn(await mailbox.mail(reader, 1)));
  await asked.page.getByRole("button", { name: "Confirm" }).click();
  await asked.context.close();

  const { stdout } = await headroom("user", "add", `desk-${Date.now()}@example.org`, "--admin");
  const { context, page } = await open(browser, new URL(/http\S+/.exec(stdout)[0]).href.slice(base.length));
  await page.locator("main").getByRole("button").first().click();
  await page.goto("/admin/newsletter");
  const subject = `What the labs showed ${Date.now()}`;
  await page.getByLabel("Subject").fill(subject);
  await page.getByLabel("Summary").fill("Three numbers, and what they mean.");
  await page.getByLabel("Text, in markdown").fill("## A number\n\nSee [the labs](/labs) and [this](/nowhere).");
  await page.getByRole("button", { name: "Keep as a draft" }).click();
  await page.getByRole("heading", { level: 1, name: subject }).waitFor();
  assert.match(await page.getByRole("region", { name: "Looked over" }).innerText(), /\/nowhere/);
  assert.equal(await page.getByRole("button", { name: "Send it now" }).count(), 0);
  await page.getByLabel("Text, in markdown").fill("## A number\n\nSee [the labs](/labs).\n\n| a | b |\n|---|---|\n| 1 | 2 |");
  await page.getByRole("button", { name: "Keep", exact: true }).click();
  const mail = page.frameLocator(".mail-frame");
  await mail.getByRole("heading", { name: "A number" }).waitFor();
  await page.getByRole("button", { name: "Phone" }).click();
  assert.equal(await page.locator(".mail-frame").evaluate((frame) => frame.offsetWidth), 390);
  assert.deepEqual(page.complaints, []);

  const at = new URL(page.url()).pathname;
  const storageState = await context.storageState();
  for (const colorScheme of ["light", "dark"]) {
    for (const [name, path] of [
      ["admin", "/admin"], ["admin-issues", "/admin/newsletter"], ["admin-issue", at],
      ["admin-mail", `${at}/mail`], ["admin-subscribers", "/admin/subscribers"],
      ["admin-outbox", "/admin/outbox"], ["admin-deliverability", "/admin/newsletter/deliverability"],
      ["admin-status", "/admin/status"],
    ])
      await look(browser, name, path, { colorScheme, storageState });
  }

  await page.getByRole("button", { name: "Send it now" }).click();
  const sent = await mailbox.mail(reader, 2);
  assert.match(sent, new RegExp(subject));
  assert.match(sent, /List-Unsubscribe-Post: List-Unsubscribe=One-Click/);
  await page.getByText(", sent.").waitFor();
  await page.getByRole("link", { name: "Who got it" }).click();
  assert.match(await page.locator("table").innerText(), /desk-reader@example\.org/);
  await context.close();

  // A reader's mail program ends it with no cookies and no page.
  const end = /List-Unsubscribe: <(\S+)>/.exec(sent)[1];
  const left = await fetch(end, { method: "POST", body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) });
  assert.equal(left.status, 200);
  for (const colorScheme of ["light", "dark"]) {
    await look(browser, "archive", "/newsletter/issues", { colorScheme });
    const slug = subject.toLowerCase().replaceAll(" ", "-");
    await look(browser, "archive-issue", `/newsletter/issues/${slug}`, { colorScheme });
  }
});
