// A page as it is seen: at two widths, without a complaint, without an obstacle.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { open, settled } from "./browser.js";

const screenshots = process.env.SCREENSHOTS ?? "../.headroom/screenshots";
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
await mkdir(screenshots, { recursive: true });

/** Opens it narrow and wide, keeps a picture of each, and fails for what hinders a reader. */
export async function look(browser, name, path, options) {
  for (const width of [390, 1280]) {
    const viewport = { width, height: 900 };
    const { context, page, response } = await open(browser, path, { ...options, viewport });
    assert.equal(response.status(), 200);
    await settled(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${name}: ${wide} pixels wide in a window of ${width}`);
    const file = `${screenshots}/${name}-${width}-${options.colorScheme}.png`;
    // The whole course on one page is longer than Chromium draws within reason.
    const tall = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.screenshot({ path: file, fullPage: tall < 40_000 });
    assert.deepEqual(page.complaints, []);
    // Playwright evaluates outside the page's CSP.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    assert.deepEqual(grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`), []);
    await context.close();
  }
}
