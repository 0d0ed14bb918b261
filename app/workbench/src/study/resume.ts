// Where reading stopped, for the pages one starts from.

import { type Progress } from "./progress.js";

/** Shows a line with the link, if there is a place to go back to. */
export function resume(box: HTMLElement, progress: Progress): void {
  const { last } = progress;
  const safe = last && /^\/[^/\\]/.test(last.address);
  box.hidden = !safe;
  if (!safe) return;
  const link = document.createElement("a");
  link.href = last.address;
  link.textContent = last.title || last.address;
  box.replaceChildren("Go on where you left: ", link);
}
