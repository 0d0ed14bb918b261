// The workbench as a learner meets it: by roles and names, and a few data-testid.
import { expectText } from "./wait.js";

export const labPath = "/labs/rate_limiter";
const long = { timeout: 150_000 };

export async function openEditor(page) {
  await page.getByTestId("workbench").scrollIntoViewIfNeeded();
  const editor = page.getByRole("textbox", { name: /policy|code|editor/i });
  await editor.waitFor(long);
  return editor;
}

export async function paste(page, source) {
  const editor = await openEditor(page);
  await editor.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(source);
}

export async function upload(page, file) {
  await openEditor(page);
  await page.locator("[data-testid=workbench] input[type=file]").setInputFiles(file);
}

export const run = (page) => page.getByRole("button", { name: /^run\b/i }).click();
export const submit = (page) => page.getByRole("button", { name: /^submit\b/i }).click();

/** Runs, submits, and returns the two digests the page shows. */
export async function runAndSubmit(page) {
  await run(page);
  const local = await expectText(page.getByTestId("local-digest"), /[0-9a-f]{64}/, long);
  await submit(page);
  const server = await expectText(page.getByTestId("server-digest"), /[0-9a-f]{64}/, long);
  return { local, server };
}

/** The message a failed run shows. */
export async function message(page, pattern) {
  return expectText(page.getByTestId("run-message"), pattern, long);
}
