// Languages whose policies are scripts: an interpreter of ours runs the source as it is.

/** Interpreters by language, as they lie beside this code. */
const INTERPRETERS: Record<string, string> = { javascript: "javascript.wasm" };

/** The file name of a language's interpreter; nothing for languages that are compiled. */
export function interpreterOf(language: string | undefined): string | undefined {
  return language === undefined ? undefined : INTERPRETERS[language];
}
