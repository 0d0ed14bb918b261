// The AssemblyScript compiler, on a thread that may be ended.

import "./data-fetch.js";
import { compileAssemblyScript } from "./asc.js";

interface Scope {
  onmessage: ((event: MessageEvent<{ id: number; source: string }>) => void) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = async ({ data }) => {
  const compiled = await compileAssemblyScript(data.source);
  const transfer = compiled.ok ? [compiled.wasm.buffer as ArrayBuffer] : [];
  scope.postMessage({ id: data.id, compiled }, transfer);
};
scope.postMessage({ ready: true });
