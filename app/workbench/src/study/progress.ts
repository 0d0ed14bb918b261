// What a reader has read and answered. It lives in this browser; nothing is sent.

const KEY = "headroom.study";
const DAY_MS = 86_400_000;
/** Days until a question comes back, by how often it was answered right in a row (Leitner). */
const BOXES = [1, 3, 7, 21, 60];
/** Answers that are kept of one question. */
const KEPT = 20;

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

export interface Progress {
  version: 1;
  /** When each lesson was read to its end, by `area/slug`. */
  read: Record<string, number>;
  /** By `area/slug#question`, or `area/slug#pool` for all questions of a pool. */
  questions: Record<string, Question>;
}

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

/** Two progresses as one: what either knows. For other tabs, and for accounts. */
export function merged(a: Progress, b: Progress): Progress {
  const read = { ...a.read };
  for (const [lesson, at] of Object.entries(b.read)) read[lesson] = Math.min(read[lesson] ?? at, at);
  const questions = { ...a.questions };
  for (const [key, theirs] of Object.entries(b.questions)) {
    const ours = questions[key];
    questions[key] = ours ? together(ours, theirs) : theirs;
  }
  return { version: 1, read, questions };
}

function together(a: Question, b: Question): Question {
  const last = (q: Question) => q.attempts.at(-1)?.at ?? 0;
  const newer = last(a) >= last(b) ? a : b;
  const all = new Map([...a.attempts, ...b.attempts].map((one) => [one.at, one]));
  const attempts = [...all.values()].sort((x, y) => x.at - y.at).slice(-KEPT);
  return { ...newer, attempts };
}

/** What is kept; nothing where it cannot be read. */
export function load(storage: Pick<Storage, "getItem">): Progress {
  try {
    const read = JSON.parse(storage.getItem(KEY) ?? "null") as Progress | null;
    return read?.version === 1 ? { ...empty(), ...read } : empty();
  } catch {
    return empty();
  }
}

/** Keeps it, together with what another tab may have kept meanwhile. */
export function save(storage: Pick<Storage, "getItem" | "setItem">, progress: Progress): void {
  try {
    storage.setItem(KEY, JSON.stringify(merged(progress, load(storage))));
  } catch {
    // A full or forbidden storage: reading and answering go on without memory.
  }
}
