// The workbench as the page sees it: `globalThis.headroomWorkbench`. Small on purpose: the
// editor, the compiler and the lab engine load when they are first used.

import type { Editor, EditorOptions } from "./editor.js";
import type { Checked, Compiled, Look, Problem, Trouble, Worlds } from "./types.js";
import { compileThere } from "./compile-there.js";
import { openAttempts } from "./attempts.js";
import { earned } from "./study/stars.js";
import { interpreterOf } from "./scripts.js";
import { pack, unpack } from "./share.js";
import { submit, SubmitError, type Submitted } from "./submit.js";
import { labWorker } from "./threads.js";

/** Longest compilation before the worker is ended. The first one also loads the compiler. */
const COMPILE_MS = 20_000;
const LOAD_MS = 120_000;
/** A run that says nothing for this long is ended. */
const SILENT_MS = 20_000;

/** An editor that is used before its code has come: calls wait for it. */
function mountEditor(host: HTMLElement, options: EditorOptions): Editor {
  let doc = options.doc;
  let editor: Editor | undefined;
  let gone = false;
  const waiting: ((editor: Editor) => void)[] = [];
  const then = (act: (editor: Editor) => void) => {
    if (editor) act(editor);
    else waiting.push(act);
  };
  const onChange = (text: string) => {
    doc = text;
    options.onChange?.(text);
  };
  import("./editor.js").then(
    (code) => {
      if (gone) return;
      warmUp(options.language);
      editor = code.mountEditor(host, { ...options, doc, onChange });
      for (const act of waiting) act(editor);
    },
    () => plainEditor(host, options, doc, onChange),
  );
  return {
    getDoc: () => editor?.getDoc() ?? doc,
    setDoc: (text) => {
      doc = text;
      then((e) => e.setDoc(text));
    },
    setLanguage: (language) => then((e) => e.setLanguage(language)),
    setDiagnostics: (problems: Problem[]) => then((e) => e.setDiagnostics(problems)),
    focus: () => then((e) => e.focus()),
    destroy: () => {
      gone = true;
      then((e) => e.destroy());
    },
  };
}

/** Where the editor's code cannot be had, a plain text field still lets a learner work. */
function plainEditor(
  host: HTMLElement,
  options: EditorOptions,
  doc: string,
  onChange: (doc: string) => void,
): void {
  const area = document.createElement("textarea");
  area.value = doc;
  area.spellcheck = false;
  area.rows = 24;
  area.setAttribute("aria-label", options.label);
  area.addEventListener("input", () => onChange(area.value));
  host.replaceChildren(area);
}

let compiler: Worker | undefined;
let compilerReady = false;
let compilations = 0;
let queue: Promise<unknown> = Promise.resolve();

function compile(language: string, source: string): Promise<Compiled> {
  if (interpreterOf(language)) {
    const wasm = new TextEncoder().encode(source);
    return Promise.resolve({ ok: true, wasm, warnings: [] });
  }
  if (language === "rust") return compileThere(language, source);
  if (language !== "assemblyscript") {
    const message = "This language is built elsewhere: build a .wasm and drop it here.";
    return Promise.resolve({ ok: false, errors: [{ ...START, message }] });
  }
  const compiled = queue.then(() => compileNow(source));
  queue = compiled;
  return compiled;
}

const START = { line: 1, column: 1, severity: "error" as const };

/** The compiler's thread, which says once when it has loaded. */
function compilerThread(): Worker {
  if (compiler) return compiler;
  const url = new URL("./asc-worker.js", import.meta.url);
  compiler = new Worker(url, { type: "module" });
  compiler.onmessage = ({ data }: MessageEvent) => {
    if (data.ready) compilerReady = true;
  };
  return compiler;
}

/** Loads the compiler while a learner reads and types, so that the first run need not wait. */
function warmUp(language: string): void {
  if (language !== "assemblyscript") return;
  const soon = globalThis.requestIdleCallback ?? ((act: () => void) => setTimeout(act, 200));
  soon(() => void compilerThread());
}

function compileNow(source: string): Promise<Compiled> {
  const id = ++compilations;
  const worker = compilerThread();
  return new Promise((resolve) => {
    let timer = 0;
    const stop = (message: string) => {
      worker.terminate();
      compiler = undefined;
      compilerReady = false;
      end({ ok: false, errors: [{ ...START, message }] });
    };
    const end = (compiled: Compiled) => {
      clearTimeout(timer);
      resolve(compiled);
    };
    const limit = (ms: number, message: string) => {
      clearTimeout(timer);
      timer = setTimeout(() => stop(message), ms) as unknown as number;
    };
    const slow = "Compiling took longer than 20 s and was stopped: make the source smaller.";
    const late = "The compiler did not load: check the connection and run again.";
    limit(compilerReady ? COMPILE_MS : LOAD_MS, compilerReady ? slow : late);
    worker.onerror = () => stop(late);
    worker.onmessage = ({ data }: MessageEvent) => {
      if (data.ready) {
        compilerReady = true;
        limit(COMPILE_MS, slow);
        worker.postMessage({ id, source });
      } else if (data.id === id) end(data.compiled as Compiled);
    };
    // A worker that still loads would lose the message; it says when it is ready.
    if (compilerReady) worker.postMessage({ id, source });
  });
}

