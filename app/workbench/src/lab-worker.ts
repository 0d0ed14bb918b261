// The lab engine on a thread that may be ended: checks modules and runs the public scenarios.

import { Engine, EngineError, GuestFault, refusals } from "./engine.js";
import type { Answer, Ask } from "./types.js";
import { lookInto, runLab } from "./run.js";

interface Scope {
  onmessage: ((event: MessageEvent<Ask>) => void) | null;
  postMessage(answer: Answer): void;
}

const scope = globalThis as unknown as Scope;
const send = (message: object) => {
  scope.postMessage({ kind: "message", json: JSON.stringify(message) });
};
let engines: Promise<() => Engine> | undefined;

async function load(): Promise<() => Engine> {
  const response = await fetch(new URL("./engine.wasm", import.meta.url));
  if (!response.ok) throw new Error(`The lab engine could not be loaded (${response.status}).`);
  const module = await WebAssembly.compile(await response.arrayBuffer());
  return Engine.create(module, (text) => send({ type: "log", text }));
}

async function answer(ask: Ask): Promise<void> {
  const fresh = await (engines ??= load());
  if (ask.kind === "check") {
    scope.postMessage({ kind: "checked", checked: fresh().check(ask.lab, ask.wasm) });
    return;
  }
  if (ask.kind === "look") {
    await lookInto(fresh, ask, (json) => scope.postMessage({ kind: "message", json }));
    scope.postMessage({ kind: "done" });
    return;
  }
  await runLab(fresh, ask, (json) => scope.postMessage({ kind: "message", json }));
  scope.postMessage({ kind: "done" });
}

scope.onmessage = ({ data }) => {
  answer(data).catch((error: unknown) => {
    engines = undefined;
    if (error instanceof EngineError) {
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
