// The best that a reader's submissions to a lab came to.

import { load, save, type Kept, type Stars } from "./progress.js";

interface Submission {
  lab?: string;
  status?: string;
  grade?: { stars?: number; report?: { score?: number } } | null;
}

/** Remembers what a graded submission (JSON) earned, if it beats what is known. */
export function earned(storage: Kept, submission: string, now: number): void {
  const { lab, status, grade } = JSON.parse(submission) as Submission;
  if (!lab || status !== "graded" || !grade) return;
  const progress = load(storage);
  const before = progress.stars?.[lab];
  const stars = Math.max(before?.stars ?? 0, grade.stars ?? 0);
  const score = most(before?.score ?? null, grade.report?.score ?? null);
  if (before && before.stars === stars && before.score === score) return;
  const best: Stars = { ...before, stars, score, at: now };
  save(storage, { ...progress, stars: { ...progress.stars, [lab]: best } });
}

const most = (a: number | null, b: number | null) =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);
