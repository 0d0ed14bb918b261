// Debian's Chromium, and pages that remember everything that went wrong on them.
import { chromium } from "playwright-core";

export const base = process.env.BASE_URL ?? "http://127.0.0.1:8080";

const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });

/** A new page; `page.complaints` holds console errors, CSP violations, failed requests. */
export async function open(browser, path, options = {}) {
  // A service worker would answer for the server; the tests of it ask for it.
  const context = await browser.newContext({ baseURL: base, serviceWorkers: "block", ...options });
  const page = await context.newPage();
  page.complaints = [];
  page.wasm = [];
  page.unanswered = new Set();
  page.on("request", (r) => r.resourceType() === "eventsource" || page.unanswered.add(r));
  page.on("requestfinished", (r) => page.unanswered.delete(r));
  page.on("requestfailed", (r) => page.unanswered.delete(r));
  page.on("console", (m) => m.type() === "error" && page.complaints.push(m.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (r) => /\.wasm($|\?)/.test(r.url()) && page.wasm.push(r.url()));
  page.on("response", (r) => r.status() >= 400 && page.complaints.push(`${r.status()} ${r.url()}`));
  const response = await page.goto(path);
  return { context, page, response };
}

/** Waits until a loaded page has asked for nothing for half a second. */
export async function settled(page) {
  // Playwright's own "networkidle" never comes where a page is busy for long before it is loaded.
  await page.waitForLoadState("load");
  const deadline = Date.now() + 120_000;
  let quietSince = Date.now();
  while (Date.now() < quietSince + 500) {
    if (page.unanswered.size > 0) quietSince = Date.now();
    if (Date.now() > deadline) throw new Error(`unanswered: ${[...page.unanswered].map((r) => r.url())}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
