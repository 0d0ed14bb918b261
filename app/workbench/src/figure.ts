// Live figures' way to the lab engine: one thread, one question after the other. Small, and
// without the workbench: a lesson loads this and the lab worker, nothing else.

import { labWorker, type Busy } from "./threads.js";
import type { Ask } from "./types.js";

/** Told of each question: the engine's answer as JSON, or what went wrong as a sentence. */
export type Told = (question: string, found: string | null, trouble: string | null) => void;

interface Wish {
  name: "trial" | "fan_out";
  question: string;
  told: Told;
}

/** An unwanted run that takes longer than this is ended with its thread, but never one that may
 * still be loading the engine: it would have to be loaded again. */
const PATIENCE_MS = 500;
/** No answer for this long, engine included, is an error. */
const SILENT_MS = 60_000;

/** What each figure of the page still wants, in its order. */
const wishes = new Map<string, Wish[]>();
let loaded = false;
let running: { figure: string; wish: Wish; busy: Busy; impatient?: number } | undefined;

/** Asks for `questions` in this order, instead of what `figure` asked before. */
export function ask(
  figure: string,
  name: Wish["name"],
  questions: string[],
  told: Told,
): void {
  const now = running?.figure === figure ? running.wish : undefined;
  const same = now && questions.includes(now.question);
  if (running && now) {
    clearTimeout(running.impatient);
    if (same) now.told = told;
    else if (loaded) running.impatient = setTimeout(giveUp, PATIENCE_MS) as unknown as number;
  }
  const open = questions.filter((question) => !same || question !== now?.question);
  wishes.set(figure, open.map((question) => ({ name, question, told })));
  next();
}

function giveUp(): void {
  running?.busy.terminate();
  running = undefined;
  loaded = false;
  next();
}

function next(): void {
  if (running) return;
  for (const [figure, list] of wishes) {
    const wish = list.shift();
    if (wish) return start(figure, wish);
    wishes.delete(figure);
  }
}

function start(figure: string, wish: Wish): void {
  let found: string | null = null;
  let trouble = "The lab engine did not load: check the connection and try again.";
  const end = (keep: boolean) => {
    clearTimeout(silence);
    if (running?.wish !== wish) return;
    clearTimeout(running.impatient);
    loaded = keep;
    if (keep) running.busy.release();
    else running.busy.terminate();
    running = undefined;
    wish.told(wish.question, found, found === null ? trouble : null);
    next();
  };
  const silence = setTimeout(() => end(false), SILENT_MS);
  const question: Ask = { kind: "figure", name: wish.name, question: wish.question };
  const busy = labWorker(
    question,
    (answer) => {
      if (answer.kind === "found") found = answer.found;
      else if (answer.kind === "message") {
        trouble = (JSON.parse(answer.json) as { message?: string }).message ?? trouble;
      } else if (answer.kind === "done") end(true);
    },
    () => end(false),
  );
  running = { figure, wish, busy };
}
