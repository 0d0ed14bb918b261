// Answers by day.

import { type Progress } from "./progress.js";

/** Answers per day, by `YYYY-MM-DD` of the reader's own calendar. */
export function practice(progress: Progress): Map<string, number> {
  const days = new Map<string, number>();
  const attempts = Object.values(progress.questions).flatMap((q) => q.attempts);
  for (const { at } of attempts) {
    const day = dayOf(at);
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  return days;
}

/** `YYYY-MM-DD` by the reader's own calendar. */
export function dayOf(ms: number): string {
  const date = new Date(ms);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
