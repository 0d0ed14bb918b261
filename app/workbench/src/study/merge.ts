// Two progresses as one: what either knows. For accounts, for other devices, for files. Whatever
// the order in which devices meet, all of them come to the same; see `join.ts`.

import { any, byKey, canonical, latest, members, type Join } from "./join.js";
import { joinNotes } from "./note-parts.js";
import {
  KEPT, type Attempt, type Bookmark, type Note, type Place, type Progress, type Question,
  type Stars,
} from "./progress.js";

/** The last answers of both. */
const attempts: Join<Attempt[]> = (a, b) => {
  const all = new Map<string, Attempt>();
  for (const one of [...a, ...b]) {
    const key = `${one.at} ${one.right}`;
    const same = all.get(key);
    all.set(key, same ? (any(same, one) as Attempt) : one);
  }
  const sorted = [...all.values()].sort((x, y) => x.at - y.at || Number(x.right) - Number(y.right));
  return sorted.slice(-KEPT);
};

/** Where a question stands is for whoever answered last. */
const question: Join<Question> = (a, b) => ({
  ...latest<Question>(["streak", "due", "prompt"], lastAnswer)(a, b),
  attempts: attempts(a.attempts, b.attempts),
});
const lastAnswer = (q: Question) => q.attempts.reduce((last, { at }) => Math.max(last, at), 0);

const at = (one: { at: number }) => one.at;
const most = (a: number | null, b: number | null) =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);
const best = members<Stars>({ stars: Math.max, score: most as Join<number>, at: Math.max });
const note: Join<Note> = (a, b) => ({
  ...(any({ ...a, text: 0, at: 0 }, { ...b, text: 0, at: 0 }) as Note),
  ...joinNotes(a, b),
});

const whole = members<Progress>({
  version: (a) => a,
  cleared: Math.max,
  read: byKey<number>(Math.min),
  questions: byKey(question),
  bookmarks: byKey(latest<Bookmark>(["at", "on", "title"], at)),
  notes: byKey(note),
  last: latest<Place>(["address", "at", "title"], at),
  stars: byKey(best),
});

/** What either knows; but what was forgotten stays forgotten. */
export function merged(a: Progress, b: Progress): Progress {
  const order = (a.cleared ?? 0) - (b.cleared ?? 0);
  return order === 0 ? whole(a, b) : order > 0 ? a : b;
}

/** Which version of each note was the last that two sides had in common. */
export type Seen = Record<string, string>;

export const seenIn = (progress: Progress): Seen =>
  Object.fromEntries(Object.entries(progress.notes ?? {}).map(([name, one]) => [name, mark(one)]));

const mark = (one: Note) => hash(canonical([one.text, one.at]));

/** As `merged`, but a note that one side left as it was gives way to what the other made of it. */
export function mergedSince(seen: Seen, mine: Progress, theirs: Progress): Progress {
  if ((mine.cleared ?? 0) !== (theirs.cleared ?? 0)) return merged(mine, theirs);
  const [ours, others] = [{ ...mine.notes }, { ...theirs.notes }];
  for (const name of Object.keys(ours)) {
    const other = others[name];
    if (!other) continue;
    if (mark(ours[name]!) === seen[name]) delete ours[name];
    else if (mark(other) === seen[name]) delete others[name];
  }
  const either = mine.notes ?? theirs.notes;
  return merged(
    either ? { ...mine, notes: ours } : mine,
    either ? { ...theirs, notes: others } : theirs,
  );
}

/** 53 bits of a text (cyrb53): to tell versions apart, not to hide anything. */
export function hash(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
