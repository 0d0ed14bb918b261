// Sends a module to the server and waits for its grade.

import { interpreterOf } from "./scripts.js";

export interface Submitted {
  /** A module or, if the language has scripts, the source again. */
  wasm: Uint8Array;
  source?: string;
  language?: string;
}

/** What the outside gives; tests give their own. */
export interface Outside {
  fetch: typeof fetch;
  sleep(ms: number): Promise<void>;
  random(): number;
  key(): string;
}

const ATTEMPTS = 6;
const BASE_MS = 500;
const LONGEST_MS = 30_000;
const WAIT_SECONDS = 25;
/** Polls after which we stop asking: about half an hour of long polls. */
const POLLS = 72;

/** Why a submission did not come to a grade, in words for people. */
export class SubmitError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly advice: string,
    readonly status: number,
  ) {
    super(message);
  }
}

interface ProblemDetails {
  type?: string;
  title?: string;
  detail?: string;
  errors?: { message: string }[];
}

const ADVICE: Record<string, string> = {
  "module-invalid": "Change the module as said and submit again.",
  "module-too-large": "Build in release mode and strip debug information.",
  "lab-not-found": "Reload the page: this lab may have been renamed.",
  "too-many-submissions": "Wait a minute, then submit again; running here is not limited.",
  "grading-queue-full": "The server is busy. Your work is kept here; submit again in a minute.",
  "network": "Check the connection and submit again: the same work is not counted twice.",
};

const browser: Outside = {
  fetch: (...args) => fetch(...args),
  sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)),
  random: Math.random,
  key: () => crypto.randomUUID(),
};

/** Text in a form arrives with each newline as CRLF; a file arrives byte for byte. */
const asTyped = (source: string): Blob => new Blob([source], { type: "text/plain" });

/** Submits and polls; resolves to the final Submission as the server's JSON text. */
export async function submit(
  lab: string,
  work: Submitted,
  onState: (json: string) => void = () => {},
  outside: Outside = browser,
): Promise<string> {
  const key = outside.key();
  const body = new FormData();
  if (interpreterOf(work.language)) {
    body.set("source", asTyped(new TextDecoder().decode(work.wasm)));
  } else {
    const module = new Blob([work.wasm as BlobPart], { type: "application/wasm" });
    body.set("module", module, "policy.wasm");
    if (work.source !== undefined) body.set("source", asTyped(work.source));
  }
  if (work.language !== undefined) body.set("language", work.language);
  const url = `/api/v1/labs/${encodeURIComponent(lab)}/submissions`;
  // One key for all attempts: a request whose answer was lost is not taken twice.
  const headers = { accept: "application/json", "idempotency-key": key };
  const accepted = await request(url, { method: "POST", headers, body }, outside);
  let text = await accepted.text();
  onState(text);
  const fallback = `/api/v1/submissions/${(JSON.parse(text) as { id: string }).id}`;
  const location = accepted.headers.get("location") ?? fallback;
  for (let polls = 0; !isFinal(text); polls++) {
    if (polls === POLLS) throw gaveUp();
    const poll = `${location}?wait=${WAIT_SECONDS}`;
    const before = text;
    const answer = await request(poll, { headers: { accept: "application/json" } }, outside);
    text = await answer.text();
    onState(text);
    // A server that does not wait must not be asked in a tight loop.
    if (text === before) await outside.sleep(BASE_MS * (1 + outside.random()));
  }
  return text;
}

function isFinal(text: string): boolean {
  const { status } = JSON.parse(text) as { status: string };
  return status === "graded" || status === "failed";
}

/** One request, tried again on lost connections and on "not now" (429, 503). */
async function request(url: string, init: RequestInit, outside: Outside): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    let response: Response | undefined;
    try {
      response = await outside.fetch(url, { ...init, credentials: "same-origin" });
    } catch {
      if (attempt === ATTEMPTS) throw lost();
    }
    if (response?.ok) return response;
    const busy = response?.status === 429 || response?.status === 503;
    if (response && (!busy || attempt === ATTEMPTS)) throw await problem(response);
    await outside.sleep(pause(attempt, response?.headers.get("retry-after"), outside.random()));
  }
}

/** Full jitter over a doubling span, on top of what the server asked for. */
export function pause(attempt: number, retryAfter: string | null | undefined, u: number): number {
  const span = Math.min(LONGEST_MS, BASE_MS * 2 ** attempt);
  const seconds = Number(retryAfter);
  const asked = retryAfter && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : 0;
  return asked > 0 ? Math.min(2 * LONGEST_MS, asked) + u * BASE_MS : u * span;
}

async function problem(response: Response): Promise<SubmitError> {
  let details: ProblemDetails = {};
  try {
    details = (await response.json()) as ProblemDetails;
  } catch {
    // Not from our server, or cut off: the status has to do.
  }
  const code = details.type?.split("/").pop() || `http-${response.status}`;
  const list = details.errors?.map((error) => error.message).join("\n");
  const said = list || details.detail || details.title;
  const message = said || `The server answered ${response.status}.`;
  const advice = ADVICE[code] ?? "Try again; if it fails again, please report it.";
  return new SubmitError(code, message, advice, response.status);
}

function lost(): SubmitError {
  return new SubmitError("network", "The server could not be reached.", ADVICE.network ?? "", 0);
}

function gaveUp(): SubmitError {
  const advice = "It is still queued; the page of this submission will show the grade.";
  return new SubmitError("still-waiting", "The grade takes longer than usual.", advice, 0);
}
