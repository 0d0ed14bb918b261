// Accounts as people meet them: mail by SMTP, forms with and without JavaScript.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import { look } from "../look.js";
import { linkIn, open as openMailbox } from "../mailbox.js";
import { expectText } from "../wait.js";

const PASSWORD = "four random words suffice";
let browser, mailbox;
before(async () => { browser = await launch(); mailbox = await openMailbox(); });
after(async () => { await browser?.close(); await mailbox?.close(); });

async function send(page, action, fields) {
  const form = page.locator(`form[action="${action}"]`);
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    await (value === true ? field.check() : field.fill(value));
  }
  await form.getByRole("button").click();
  await page.waitForLoadState();
}

for (const javaScriptEnabled of [false, true]) {
  const how = javaScriptEnabled ? "with" : "without";
  test(`an account from beginning to end, ${how} JavaScript`, async () => {
    const email = `${how}@example.org`;
    const { context, page } = await open(browser, "/account", { javaScriptEnabled });
    assert.match(page.url(), /\/sign-in\?next=%2Faccount$/);
    await page.getByRole("link", { name: "Make one" }).click();
    await send(page, "/sign-up", { email });
    assert.match(await page.locator("main").innerText(), /Check your mail/);

    await page.goto(linkIn(await mailbox.mail(email, 1)));
    await send(page, "/link", { password: "password1" });
    assert.match(await page.getByRole("alert").innerText(), /guessed at once/);
    await send(page, "/link", { password: PASSWORD });
    assert.match(page.url(), /\/me$/);
    await page.goto("/account");
    assert.match(await page.locator("main").innerText(), new RegExp(`Signed in as ${email}`));

    await send(page, "/sign-out", {});
    await page.goto("/sign-in");
    await send(page, "/sign-in", { email, password: "wrong" });
    assert.match(await page.getByRole("alert").innerText(), /No account has this/);
    assert.equal(await page.locator("#email").inputValue(), email);
    await send(page, "/sign-in", { password: PASSWORD });
    assert.match(page.url(), /\/me$/);

    const other = await open(browser, "/sign-in", { javaScriptEnabled });
    await send(other.page, "/sign-in/link", { email });
    await other.page.goto(linkIn(await mailbox.mail(email, 2)));
    await send(other.page, "/link", {});
    await page.goto("/account");
    await page.getByRole("button", { name: "Sign out everywhere else" }).click();
    assert.match(await page.getByRole("status").innerText(), /signed out/);
    await other.page.goto("/account");
    assert.match(other.page.url(), /\/sign-in/);
    await other.context.close();

    await page.goto("/account");
    await send(page, "/account/keys", { name: "CI" });
    const authorization = `Bearer ${await page.locator("#new-key").innerText()}`;
    const answer = await page.request.get("/api/v1/me", { headers: { authorization } });
    assert.equal(answer.status(), 403, "the key is for handing in");
    assert.equal((await answer.json()).type, "/problems/scope-missing");
    await page.getByRole("button", { name: "Delete the key CI" }).click();
    assert.match(await page.getByRole("status").innerText(), /opens nothing any more/);
    const gone = await page.request.get("/api/v1/me", { headers: { authorization } });
    assert.equal(gone.status(), 401);

    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Save my data" }).click(),
    ]);
    const data = JSON.parse(await readFile(await file.path(), "utf8"));
    assert.equal(data.account.email, email);

    await send(page, "/account/delete", { current: PASSWORD, sure: true });
    await page.goto("/sign-in");
    await send(page, "/sign-in", { email, password: PASSWORD });
    assert.match(await page.getByRole("alert").innerText(), /No account has this/);
    await context.close();
  });
}

for (const colorScheme of ["light", "dark"]) {
  test(`pages about accounts, ${colorScheme}: accessible, no complaint, fit`, async () => {
    const email = `${colorScheme}@example.org`;
    const first = await open(browser, "/sign-up", { colorScheme });
    await send(first.page, "/sign-up", { email });
    const link = linkIn(await mailbox.mail(email, 1));
    await first.page.goto(link);
    await send(first.page, "/link", { password: PASSWORD });
    const storageState = await first.context.storageState();
    await first.context.close();
    await seen({ "sign-in": "/sign-in", "sign-up": "/sign-up", reset: "/reset" }, { colorScheme });
    await seen({ account: "/account" }, { colorScheme, storageState });
  });
}

async function seen(pages, options) {
  for (const [name, path] of Object.entries(pages)) await look(browser, name, path, options);
}

test("what is done in one browser is there in the other", async () => {
  const email = "two-browsers@example.org";
  const laptop = await open(browser, "/lessons/distributed-systems/api-gateway");
  await laptop.page.locator("[data-notes] summary").click();
  await laptop.page.locator("[data-notes] textarea").fill("Written before there was an account.");
  await expectText(laptop.page.locator("[data-kept]"), /Kept in this browser/);
  await laptop.page.goto("/sign-up");
  await send(laptop.page, "/sign-up", { email });
  await laptop.page.goto(linkIn(await mailbox.mail(email, 1)));
  await send(laptop.page, "/link", { password: PASSWORD });
  await expectText(laptop.page.locator("[data-me=kept]"), /Kept in your account: saved/);

  const phone = await open(browser, "/sign-in", { viewport: { width: 390, height: 844 } });
  await send(phone.page, "/sign-in", { email, password: PASSWORD });
  await expectText(phone.page.locator("[data-me=notes]"), /before there was an account/);
  await phone.page.goto("/lessons/reliability/retries");
  await phone.page.getByRole("button", { name: "Bookmark" }).click();
  await phone.page.goto("/me");
  await expectText(phone.page.locator("[data-me=kept]"), /Kept in your account: saved/);

  await laptop.page.evaluate(() => {
    // As if the last look at the server were long ago.
    const known = JSON.parse(localStorage.getItem("headroom.study.account"));
    localStorage.setItem("headroom.study.account", JSON.stringify({ ...known, looked: 0 }));
  });
  await laptop.page.reload();
  await expectText(laptop.page.locator("[data-me=bookmarks]"), /Retry/);

  await laptop.page.goto("/account");
  await laptop.page.getByRole("button", { name: "Sign out", exact: true }).click();
  await laptop.page.waitForURL((url) => url.pathname === "/");
  const left = await laptop.page.evaluate(() => localStorage.getItem("headroom.study"));
  assert.equal(left, null, "a shared browser keeps nothing of the account");
  for (const { page, context } of [laptop, phone]) {
    // Of two who write at once the server refuses one, who then merges.
    assert.deepEqual(page.complaints.filter((said) => !said.includes("412")), []);
    await context.close();
  }
});

test("submissions of an account are listed on the lab's page", async () => {
  const email = "submitter@example.org";
  const { context, page } = await open(browser, "/sign-up");
  await send(page, "/sign-up", { email });
  await page.goto(linkIn(await mailbox.mail(email, 1)));
  await send(page, "/link", { password: PASSWORD });
  const graded = await page.evaluate(async () => {
    const made = await fetch("/api/v1/labs/rate_limiter/submissions", {
      method: "POST",
      headers: { "content-type": "text/javascript" },
      body: "export function allow() { return 1; }",
    });
    const { id } = await made.json();
    return (await fetch(`/api/v1/submissions/${id}?wait=30`)).json();
  });
  assert.ok(["graded", "failed"].includes(graded.status), JSON.stringify(graded));
  await page.goto("/labs/rate_limiter");
  await expectText(page.locator("[data-submissions] li"), /javascript · /);
  await context.close();
});
