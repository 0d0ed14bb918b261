// Two versions of a note as one. Versions of which neither holds the other are both kept, one
// after the other, each under a line with its time. A text is therefore a set of parts, and two
// texts are joined by joining the sets: what another part holds already is left out.

import { type Join } from "./join.js";
import { type Note } from "./progress.js";

const MINUTE_MS = 60_000;
/** The end of the year 9999: later times have no four digits. */
const LAST_MS = 253_402_300_799_999;
const LINE = /^── written (\d{4}-\d\d-\d\d \d\d:\d\d) UTC ──$/;

interface Part {
  text: string;
  at: number;
}

/** All that both hold, in one text. */
export const joinNotes: Join<Note> = (a, b) => {
  if (a.text === b.text && a.at === b.at) return a;
  const parts = greatest([...partsOf(a), ...partsOf(b)]);
  if (parts.length === 1) return { text: parts[0]!.text, at: parts[0]!.at };
  const dated = parts.map(({ text, at }) => ({ text, at: Math.floor(at / MINUTE_MS) * MINUTE_MS }));
  dated.sort((x, y) => x.at - y.at || (x.text < y.text ? -1 : 1));
  return {
    text: dated.map(({ text, at }) => `${line(at)}\n${text}`).join("\n\n"),
    at: dated.at(-1)!.at,
  };
};

const line = (at: number) => {
  const date = new Date(at).toISOString();
  return `── written ${date.slice(0, 10)} ${date.slice(11, 16)} UTC ──`;
};

/** A note's parts; what stands before the first line was written when the note was. */
function partsOf(note: Note): Part[] {
  const parts: Part[] = [];
  let at = Math.min(Math.max(note.at, 0), LAST_MS);
  let lines: string[] = [];
  const close = () => {
    const text = lines.join("\n").trim();
    if (text) parts.push({ text, at });
    lines = [];
  };
  for (const one of note.text.split("\n")) {
    const dated = LINE.exec(one.trim());
    const time = dated ? Date.parse(`${dated[1]!.replace(" ", "T")}:00Z`) : NaN;
    if (Number.isNaN(time)) lines.push(one);
    else {
      close();
      at = time;
    }
  }
  close();
  return parts.length > 0 ? parts : [{ text: "", at }];
}

/** Parts that no other part holds; of equal ones the latest. */
function greatest(parts: Part[]): Part[] {
  const held = (one: Part, other: Part) =>
    one.text === other.text ? one.at < other.at : other.text.includes(one.text);
  const left = parts.filter((one) => !parts.some((other) => held(one, other)));
  return left.filter((one, i) => left.findIndex((other) => other.text === one.text) === i);
}
