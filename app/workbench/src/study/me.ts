// The personal page: what was read, what is due, and how practice went.

import { signedIn, where, words } from "./account.js";
import { starsOf } from "./marks.js";
import { hash, merged } from "./merge.js";
import { dayOf, practice } from "./practice.js";
import { due, empty, load, read, save, type Progress } from "./progress.js";
import { reviewOf } from "./quiz.js";

const WEEKS = 26;
const DAY_MS = 86_400_000;
const FORGET_HERE = "Forget everything that this browser knows of your reading, answers and notes?";
const FORGET_ALL =
  "Forget your reading, answers and notes, in this browser and in your account?";

/** Fills the page and keeps it true. */
export function fill(root: HTMLElement): void {
  const draw = () => {
    const progress = load(localStorage);
    list(root, "due", dueItems(progress));
    list(root, "bookmarks", bookmarkItems(progress));
    list(root, "notes", noteItems(progress));
    list(root, "stars", starItems(progress));
    list(root, "read", readItems(progress));
    begin(root, progress);
    say(root);
    heat(root, progress);
    const numbers = root.querySelector("[data-me=numbers]");
    if (numbers) numbers.textContent = summary(progress);
  };
  draw();
  root.hidden = false;
  for (const event of ["storage", "headroom:study", "headroom:kept"]) addEventListener(event, draw);
  on(root, "export", () => download(load(localStorage)));
  on(root, "forget", () => {
    if (!confirm(signedIn() ? FORGET_ALL : FORGET_HERE)) return;
    // With a time, so that no other device brings back what was forgotten.
    save(localStorage, { ...empty(), cleared: Date.now() });
  });
  root.querySelector<HTMLInputElement>("[data-me=import]")?.addEventListener("change", (event) => {
    void take(event.target as HTMLInputElement);
  });
}

function on(root: HTMLElement, name: string, act: () => void): void {
  root.querySelector(`[data-me=${name}]`)?.addEventListener("click", act);
}

function summary(progress: Progress): string {
  const questions = Object.values(progress.questions);
  const right = questions.filter((question) => question.streak > 0).length;
  const read = Object.keys(progress.read).length;
  return `${read} ${read === 1 ? "lesson" : "lessons"} read, ${right} of ${questions.length} questions right.`;
}

function dueItems(progress: Progress): HTMLElement[] {
  return due(progress, Date.now()).map(([key, question]) => {
    return link(reviewOf(key), question.prompt || key);
  });
}

/** The way into a review of everything that is due. */
function begin(root: HTMLElement, progress: Progress): void {
  const button = root.querySelector<HTMLAnchorElement>("[data-me=review]");
  const first = due(progress, Date.now())[0];
  if (!button) return;
  button.hidden = !first;
  if (first) button.href = reviewOf(first[0]);
}

/** Where all of this is kept. */
function say(root: HTMLElement): void {
  const kept = root.querySelector("[data-me=kept]");
  const found = where(localStorage, signedIn(), hash);
  if (kept) kept.textContent = words(found, Date.now());
  const link = root.querySelector("[data-me=account]");
  if (link && signedIn()) link.textContent = "Your account";
}

function bookmarkItems(progress: Progress): HTMLElement[] {
  const marks = Object.entries(progress.bookmarks ?? {}).filter(([, mark]) => mark.on);
  marks.sort(([, a], [, b]) => b.at - a.at);
  // What a file or a server says is no reason to leave this site.
  const own = marks.filter(([address]) => /^\/[^/\\]/.test(address));
  return own.map(([address, mark]) => link(address, mark.title || address));
}

function noteItems(progress: Progress): HTMLElement[] {
  const notes = Object.entries(progress.notes ?? {}).filter(([, note]) => note.text.trim());
  notes.sort(([, a], [, b]) => b.at - a.at);
  return notes.map(([lesson, note]) => {
    const item = link(`/lessons/${lesson}#own-notes`, titled(lesson), dayOf(note.at));
    const text = document.createElement("p");
    text.className = "note-text";
    text.textContent = note.text;
    item.append(text);
    return item;
  });
}

function starItems(progress: Progress): HTMLElement[] {
  const labs = Object.entries(progress.stars ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return labs.map(([lab, best]) => {
    return link(`/labs/${lab}`, titled(lab.replace(/_/g, " ")), starsOf(best));
  });
}

function readItems(progress: Progress): HTMLElement[] {
  const read = Object.entries(progress.read).sort(([, a], [, b]) => b - a);
  return read.map(([lesson, at]) => link(`/lessons/${lesson}`, titled(lesson), dayOf(at)));
}

/** `performance/latency` → `Latency`: the address says enough where no title is kept. */
function titled(lesson: string): string {
  const words = (lesson.split("/").pop() ?? lesson).replace(/-/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function link(href: string, text: string, note = ""): HTMLElement {
  const item = document.createElement("li");
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.textContent = text;
  item.append(anchor);
  if (note) item.append(` (${note})`);
  return item;
}

function list(root: HTMLElement, name: string, items: HTMLElement[]): void {
  const box = root.querySelector(`[data-me=${name}]`);
  box?.replaceChildren(...items);
  const none = root.querySelector<HTMLElement>(`[data-me-none=${name}]`);
  if (none) none.hidden = items.length > 0;
}

/** A square per day, a column per week, and the same as words for who cannot see it. */
function heat(root: HTMLElement, progress: Progress): void {
  const box = root.querySelector<HTMLElement>("[data-me=heat]");
  if (!box) return;
  const days = practice(progress);
  const today = new Date();
  const back = WEEKS * 7 - (7 - today.getDay());
  const cells: HTMLElement[] = [];
  for (let at = back; at >= 0; at--) {
    const day = dayOf(today.getTime() - at * DAY_MS);
    const count = days.get(day) ?? 0;
    const cell = document.createElement("span");
    cell.dataset.level = String(Math.min(4, Math.ceil(count / 3)));
    cell.title = `${day}: ${count} ${count === 1 ? "answer" : "answers"}`;
    cells.push(cell);
  }
  box.replaceChildren(...cells);
  const total = [...days.values()].reduce((sum, count) => sum + count, 0);
  box.setAttribute("aria-label", `${total} answers on ${days.size} days`);
}

function download(progress: Progress): void {
  const blob = new Blob([JSON.stringify(progress, null, 2)], { type: "application/json" });
  const anchor = document.createElement("a");
  anchor.href = URL.createObjectURL(blob);
  anchor.download = "headroom-progress.json";
  anchor.click();
  URL.revokeObjectURL(anchor.href);
}

async function take(input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0];
  if (!file) return;
  try {
    const found = read(await file.text());
    if (!found) throw new Error("no progress");
    const mine = load(localStorage);
    // Reading a file is asking for what is in it, whatever was forgotten since.
    const cleared = mine.cleared ? { cleared: mine.cleared } : {};
    save(localStorage, merged({ ...found, ...cleared }, mine));
  } catch {
    alert("This file holds no progress of Headroom: choose one that this page has saved.");
  }
  input.value = "";
}
