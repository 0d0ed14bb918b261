// Two texts, line by line.

import { diffLines } from "diff";

export interface Line {
  kind: "same" | "add" | "del" | "gap";
  text: string;
}

/** Lines kept around a difference; the others become one gap. */
const CONTEXT = 3;

/** What `after` has and `before` has not, with some lines around. */
export function lines(before: string, after: string): Line[] {
  const all: Line[] = [];
  for (const part of diffLines(ended(before), ended(after))) {
    const kind = part.added ? "add" : part.removed ? "del" : "same";
    for (const text of part.value.replace(/\n$/, "").split("\n")) all.push({ kind, text });
  }
  const near = new Set<number>();
  all.forEach((line, i) => {
    if (line.kind === "same") return;
    for (let k = i - CONTEXT; k <= i + CONTEXT; k++) near.add(k);
  });
  const out: Line[] = [];
  let hidden = 0;
  const gap = () => {
    if (hidden > 0) out.push({ kind: "gap", text: `${hidden} equal ${hidden === 1 ? "line" : "lines"}` });
    hidden = 0;
  };
  all.forEach((line, i) => {
    if (!near.has(i)) return void hidden++;
    gap();
    out.push(line);
  });
  gap();
  return out;
}

const ended = (text: string) => (text === "" || text.endsWith("\n") ? text : `${text}\n`);
