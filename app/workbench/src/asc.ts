// AssemblyScript to WebAssembly, in memory: the same code in the worker and in tests.

import { main, type Diagnostic } from "assemblyscript/asc";
import type { Compiled, Problem } from "./types.js";

const ENTRY = "policy.ts";

/**
 * How every policy is compiled. The `minimal` runtime frees memory on an explicit `__collect()`
 * only: about half the metered operations of the incremental collector. Assertions stay in, so
 * that `assert(…)` tells a learner where the policy went wrong.
 */
export const FLAGS = [
  "--outFile", "policy.wasm",
  "-O2",
  "--runtime", "minimal",
  "--exportStart", "_initialize",
  "--disable", "simd",
];

/** Diagnostic categories of the compiler: 0 pedantic, 1 info, 2 warning, 3 error. */
const WARNING = 2;
const ERROR = 3;

/** Compiles one source. Never rejects: whatever goes wrong is an answer. */
export async function compileAssemblyScript(source: string): Promise<Compiled> {
  const problems: Problem[] = [];
  let wasm: Uint8Array | undefined;
  let output = "";
  const sink = { write: (chunk: string | Uint8Array) => void (output += String(chunk)) };
  try {
    const { error } = await main([ENTRY, ...FLAGS], {
      stdout: sink,
      stderr: sink,
      readFile: (name) => (name === ENTRY ? source : null),
      writeFile: (name, contents) => {
        if (name === "policy.wasm" && typeof contents !== "string") wasm = contents;
      },
      listFiles: () => [],
      reportDiagnostic: (diagnostic) => void problems.push(problemOf(diagnostic, source)),
    });
    const errors = problems.filter((problem) => problem.severity === "error");
    if (errors.length > 0) return { ok: false, errors };
    if (error || !wasm) return { ok: false, errors: [internal(error?.message ?? output)] };
    return { ok: true, wasm, warnings: problems.filter((p) => p.severity === "warning") };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { ok: false, errors: [internal(detail)] };
  }
}

function problemOf(diagnostic: Diagnostic, source: string): Problem {
  const { range } = diagnostic;
  const own = range?.source?.normalizedPath === ENTRY;
  const at = own ? position(source, range.start) : { line: 1, column: 1 };
  const where = range?.source && !own ? ` (in ${range.source.normalizedPath})` : "";
  const code = diagnostic.category >= WARNING ? `AS${diagnostic.code}: ` : "";
  const severity =
    diagnostic.category === ERROR ? "error" : diagnostic.category === WARNING ? "warning" : "info";
  return { ...at, severity, message: code + diagnostic.message + where };
}

/** Line and column, both from 1, of an offset. */
export function position(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - start + 1 };
}

function internal(detail: string): Problem {
  return {
    line: 1,
    column: 1,
    severity: "error",
    message:
      `The compiler gave up: ${detail.trim() || "no output"}. ` +
      "Undo the last change; if that does not help, please report it.",
  };
}
