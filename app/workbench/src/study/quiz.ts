// Questions that answer: a button checks, the verdict is said, the reasons open.

import { grade, type Given, type Question } from "./grade.js";
import { show, turn } from "./pool.js";
import { answered, due, load, save } from "./progress.js";

/** The query of a lesson that is opened to review a question. */
export const REVIEW = "?review=1";

/** Makes every question on the page answer. */
export function enliven(root: ParentNode, lesson: string): void {
  for (const section of root.querySelectorAll<HTMLElement>(".quiz[data-question]")) {
    const question = JSON.parse(section.dataset.question ?? "null") as Question | null;
    const pool = section.closest<HTMLElement>(".pool");
    if (question) enlivenOne(section, question, `${lesson}#${(pool ?? section).id}`, pool);
  }
  for (const pool of root.querySelectorAll<HTMLElement>(".pool")) {
    const wanted = [...pool.children].find((item) => `#${item.id}` === location.hash)?.id;
    const next = wanted ?? nextOf(pool, `${lesson}#${pool.id}`);
    if (next) show(pool, next);
  }
}

/** The question of a pool whose turn it is, after those asked and perhaps one more. */
function nextOf(pool: HTMLElement, key: string, ...asked: string[]): string | undefined {
  const attempts = load(localStorage).questions[key]?.attempts ?? [];
  const now = asked.map((item) => ({ at: 0, right: false, item }));
  return turn([...pool.children].map((item) => item.id), [...attempts, ...now]);
}

function enlivenOne(
  section: HTMLElement,
  question: Question,
  key: string,
  pool: HTMLElement | null,
): void {
  const details = section.querySelector<HTMLDetailsElement>("details.answer");
  if (!details) return;
  if (question.kind === "ordering") addMoves(section);
  const bar = document.createElement("p");
  bar.className = "quiz-bar";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = "Check";
  const verdict = document.createElement("span");
  verdict.setAttribute("role", "status");
  bar.append(button, verdict);
  details.before(bar);
  const summary = details.querySelector("summary");
  if (summary) summary.textContent = "Show the answer and the reasons";
  const check = () => {
    const said = grade(question, given(section, question));
    verdict.textContent = said.says;
    verdict.className = said.right === undefined ? "" : said.right ? "right" : "wrong";
    section.dataset.verdict = said.right === undefined ? "" : said.right ? "right" : "wrong";
    if (said.right === undefined) return;
    const item = pool ? section.id : undefined;
    // A pool is listed by the question that it will ask.
    const listed = (pool && item && byId(pool, nextOf(pool, key, item))) || section;
    const prompt = listed.querySelector(".quiz-prompt")?.textContent?.trim().slice(0, 200) ?? "";
    save(localStorage, answered(load(localStorage), key, prompt, said.right, Date.now(), item));
    if (pool) offer(bar, pool, key);
    if (location.search.includes(REVIEW.slice(1))) goOn(bar, key);
    document.dispatchEvent(new CustomEvent("headroom:answered"));
    if (said.right) details.open = true;
    if (said.mistake !== undefined) point(details, said.mistake);
  };
  button.addEventListener("click", check);
  section.addEventListener("keydown", (event) => {
    const field = event.target as HTMLElement;
    if (event.key === "Enter" && field.matches("input")) {
      event.preventDefault();
      check();
    }
  });
}

/** The way to the next question that is due, or back to the personal page. */
function goOn(bar: HTMLElement, key: string): void {
  bar.querySelector(".quiz-on")?.remove();
  const link = document.createElement("a");
  link.className = "quiz-on";
  const next = due(load(localStorage), Date.now()).find(([other]) => other !== key);
  link.href = next ? reviewOf(next[0]) : "/me";
  link.textContent = next ? "Next question to review" : "Nothing more is due: back to your study";
  bar.append(link);
}

/** Where a question is reviewed: `/lessons/area/slug?review=1#question`. */
export function reviewOf(key: string): string {
  const [lesson = "", id = ""] = key.split("#");
  return `/lessons/${lesson}${REVIEW}#${id}`;
}

/** A button that brings another question of the pool, once one has been answered. */
function offer(bar: HTMLElement, pool: HTMLElement, key: string): void {
  if (bar.querySelector(".quiz-next")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiz-next";
  button.textContent = "Another question";
  button.addEventListener("click", () => {
    const next = byId(pool, nextOf(pool, key));
    if (!next) return;
    clear(next);
    show(pool, next.id);
    next.tabIndex = -1;
    next.focus();
  });
  bar.append(button);
}

function byId(pool: HTMLElement, id: string | undefined): HTMLElement | undefined {
  return [...pool.children].find((item) => item.id === id) as HTMLElement | undefined;
}

/** Makes a question look as if it had not been answered. */
function clear(section: HTMLElement): void {
  for (const input of section.querySelectorAll("input")) {
    if (input.type === "text") input.value = "";
    else input.checked = false;
  }
  section.dataset.verdict = "";
  section.querySelector("[role=status]")!.textContent = "";
  section.querySelector(".quiz-mistake")?.remove();
  section.querySelector<HTMLDetailsElement>("details.answer")!.open = false;
}

function given(section: HTMLElement, question: Question): Given {
  if (question.kind === "numeric") {
    return { text: section.querySelector<HTMLInputElement>("input[type=text]")?.value ?? "" };
  }
  if (question.kind === "choice") {
    const inputs = [...section.querySelectorAll<HTMLInputElement>(".choices input")];
    return { chosen: inputs.flatMap((input, at) => (input.checked ? [at] : [])) };
  }
  const steps = [...section.querySelectorAll<HTMLElement>("[data-step]")];
  return { order: steps.map((step) => Number(step.dataset.step)) };
}

/** Shows the reason against a common mistake, and keeps the answer closed. */
function point(details: HTMLDetailsElement, mistake: number): void {
  const reason = details.querySelectorAll("[data-mistake]")[mistake];
  const note = details.parentElement?.querySelector(".quiz-mistake");
  const shown = note ?? details.parentElement!.insertBefore(document.createElement("p"), details);
  shown.className = "quiz-mistake note";
  shown.textContent = reason?.textContent?.trim() ?? "";
}

/** Buttons that move a step up and down; focus stays on the step that moves. */
function addMoves(section: HTMLElement): void {
  for (const step of section.querySelectorAll<HTMLElement>("[data-step]")) {
    const moves = document.createElement("span");
    moves.className = "quiz-moves";
    for (const [label, sign, way] of [["Move up", "↑", -1], ["Move down", "↓", 1]] as const) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button quiet";
      button.setAttribute("aria-label", `${label}: ${step.textContent?.trim() ?? ""}`);
      button.textContent = sign;
      button.addEventListener("click", () => {
        const other = way < 0 ? step.previousElementSibling : step.nextElementSibling;
        if (!other) return;
        if (way < 0) other.before(step);
        else other.after(step);
        button.focus();
      });
      moves.append(button);
    }
    step.append(moves);
  }
}
