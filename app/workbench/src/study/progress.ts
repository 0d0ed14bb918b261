// What a reader has read, answered, marked and written: one document. It lives in this browser;
// `sync.ts` keeps an account's copy of it where somebody is signed in.

export const KEY = "headroom.study";
const DAY_MS = 86_400_000;
/** Days until a question comes back, by how often it was answered right in a row (Leitner). */
const BOXES = [1, 3, 7, 21, 60];
/** Answers that are kept of one question. */
export const KEPT = 20;

export interface Attempt {
  /** Milliseconds since 1970. */
  at: number;
  right: boolean;
  /** Which question of a pool it was. */
  item?: string;
}

export interface Question {
  attempts: Attempt[];
  /** Right answers in a row. */
  streak: number;
  /** When to ask again, milliseconds since 1970. */
  due: number;
  /** What was asked, to list it. */
  prompt: string;
}

export interface Bookmark {
  title: string;
  at: number;
  /** False once it is taken away: that, too, has to reach other devices. */
  on: boolean;
}

export interface Note {
  text: string;
  at: number;
}

/** Where reading stopped. */
export interface Place {
  /** With the section: `/lessons/area/slug#section`. */
  address: string;
  title: string;
  at: number;
}

export interface Stars {
  stars: number;
  /** ppm. */
  score: number | null;
  at: number;
}

export interface Progress {
  version: 1;
  /** When each lesson was read to its end, by `area/slug`. */
  read: Record<string, number>;
  /** By `area/slug#question`, or `area/slug#pool` for all questions of a pool. */
  questions: Record<string, Question>;
  /** By address. */
  bookmarks?: Record<string, Bookmark>;
  /** By `area/slug`. */
  notes?: Record<string, Note>;
  last?: Place;
  /** The best of each lab. */
  stars?: Record<string, Stars>;
  /** When everything was forgotten last; what is older than that does not come back. */
  cleared?: number;
}

export type Kept = Pick<Storage, "getItem" | "setItem">;

export const empty = (): Progress => ({ version: 1, read: {}, questions: {} });

/** The progress with one more answer. */
export function answered(
  progress: Progress,
  key: string,
  prompt: string,
  right: boolean,
  now: number,
  item?: string,
): Progress {
  const before = progress.questions[key];
  // An answer before a question is due shows no memory: it neither speeds up nor slows down.
  const early = right && before !== undefined && now < before.due && before.streak > 0;
  const streak = right ? (before?.streak ?? 0) + (early ? 0 : 1) : 0;
  const box = BOXES[Math.min(Math.max(streak, 1), BOXES.length) - 1]!;
  const question: Question = {
    attempts: [...(before?.attempts ?? []), { at: now, right, ...(item && { item }) }].slice(-KEPT),
    streak,
    due: early ? before.due : now + (right ? box * DAY_MS : DAY_MS / 144),
    prompt,
  };
  return { ...progress, questions: { ...progress.questions, [key]: question } };
}

/** The progress of somebody who came to the end of a lesson. */
export function finished(progress: Progress, lesson: string, now: number): Progress {
  if (progress.read[lesson]) return progress;
  return { ...progress, read: { ...progress.read, [lesson]: now } };
}

/** Questions to ask again, the longest overdue first. */
export function due(progress: Progress, now: number): [string, Question][] {
  const asked = Object.entries(progress.questions).filter(([, q]) => q.due <= now);
  return asked.sort(([, a], [, b]) => a.due - b.due);
}

/** A text as a progress; nothing where it is none. */
export function read(text: string | null): Progress | undefined {
  try {
    const found = JSON.parse(text ?? "null") as Progress | null;
    if (found?.version !== 1) return undefined;
    return { ...found, read: found.read ?? {}, questions: found.questions ?? {} };
  } catch {
    return undefined;
  }
}

/** What is kept; an empty progress where it cannot be read. */
export function load(storage: Pick<Storage, "getItem">): Progress {
  try {
    return read(storage.getItem(KEY)) ?? empty();
  } catch {
    return empty();
  }
}

/**
 * Keeps it, and tells the page. Load, change and save in one go: a browser lets no other tab in
 * between. Says whether it was kept.
 */
export function save(storage: Kept, progress: Progress): boolean {
  try {
    storage.setItem(KEY, JSON.stringify(progress));
  } catch {
    // A full or forbidden storage: reading and answering go on without memory.
    return false;
  }
  globalThis.dispatchEvent?.(new Event("headroom:study"));
  return true;
}
