// How long a learner waits: from Run to the first case and to the report, for every lab, with the
// two opponents that the page starts with. Prints a table; figures are for people, not for CI.
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { launch, open } from "../browser.js";
import { localReport, openEditor, paste, run } from "../lab.js";
import { labs } from "../labs.js";
import { until } from "../wait.js";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/** Milliseconds from the click to the first case that was run, and to the report. */
async function timed(page) {
  await page.evaluate(() => {
    const bar = document.querySelector(".wb-status progress");
    const start = { at: 0, first: 0, end: 0 };
    globalThis.headroomTimes = start;
    const button = [...document.querySelectorAll("button")].find((b) => b.textContent === "Compile and run");
    button.addEventListener("click", () => { start.at = performance.now(); }, { once: true });
    const look = () => {
      if (start.at && !start.first && bar.value > 0) start.first = performance.now();
      if (start.first && !start.end && bar.hidden) start.end = performance.now();
      else requestAnimationFrame(look);
    };
    look();
  });
  await run(page);
  const times = await until(() => page.evaluate(() => globalThis.headroomTimes.end && globalThis.headroomTimes));
  return { first: Math.round(times.first - times.at), all: Math.round(times.end - times.at) };
}

test("from Run to the first chart and to the report", async (t) => {
  const rows = [];
  for (const lab of await labs()) {
    const { context, page } = await open(browser, `/labs/${lab}`);
    await openEditor(page);
    await paste(page, await readFile(new URL(`../fixtures/${lab}.ts`, import.meta.url), "utf8"));
    const cold = await timed(page);
    await localReport(page);
    const warm = await timed(page);
    rows.push(`${lab.padEnd(18)} cold ${cold.first} ms, ${cold.all} ms; warm ${warm.first} ms, ${warm.all} ms`);
    await context.close();
  }
  for (const row of rows) t.diagnostic(row);
});
