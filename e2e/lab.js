// The workbench as a learner meets it: by roles and names, and a few data-testid.
import { expectText } from "./wait.js";

export const labPath = "/labs/rate_limiter";
const long = { timeout: 150_000 };

/** The editor, once the island is awake and its script is there. */
export async function openEditor(page) {
  await page.locator(".workbench").scrollIntoViewIfNeeded();
  const editor = page.locator(".wb-editor [contenteditable=true]");
  await editor.waitFor(long);
  return editor;
}

/** Replaces what is in the editor by a paste, which the editor handles itself as a learner's. */
export async function paste(page, source) {
  const editor = await openEditor(page);
  await editor.focus();
  await page.keyboard.press("Control+a");
  await editor.evaluate((target, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    const options = { clipboardData, bubbles: true, cancelable: true };
    target.dispatchEvent(new ClipboardEvent("paste", options));
  }, source);
}

export async function upload(page, file) {
  await openEditor(page);
  await page.locator(".workbench input[type=file]").setInputFiles(file);
  await expectText(page.locator(".wb-status [role=status]"), /Module read/, long);
}

export const run = (page) => page.getByRole("button", { name: "Compile and run" }).click();
export const submit = (page) => page.getByRole("button", { name: "Submit" }).click();

/** Digest and points of the report under a heading. */
async function report(page, heading) {
  const section = page.locator(".wb-reports section", { hasText: heading });
  const digest = await expectText(section.locator(".digest"), /[0-9a-f]{64}/, long);
  return { digest, points: await expectText(section.locator(".wb-score"), /[0-9.]+/) };
}

export const localReport = (page) => report(page, "In this browser");
export const serverReport = (page) => report(page, "On the server");

/** Runs, submits, and returns what the page shows of both reports. */
export async function runAndSubmit(page) {
  await run(page);
  const local = await localReport(page);
  await submit(page);
  const server = await serverReport(page);
  return { local, server };
}

/** What a failed run shows. */
export const message = (page, pattern) => expectText(page.locator(".wb-errors"), pattern, long);
