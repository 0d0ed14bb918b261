// The lab engine on a thread that may be ended: checks modules and runs the public scenarios.

import { Engine, EngineError, GuestFault, refusals } from "./engine.js";
import type { Answer, Ask, Checked } from "./types.js";
import { lookInto, runLab } from "./run.js";
import { interpreterOf } from "./scripts.js";

interface Scope {
  onmessage: ((event: MessageEvent<Ask>) => void) | null;
  postMessage(answer: Answer): void;
}

const scope = globalThis as unknown as Scope;
const send = (message: object) => {
  scope.postMessage({ kind: "message", json: JSON.stringify(message) });
};
let engines: Promise<() => Engine> | undefined;
/** Built-in policies have no faults, so that one engine serves every figure. */
let figures: Engine | undefined;

async function bytes(name: string, what: string): Promise<ArrayBuffer> {
  const response = await fetch(new URL(`./${name}`, import.meta.url));
  if (!response.ok) throw new Error(`${what} could not be loaded (${response.status}).`);
  return response.arrayBuffer();
}

async function load(): Promise<() => Engine> {
  const module = await WebAssembly.compile(await bytes("engine.wasm", "The lab engine"));
  return Engine.create(module, (text) => send({ type: "log", text }));
}

async function answer(ask: Ask): Promise<void> {
  const fresh = await (engines ??= load());
  if (ask.kind === "figure") {
    const found = (figures ??= fresh()).figure(ask.name, ask.question);
    scope.postMessage({ kind: "found", found });
    scope.postMessage({ kind: "done" });
    return;
  }
  const file = interpreterOf(ask.language);
  if (file && ask.wasm) {
    const interpreter = new Uint8Array(await bytes(file, "The interpreter"));
    ask.wasm = fresh().script(ask.lab, interpreter, ask.wasm);
  }
  if (ask.kind === "check") {
    const checked = file
      ? await checkScript(fresh(), ask.lab, ask.wasm)
      : fresh().check(ask.lab, ask.wasm);
    scope.postMessage({ kind: "checked", checked });
    return;
  }
  const post = (json: string) => scope.postMessage({ kind: "message", json });
  const script = file !== undefined;
  if (ask.kind === "look") await lookInto(fresh, ask, script, post);
  else await runLab(fresh, ask, script, post);
  scope.postMessage({ kind: "done" });
}

/** A script's mistakes are found when it is started. */
async function checkScript(engine: Engine, lab: string, wasm: Uint8Array): Promise<Checked> {
  engine.admit(await engine.prepare(lab, wasm, true));
  const fault = engine.start();
  if (!fault) return { ok: true };
  const { code, message, position } = fault.trouble;
  return { ok: false, errors: [{ code, message, ...position }] };
}

scope.onmessage = ({ data }) => {
  answer(data).catch((error: unknown) => {
    const refused = error instanceof EngineError;
    if (!refused || data.kind !== "figure") engines = figures = undefined;
    if (refused && data.kind === "check") {
      const checked = { ok: false as const, errors: refusals(error) };
      scope.postMessage({ kind: "checked", checked });
      return;
    }
    if (refused) {
      for (const { code, message } of refusals(error)) {
        const advice = "Change the module as said, then run again.";
        send({ type: "error", code, message, advice });
      }
    } else if (!(error instanceof GuestFault)) {
      const message = error instanceof Error ? error.message : String(error);
      const advice = "Reload the page and run again; if it stays, please report it.";
      send({ type: "error", code: "engine-failed", message, advice });
    }
    scope.postMessage({ kind: "done" });
  });
};
