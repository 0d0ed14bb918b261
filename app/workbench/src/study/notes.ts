// A reader's own notes on a lesson: plain text, kept while it is written.

import { signedIn, where, words } from "./account.js";
import { hash } from "./merge.js";
import { load, save } from "./progress.js";

/** Quiet time after a key before the text is kept. */
const QUIET_MS = 500;

/** Fills the notes' field, and keeps what is written into it. */
export function notes(box: HTMLElement, lesson: string): void {
  const field = box.querySelector("textarea");
  const said = box.querySelector("[data-kept]");
  if (!field || !said) return;
  const kept = () => load(localStorage).notes?.[lesson]?.text ?? "";
  let shown = kept();
  let timer = 0;
  let whole = true;
  const say = () => {
    const found = where(localStorage, signedIn(), hash);
    said.textContent = !whole
      ? "This browser's storage is full or closed: copy your text before you leave."
      : field.value || kept()
        ? words(found, Date.now())
        : "";
  };
  const keep = () => {
    timer = 0;
    // Another tab or device may have written meanwhile; what is typed here came after it.
    shown = field.value;
    const progress = load(localStorage);
    if ((progress.notes?.[lesson]?.text ?? "") === shown) return;
    const note = { text: shown, at: Date.now() };
    whole = save(localStorage, { ...progress, notes: { ...progress.notes, [lesson]: note } });
    say();
  };
  const take = () => {
    // Never under the hands of somebody who types.
    const now = kept();
    if (!timer && field.value === shown && now !== shown) field.value = shown = now;
    say();
  };
  field.oninput = () => {
    clearTimeout(timer);
    timer = setTimeout(keep, QUIET_MS) as unknown as number;
  };
  // Somebody may have begun to write before this script was there.
  if (field.value) field.oninput(new Event("input"));
  else field.value = shown;
  const flush = () => {
    if (!timer) return;
    clearTimeout(timer);
    keep();
  };
  field.onblur = flush;
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", flush, { capture: true });
  for (const event of ["storage", "headroom:study", "headroom:kept"]) addEventListener(event, take);
  if (shown) (box as HTMLDetailsElement).open = true;
  say();
}
