// What a reader has done, shown where topics and lessons are listed.

import { type Progress, type Stars } from "./progress.js";

/** Marks what the page lists. */
export function mark(root: ParentNode, progress: Progress): void {
  markTopics(root, progress);
  markLabs(root, progress);
}

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

/** Marks labs with the stars they gave. */
export function markLabs(root: ParentNode, progress: Progress): void {
  for (const card of root.querySelectorAll<HTMLElement>("[data-lab]")) {
    const best = progress.stars?.[card.dataset.lab ?? ""];
    let mark = card.querySelector<HTMLElement>(".topic-mark");
    if (!best) {
      mark?.remove();
      continue;
    }
    if (!mark) {
      mark = document.createElement("p");
      mark.className = "topic-mark";
      card.querySelector("h2")?.after(mark);
    }
    mark.textContent = starsOf(best);
  }
}

/** "★★☆ 78.3 points". */
export function starsOf({ stars, score }: Stars): string {
  const shown = "★".repeat(stars) + "☆".repeat(Math.max(0, 3 - stars));
  return score === null ? shown : `${shown} ${(score / 10_000).toFixed(1)} points`;
}
