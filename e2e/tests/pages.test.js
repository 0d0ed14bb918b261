import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import { labs, lessons } from "../labs.js";

const pages = {
  home: "/",
  course: "/course",
  area: "/course/reliability",
  search: "/search?q=retry%20budget",
  ...Object.fromEntries((await lessons()).map((l) => [`lesson-${l.split("/")[1]}`, `/lessons/${l}`])),
  labs: "/labs",
  me: "/me",
  ...Object.fromEntries((await labs()).map((lab) => [`lab-${lab}`, `/labs/${lab}`])),
};
const screenshots = process.env.SCREENSHOTS ?? "../.headroom/screenshots";
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let browser;
before(async () => { browser = await launch(); await mkdir(screenshots, { recursive: true }); });
after(() => browser?.close());

for (const [name, path] of Object.entries(pages)) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${name}, ${colorScheme}: accessible, no complaint, fits`, async () => {
      for (const width of [390, 1280]) {
        const viewport = { width, height: 900 };
        const { context, page, response } = await open(browser, path, { colorScheme, viewport });
        assert.equal(response.status(), 200);
        await page.waitForLoadState("networkidle");
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} pixels wide in a window of ${width}`);
        await page.screenshot({ path: `${screenshots}/${name}-${width}-${colorScheme}.png`, fullPage: true });
        assert.deepEqual(page.complaints, []);
        // Playwright evaluates outside the page's CSP.
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
        assert.deepEqual(grave.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`), []);
        await context.close();
      }
    });
  }
}
