// A pool: questions on one idea, of which a reader meets one at a time.

import type { Attempt } from "./progress.js";

/** The question to ask next: one that was never asked, else the one asked longest ago. */
export function turn(items: string[], attempts: Attempt[]): string | undefined {
  const last = (item: string) => attempts.map((attempt) => attempt.item).lastIndexOf(item);
  return [...items].sort((a, b) => last(a) - last(b))[0];
}

/** Shows one question of a pool and hides the others. */
export function show(pool: HTMLElement, id: string): void {
  pool.dataset.item = id;
  for (const item of pool.children) (item as HTMLElement).hidden = item.id !== id;
}
