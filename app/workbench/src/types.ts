// Words that the page, the workers and the tests share.

/** Something to say about a place in the source; line and column count from 1. */
export interface Problem {
  line: number;
  column: number;
  message: string;
  severity: "error" | "warning" | "info";
}

export type Compiled =
  | { ok: true; wasm: Uint8Array; warnings: Problem[] }
  | { ok: false; errors: Problem[] };

/** Why a module was refused before it ran. */
export interface Refusal {
  code: string;
  message: string;
  offset?: number;
  /** Where in the source, for a script that does not start; both count from 1. */
  line?: number;
  column?: number;
}

export type Checked = { ok: true } | { ok: false; errors: Refusal[] };

/** What the lab worker is asked. `wasm` is a module or, if the language has scripts, its source. */
export type Ask =
  | { kind: "check"; lab: string; wasm: Uint8Array; language?: string }
  | {
      kind: "run";
      lab: string;
      wasm: Uint8Array | null;
      policies: string[];
      worlds?: Worlds;
      language?: string;
    }
  | Look
  | Figure;

/** What a live figure asks; `question` is JSON that the engine reads. */
export interface Figure {
  kind: "figure";
  name: "trial" | "fan_out";
  question: string;
}

/** Changed parameters by scenario. */
export type Worlds = Record<string, Record<string, number>>;

/** One case of a module or of a built-in policy: its charts, or the calls around a place. */
export interface Look {
  kind: "look";
  lab: string;
  /** Position of the scenario in the lab's list. */
  scenario: number;
  wasm: Uint8Array | null;
  language?: string;
  policy: string | null;
  /** Changed parameters as JSON; nothing for the published world. */
  world: string;
  /** `{"at": ns}` or `{"call": number}` as JSON; charts are wanted where there is none. */
  around: string | null;
}

/** What the lab worker answers: messages for the page as JSON, then one end. */
export type Answer =
  | { kind: "message"; json: string }
  | { kind: "checked"; checked: Checked }
  | { kind: "found"; found: string }
  | { kind: "done" };

/** An error as the page shows it. */
export interface Trouble {
  code: string;
  message: string;
  advice: string;
  position?: { line: number; column: number };
}
