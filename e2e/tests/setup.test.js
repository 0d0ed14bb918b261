// The first administrator of an instance nobody has administered yet, without JavaScript. It starts a
// server of its own, since there is a first time only once.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import { look } from "../look.js";

const skip = process.env.HEADROOM ? false : "HEADROOM names no program";
const PASSWORD = "four random words suffice";
let browser, data, server, at, code;

before(async () => {
  if (skip) return;
  browser = await launch();
  data = await mkdtemp(join(tmpdir(), "headroom-setup-"));
  server = spawn(process.env.HEADROOM, ["serve", "--listen", "127.0.0.1:0"], {
    cwd: data,
    env: { PATH: process.env.PATH, HEADROOM_DATA__DIR: data },
    stdio: ["ignore", "pipe", "ignore"],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    at ??= /administrator at (http\S+)\/setup/.exec(line)?.[1];
    code ??= /with the code ([A-Z2-7-]+)/.exec(line)?.[1];
    if (code) break;
  }
});
after(async () => {
  await browser?.close();
  server?.kill();
  if (data) await rm(data, { recursive: true, force: true });
});

async function send(page, fields) {
  for (const [label, value] of Object.entries(fields))
    await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByRole("button", { name: "Make the administrator" }).click();
  await page.waitForLoadState();
}

test("the first administrator, without JavaScript, by keyboard too", { skip }, async () => {
  for (const colorScheme of ["light", "dark"])
    await look(browser, "setup", "/setup", { baseURL: at, colorScheme });

  const { context, page } = await open(browser, "/setup", { baseURL: at, javaScriptEnabled: false });
  const typed = { "E-mail address": "ada@example.org", "New password": PASSWORD };
  await send(page, { Code: "AAAA-AAAA-AAAA-AAAA-AAAA", ...typed });
  assert.match(await page.getByRole("alert").innerText(), /not the code/);
  assert.match(await page.title(), /^Problem: /);
  assert.equal(await page.getByLabel("Code", { exact: true }).getAttribute("aria-invalid"), "true");
  assert.equal(await page.getByLabel("E-mail address").inputValue(), "ada@example.org");

  await send(page, { Code: code.toLowerCase(), "New password": "password1" });
  assert.match(await page.getByRole("alert").innerText(), /guessed at once/);
  // The code stands; a password is typed, and Enter sends the form.
  await page.getByLabel("New password").focus();
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/admin\/health/);
  assert.match(await page.getByRole("status").innerText(), /You administer this site now/);
  const main = await page.locator("main").innerText();
  for (const words of [/sent to nobody/, /for this machine alone/, /behind every wall|walls are missing/,
    /headroom backup FILE/, /headroom\.toml/])
    assert.match(main, words);
  const storageState = await context.storageState();
  assert.equal((await page.goto("/setup")).status(), 404);
  await context.close();

  for (const colorScheme of ["light", "dark"])
    await look(browser, "admin-health", "/admin/health?done=setup", { baseURL: at, colorScheme, storageState });
});
