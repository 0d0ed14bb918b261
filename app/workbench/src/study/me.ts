// The personal page: what was read, what is due, and how practice went.

import { dayOf, due, empty, load, merged, practice, type Progress } from "./progress.js";

const WEEKS = 26;
const DAY_MS = 86_400_000;

/** Fills the page and keeps it true. */
export function fill(root: HTMLElement): void {
  const draw = () => {
    const progress = load(localStorage);
    list(root, "due", dueItems(progress));
    list(root, "read", readItems(progress));
    heat(root, progress);
    const numbers = root.querySelector("[data-me=numbers]");
    if (numbers) numbers.textContent = summary(progress);
  };
  draw();
  root.hidden = false;
  addEventListener("storage", draw);
  on(root, "export", () => download(load(localStorage)));
  on(root, "forget", () => {
    if (!confirm("Forget everything that this browser knows of your reading and your answers?")) return;
    localStorage.removeItem("headroom.study");
    draw();
  });
  root.querySelector<HTMLInputElement>("[data-me=import]")?.addEventListener("change", (event) => {
    void take(event.target as HTMLInputElement).then(draw);
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
    const [lesson = "", id = ""] = key.split("#");
    return link(`/lessons/${lesson}#${id}`, question.prompt || key);
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
    const read = JSON.parse(await file.text()) as Progress;
    if (read.version !== 1) throw new Error();
    const whole = merged({ ...empty(), ...read }, load(localStorage));
    localStorage.setItem("headroom.study", JSON.stringify(whole));
  } catch {
    alert("This file holds no progress of Headroom: choose one that this page has saved.");
  }
}
