// What a reader has done, shown where topics and lessons are listed.

import { type Progress } from "./progress.js";

/** Marks topics of the map that were read, and says how many questions were answered right. */
export function markTopics(root: ParentNode, progress: Progress): void {
  for (const card of root.querySelectorAll<HTMLElement>("[data-topic]")) {
    const lesson = card.dataset.topic ?? "";
    const parts = [
      progress.read[lesson] ? "read" : "",
      answersOf(progress, lesson),
    ].filter(Boolean);
    let mark = card.querySelector<HTMLElement>(".topic-mark");
    if (parts.length === 0) {
      mark?.remove();
      continue;
    }
    if (!mark) {
      mark = document.createElement("p");
      mark.className = "topic-mark";
      card.querySelector("h3, h2")?.after(mark);
    }
    mark.textContent = `✓ ${parts.join(" · ")}`;
    card.dataset.read = String(Boolean(progress.read[lesson]));
  }
}

function answersOf(progress: Progress, lesson: string): string {
  const own = Object.entries(progress.questions).filter(([key]) => key.startsWith(`${lesson}#`));
  const right = own.filter(([, question]) => question.streak > 0).length;
  return own.length ? `${right} of ${own.length} answered right` : "";
}

/** Calls `end` once when the last part of a lesson has been seen. */
export function watchEnd(root: ParentNode, end: () => void): void {
  const last = root.querySelector(".neighbours");
  if (!last) return;
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    end();
  });
  seen.observe(last);
}
