// Whether an answer is right. The page carries what is right as data; it is no secret, the same
// stands in the closed answer below each question.

import { parse } from "./quantity.js";

/** What a question of a page says of itself, from its `data-question`. */
export type Question =
  | { kind: "choice"; right: number[] }
  | {
      kind: "numeric";
      value: number;
      tolerance: number;
      unit: string;
      mistakes: number[];
    }
  | { kind: "ordering"; order: number[] };

/** What a reader answered. */
export type Given = { chosen: number[] } | { text: string } | { order: number[] };

export interface Verdict {
  /** Nothing where the answer cannot be judged yet. */
  right?: boolean;
  /** A sentence. */
  says: string;
  /** The mistake that was met, by its number. */
  mistake?: number;
}

export function grade(question: Question, given: Given): Verdict {
  if (question.kind === "choice" && "chosen" in given) return choice(question.right, given.chosen);
  if (question.kind === "numeric" && "text" in given) return numeric(question, given.text);
  if (question.kind === "ordering" && "order" in given) return ordering(question.order, given.order);
  return { says: "Answer first." };
}

function choice(right: number[], chosen: number[]): Verdict {
  if (chosen.length === 0) return { says: "Choose first." };
  const hits = chosen.filter((i) => right.includes(i)).length;
  if (hits === right.length && hits === chosen.length) return { right: true, says: "Right." };
  if (right.length === 1) return { right: false, says: "Not this." };
  const missing = right.length - hits;
  const wrong = chosen.length - hits;
  const parts = [missing && `${missing} missing`, wrong && `${wrong} too many`].filter(Boolean);
  return { right: false, says: `Not quite: ${parts.join(", ")}.` };
}

function numeric(question: Question & { kind: "numeric" }, text: string): Verdict {
  if (!text.trim()) return { says: "Type a number first." };
  const parsed = parse(text, question.unit);
  if (!parsed.ok) return { says: parsed.why };
  const near = (value: number) => Math.abs(parsed.value - value) <= question.tolerance + 1e-9;
  if (near(question.value)) return { right: true, says: "Right." };
  const mistake = question.mistakes.findIndex(near);
  if (mistake >= 0) return { right: false, says: "Not this number, and it is a common one.", mistake };
  const ratio = parsed.value / question.value;
  const far = ratio > 0 && Math.abs(Math.log10(ratio)) >= 0.9;
  return { right: false, says: far ? "Not this: the order of magnitude is another." : "Not this." };
}

function ordering(order: number[], given: number[]): Verdict {
  const wrong = given.filter((step, at) => step !== order[at]).length;
  if (wrong === 0) return { right: true, says: "Right." };
  return { right: false, says: `Not quite: ${wrong} of ${order.length} are out of place.` };
}
