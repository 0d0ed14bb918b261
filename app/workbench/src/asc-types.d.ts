// The part of AssemblyScript's compiler interface that we use. Its own declarations describe
// the compiler's inside as well and do not pass a strict check.
declare module "assemblyscript/asc" {
  export interface Range {
    start: number;
    source: { normalizedPath: string; text: string } | null;
  }
  export interface Diagnostic {
    code: number;
    category: number;
    message: string;
    range: Range | null;
  }
  export interface Options {
    stdout?: { write(chunk: string | Uint8Array): void };
    stderr?: { write(chunk: string | Uint8Array): void };
    readFile?(name: string, baseDir: string): string | null;
    writeFile?(name: string, contents: Uint8Array | string, baseDir: string): void;
    listFiles?(dir: string, baseDir: string): string[] | null;
    reportDiagnostic?(diagnostic: Diagnostic): void;
  }
  export function main(
    args: string[],
    options: Options,
  ): Promise<{ error: Error | null }>;
}
