// A newcomer's path through each lab: the starter runs and scores low, a better policy scores
// high, and the server agrees to the last byte.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import { localReport, openEditor, paste, run, serverReport, submit } from "../lab.js";
import { labs } from "../labs.js";
import { until } from "../wait.js";

const solution = (lab) => new URL(`../fixtures/${lab}.ts`, import.meta.url);

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

for (const lab of await labs()) {
  test(`${lab}: from the starter to a good policy`, async () => {
    const better = await readFile(solution(lab), "utf8");
    const { context, page } = await open(browser, `/labs/${lab}`);
    try {
      await openEditor(page);
      await run(page);
      const first = await localReport(page);
      assert.ok(Number(first.points) < 60, `the starter earns ${first.points}`);
      await paste(page, better);
      await run(page);
      const second = await until(async () => {
        const report = await localReport(page);
        return report.digest !== first.digest && report;
      });
      assert.ok(Number(second.points) >= 85, `the better policy earns ${second.points}`);
      await submit(page);
      assert.deepEqual(await serverReport(page), second);
      assert.ok(await page.locator(".wb-charts svg").count() > 0, "no chart was drawn");
      assert.deepEqual(page.complaints, []);
    } finally {
      await context.close();
    }
  });
}
