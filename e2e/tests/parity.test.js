// The same report everywhere: built-in policies in Chromium's engine against the digests of native
// runs, and policies as modules in Chromium against the server's grades.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { base as address, launch, open } from "../browser.js";
import { digests, labs } from "../labs.js";

const guests = process.env.GUESTS ?? "../.headroom/guests";
let browser, page;
before(async () => {
  browser = await launch();
  ({ page } = await open(browser, "/labs/rate_limiter"));
});
after(() => browser?.close());

/** Digests of the reports that a lab worker of the page makes, by policy; "you" is the module. */
async function reports(lab, policies, module) {
  const html = await page.content();
  const worker = html.match(/\/assets\/[0-9a-f]+\/workbench\.js/)[0].replace("workbench", "lab-worker");
  const wasm = module && module.toString("base64");
  return page.evaluate(({ worker, lab, policies, wasm }) => {
    const bytes = wasm ? Uint8Array.from(atob(wasm), (c) => c.charCodeAt(0)) : null;
    const thread = new Worker(worker, { type: "module" });
    return new Promise((resolve, reject) => {
      const found = {};
      thread.onerror = () => reject(new Error("the worker did not start"));
      thread.onmessage = ({ data }) => {
        if (data.kind === "done") {
          thread.terminate();
          resolve(found);
          return;
        }
        const head = data.json.slice(0, 20);
        if (head.startsWith('{"type":"error"')) reject(new Error(data.json));
        if (!head.startsWith('{"type":"report"')) return;
        const { who, digest } = JSON.parse(data.json);
        found[who] = digest;
      };
      thread.postMessage({ kind: "run", lab, wasm: bytes, policies });
    });
  }, { worker, lab, policies, wasm });
}

async function graded(lab, module) {
  const url = `${address}/api/v1/labs/${lab}/submissions`;
  const headers = { "content-type": "application/wasm" };
  const accepted = await fetch(url, { method: "POST", headers, body: module });
  assert.equal(accepted.status, 202, await accepted.clone().text());
  const location = new URL(accepted.headers.get("location"), address);
  for (let asked = 0; asked < 6; asked++) {
    const submission = await (await fetch(`${location}?wait=30`)).json();
    if (submission.status === "graded") return submission.grade.digest;
    assert.ok(["queued", "running"].includes(submission.status), JSON.stringify(submission));
  }
  throw new Error("it was never graded");
}

for (const lab of await labs()) {
  test(`${lab}: every built-in policy reports the same in Chromium as natively`, async () => {
    const native = await digests(lab);
    assert.ok(Object.keys(native).length >= 5);
    assert.deepEqual(await reports(lab, Object.keys(native)), native);
  });

  test(`${lab}: a module reports the same in Chromium as on the server`, async () => {
    const [policy] = Object.keys(await digests(lab));
    const module = await readFile(`${guests}/${lab}/${policy}.wasm`);
    const { you } = await reports(lab, [], module);
    assert.match(you, /^[0-9a-f]{64}$/);
    assert.equal(await graded(lab, module), you);
  });
}
