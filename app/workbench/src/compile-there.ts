// Sources that the server compiles, where it does: Rust.

import type { Compiled, Problem } from "./types.js";

interface ProblemDetails {
  type?: string;
  detail?: string;
  errors?: Problem[];
}

const START = { line: 1, column: 1, severity: "error" as const };

const ADVICE: Record<string, string> = {
  "compiler-off": "Build the module on your machine and drop it here.",
  "compiler-busy": "Many are compiling just now: run again in a few seconds.",
  "too-many-submissions": "Wait a minute, then run again.",
  "body-too-large": "A source may have 64 KiB.",
};

/** Compiles one source on the server. Never rejects: whatever goes wrong is an answer. */
export async function compileThere(
  language: string,
  source: string,
  ask: typeof fetch = (...args) => fetch(...args),
): Promise<Compiled> {
  try {
    const answer = await ask(`/api/v1/compilers/${language}`, {
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: source,
    });
    if (answer.ok) {
      return { ok: true, wasm: new Uint8Array(await answer.arrayBuffer()), warnings: [] };
    }
    return { ok: false, errors: problems((await answer.json()) as ProblemDetails) };
  } catch {
    const message = "The server did not answer: check the connection and run again.";
    return { ok: false, errors: [{ ...START, message }] };
  }
}

function problems({ type, detail, errors }: ProblemDetails): Problem[] {
  if (errors?.length) return errors;
  const code = type?.split("/").pop() ?? "";
  const said = detail ? `${detail}. ` : "";
  return [{ ...START, message: said + (ADVICE[code] ?? "Run again in a moment.") }];
}