function check(lab: string, wasm: Uint8Array, language?: string): Promise<Checked> {
  return new Promise((resolve) => {
    const fail = (message: string) => {
      clearTimeout(timer);
      worker.terminate();
      resolve({ ok: false, errors: [{ code: "engine-failed", message }] });
    };
    const end = (checked: Checked) => {
      clearTimeout(timer);
      worker.release();
      resolve(checked);
    };
    const unloaded = "The lab engine did not load: check the connection and try again.";
    const timer = setTimeout(() => fail(unloaded), LOAD_MS);
    const worker = labWorker(
      { kind: "check", lab, wasm, ...(language && { language }) },
      (answer) => {
        if (answer.kind === "checked") end(answer.checked);
        else if (answer.kind === "done") fail(unloaded);
      },
      () => fail(unloaded),
    );
  });
}

function run(
  lab: string,
  wasm: Uint8Array | null,
  policies: string[],
  onMessage: (json: string) => void,
  worlds: string = "{}",
  language?: string,
): { cancel(): void } {
  const fail = (trouble: Trouble) => {
    stop();
    onMessage(JSON.stringify({ type: "error", ...trouble }));
  };
  const silent = () =>
    fail({
      code: "no-progress",
      message: "Nothing came from the run for 20 s, so it was stopped.",
      advice: "Look for work that grows with every call; close other heavy tabs and run again.",
    });
  let timer: ReturnType<typeof setTimeout>;
  const stop = () => {
    clearTimeout(timer);
    worker.terminate();
  };
  const wait = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(silent, ms);
  };
  const worker = labWorker(
    {
      kind: "run", lab, wasm, policies, worlds: JSON.parse(worlds) as Worlds,
      ...(language && { language }),
    },
    (answer) => {
      wait(SILENT_MS);
      if (answer.kind === "message") onMessage(answer.json);
      else if (answer.kind === "done") {
        clearTimeout(timer);
        worker.release();
      }
    },
    () =>
      fail({
        code: "engine-failed",
        message: "The lab worker did not start.",
        advice: "Check the connection, reload the page and run again.",
      }),
  );
  wait(SILENT_MS);
  return { cancel: stop };
}

/**
 * Looks into one case: resolves to JSON, charts or calls. Rejects with an Error that says what
 * to do.
 */
function look(ask: Omit<Look, "kind">): Promise<string> {
  return new Promise((resolve, reject) => {
    let found: string | undefined;
    let trouble = "The lab engine did not answer: check the connection and try again.";
    const fail = () => {
      clearTimeout(timer);
      worker.terminate();
      reject(new Error(trouble));
    };
    const timer = setTimeout(fail, SILENT_MS);
    const worker = labWorker(
      { kind: "look", ...ask },
      (answer) => {
        if (answer.kind === "message") {
          const { type, ...rest } = JSON.parse(answer.json) as Record<string, string>;
          if (type === "look") found = answer.json.slice('{"type":"look","found":'.length, -1);
          else if (type === "error") trouble = `${rest.message} ${rest.advice}`;
        } else if (answer.kind === "done") {
          if (found === undefined) return fail();
          clearTimeout(timer);
          worker.release();
          resolve(found);
        }
      },
      fail,
    );
  });
}

/** Rejects with an Error whose message says what happened and what to do. */
async function send(lab: string, work: Submitted, onState?: (json: string) => void) {
  try {
    const graded = await submit(lab, work, onState);
    earned(localStorage, graded, Date.now());
    dispatchEvent(new Event("headroom:graded"));
    return graded;
  } catch (error) {
    if (!(error instanceof SubmitError)) throw error;
    const { code, message, advice } = error;
    onState?.(JSON.stringify({ status: "refused", code, message, advice }));
    throw new Error(`${message} ${advice}`, { cause: error });
  }
}

/** The lines in which two texts differ, as JSON; the library comes when it is first needed. */
async function diff(before: string, after: string): Promise<string> {
  const { lines } = await import("./diff.js");
  return JSON.stringify(lines(before, after));
}

const attempts = openAttempts();

export const workbench = {
  mountEditor, compile, check, run, look, submit: send, diff, attempts, pack, unpack,
};

/** Puts the workbench where the page's islands look for it. */
export default function install(): typeof workbench {
  Object.assign(globalThis, { headroomWorkbench: workbench });
  return workbench;
}

install();
