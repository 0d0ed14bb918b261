// Lab workers: threads that loaded the lab engine, shared by all who ask on a page.

import type { Answer, Ask } from "./types.js";

/** Workers that loaded the engine and have nothing to do. */
const idle: Worker[] = [];

/** A lab worker at work. */
export interface Busy {
  /** Ends the thread. */
  terminate(): void;
  /** Keeps the thread for the next who asks. */
  release(): void;
}

/** Asks a lab worker: one that is warm, or a new one. */
export function labWorker(
  ask: Ask,
  onAnswer: (answer: Answer) => void,
  onError: () => void,
): Busy {
  const url = new URL("./lab-worker.js", import.meta.url);
  const worker = idle.pop() ?? new Worker(url, { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Answer>) => onAnswer(data);
  worker.onerror = onError;
  worker.postMessage(ask);
  return {
    terminate: () => worker.terminate(),
    release: () => {
      worker.onmessage = worker.onerror = null;
      if (idle.length < 2) idle.push(worker);
      else worker.terminate();
    },
  };
}
