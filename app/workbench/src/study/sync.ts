// Keeps the progress of this browser and that of an account the same. The browser's copy is the
// one that pages read and write; a round brings both together: pull, merge, push.
//
// One person's progress never gets into another's account: progress belongs to an account after
// their first round, and is set aside when another account signs in.

import { account, ACCOUNT, type Account, type Trouble } from "./account.js";
import { canonical } from "./join.js";
import { hash, merged, mergedSince, seenIn } from "./merge.js";
import { empty, KEY, load, read, save, type Progress } from "./progress.js";

const ASIDE = "headroom.study.aside.";
const ME = "/api/v1/me";
const PROGRESS = "/api/v1/me/progress";
/** Quiet time after a change before it is sent. */
export const QUIET_MS = 2_000;
/** Shortest time between two looks at the server without a reason of our own. */
export const LOOK_MS = 60_000;
/** Pushes per round while other devices write, too. */
const TRIES = 5;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 300_000;
/** Browsers refuse larger bodies of requests that outlive their page. */
const KEEPALIVE_BYTES = 60_000;
const FULL: Trouble = { kind: "refused", says: "This browser's storage is full." };

export interface Me {
  email: string;
  verified: boolean;
  admin: boolean;
}

/** What the outside gives; tests give their own. */
export interface Outside {
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  fetch: typeof fetch;
  now(): number;
  random(): number;
  /** Calls later; the answer takes it back. */
  later(ms: number, act: () => void): () => void;
  /** Runs alone among all tabs; undefined if another tab is at it. */
  alone<T>(go: () => Promise<T>): Promise<T | undefined>;
  signedIn(): boolean;
  /** Something to show has changed. */
  told(): void;
}

/** Ends a round, and says how. */
class Stop extends Error {
  constructor(readonly trouble: Trouble | undefined, readonly pauseMs = 0) {
    super(trouble?.kind);
  }
}

export class Sync {
  me: Me | undefined;
  #round: Promise<void> | undefined;
  #timer: (() => void) | undefined;
  #failures = 0;
  #over = false;

  constructor(readonly out: Outside) {}

  /** The first round of a page: who is it, and what did other devices do? */
  start(): Promise<void> {
    return this.#now(this.#isOld());
  }

  /** Something changed here, or in another tab. */
  changed(): void {
    if (!this.#dirty() || account(this.out.storage)?.trouble?.kind === "signed-out") return;
    this.#after(QUIET_MS, false);
  }

  /** The page is looked at again. */
  focused(): void {
    if (this.#isOld()) void this.#now(true);
  }

  /** The network is back: no more waiting. */
  online(): void {
    this.#failures = 0;
    if (account(this.out.storage)?.trouble?.kind === "waiting") void this.#now(true);
  }

  /** The page may be gone in a moment: sends what is not sent, without asking first. */
  async hidden(): Promise<void> {
    const known = account(this.out.storage);
    const ours = known?.etag !== undefined && !known.trouble && this.out.signedIn();
    if (this.#over || this.#round || !ours || !this.#dirty()) return;
    this.#timer?.();
    try {
      if (!this.me) await this.#who();
      await this.#push(this.#mine(known.owner), true);
    } catch {
      // Nobody looks: the next round finds it unsaved still.
    }
  }

  /** A last push. Says whether everything is in the account. */
  async flush(): Promise<boolean> {
    this.#timer?.();
    await this.#round;
    if (this.#dirty()) await this.#now(false);
    return !this.#dirty();
  }

  /** Removes from this browser what belongs to the account. */
  leave(): void {
    this.#over = true;
    this.#timer?.();
    const { storage } = this.out;
    const known = account(storage);
    if (known) storage.removeItem(ASIDE + known.owner);
    storage.removeItem(ACCOUNT);
    storage.removeItem(KEY);
    this.out.told();
  }

  #after(ms: number, pull: boolean): void {
    this.#timer?.();
    this.#timer = this.out.later(ms, () => {
      if (pull || this.#dirty()) void this.#now(pull);
    });
  }

  /** Whether the last look at the server is long ago. */
  #isOld(): boolean {
    return this.out.now() - (account(this.out.storage)?.looked ?? -Infinity) >= LOOK_MS;
  }

  #dirty(): boolean {
    const { storage } = this.out;
    const text = storage.getItem(KEY);
    const known = account(storage);
    return known ? known.saved !== hash(text ?? "") : text !== null;
  }

  /** One round at a time in this tab, one tab at a time. */
  #now(pull: boolean): Promise<void> {
    this.#timer?.();
    if (this.#over || !this.out.signedIn()) return Promise.resolve();
    this.#round ??= this.#alone(pull).finally(() => {
      this.#round = undefined;
      this.out.told();
    });
    return this.#round;
  }

  async #alone(pull: boolean): Promise<void> {
    const done = await this.out.alone(() => this.#settled(pull));
    if (!done && !this.#over) this.#after(QUIET_MS * (1 + this.out.random()), pull);
  }

  /** A round, and what follows from it. */
  async #settled(pull: boolean): Promise<true> {
    try {
      await this.#whole(pull);
      this.#failures = 0;
      this.#note({ trouble: undefined });
      if (this.#dirty()) this.#after(QUIET_MS, false);
    } catch (error) {
      const stop = error instanceof Stop ? error : new Stop({ kind: "waiting" });
      this.#note({ trouble: stop.trouble });
      if (stop.trouble?.kind === "waiting") this.#after(this.#pause(stop.pauseMs), true);
    }
    return true;
  }

  /** Full jitter over a doubling span, on top of what the server asked for. */
  #pause(askedMs: number): number {
    const span = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    return askedMs + span * this.out.random();
  }

  async #whole(pull: boolean): Promise<void> {
    const owner = await this.#who();
    for (let tries = 0; tries < TRIES; tries++) {
      const known = this.#mine(owner);
      if (pull || known.looked === undefined) await this.#pull(known);
      if (!this.#dirty()) return;
      if (await this.#push(this.#mine(owner), false)) return;
      pull = true;
    }
    throw new Stop({ kind: "waiting" });
  }

  /** Asks who is signed in, and sees to it that the progress here is theirs. */
  async #who(): Promise<string> {
    const answer = await this.#request(ME, {});
    this.me = (await answer.json()) as Me;
    const owner = hash(this.me.email.toLowerCase());
    const known = account(this.out.storage);
    if (known?.owner !== owner) this.#adopt(owner, known);
    return owner;
  }

  /** Progress of nobody becomes the account's; that of another account waits for its return. */
  #adopt(owner: string, before: Account | undefined): void {
    const { storage } = this.out;
    if (before) {
      const study = storage.getItem(KEY);
      this.#put(ASIDE + before.owner, JSON.stringify({ study, account: before }));
      storage.removeItem(KEY);
    }
    const aside = setAside(storage.getItem(ASIDE + owner));
    if (aside) {
      const study = read(aside.study) ?? empty();
      this.#put(KEY, JSON.stringify(merged(study, { ...load(storage), cleared: study.cleared ?? 0 })));
    }
    const known = aside?.account ?? { owner, seen: {} };
    this.#write({ ...known, owner, looked: undefined, trouble: undefined });
    storage.removeItem(ASIDE + owner);
    this.out.told();
  }

  /** The account as it is written down, as long as it is still this one. */
  #mine(owner: string): Account {
    const known = account(this.out.storage);
    // Another tab has signed out, or somebody else in: this round is nobody's.
    if (this.#over || known?.owner !== owner) throw new Stop(undefined);
    return known;
  }

  async #pull(known: Account): Promise<void> {
    const answer = await this.#request(PROGRESS, {});
    const theirs = read(await answer.text());
    if (!theirs) throw new Stop({ kind: "waiting" });
    this.#mine(known.owner);
    const mine = this.#here(known, theirs);
    const whole = mergedSince(known.seen, mine, theirs);
    const { storage } = this.out;
    if (canonical(whole) !== canonical(read(storage.getItem(KEY)))) this.#keep(whole);
    const same = canonical(whole) === canonical(theirs);
    const saved = same ? hash(storage.getItem(KEY) ?? "") : undefined;
    const now = this.out.now();
    const seen = seenIn(theirs);
    this.#note({ etag: etagOf(answer), seen, saved, looked: now, ...(same && { at: now }) });
  }

  /** What is here. Before the first round it has not heard of anything forgotten there. */
  #here(known: Account, theirs: Progress): Progress {
    const mine = load(this.out.storage);
    if (known.etag !== undefined || !theirs.cleared) return mine;
    return { ...mine, cleared: theirs.cleared };
  }

  #keep(whole: Progress): void {
    if (!save(this.out.storage, whole)) throw new Stop(FULL);
    this.out.told();
  }

  /** Sends the whole document. False if another device was faster. */
  async #push(known: Account, keepalive: boolean): Promise<boolean> {
    const text = this.out.storage.getItem(KEY) ?? JSON.stringify(empty());
    const small = new TextEncoder().encode(text).length <= KEEPALIVE_BYTES;
    const answer = await this.#request(PROGRESS, {
      method: "PUT",
      body: text,
      keepalive: keepalive && small,
      headers: { "content-type": "application/json", "if-match": known.etag ?? '"0"' },
    });
    if (answer.status === 412) return false;
    this.#mine(known.owner);
    const etag = etagOf(answer);
    const seen = seenIn(read(text) ?? empty());
    this.#note({ etag, seen, saved: hash(text), at: this.out.now(), trouble: undefined });
    return true;
  }

  /** Answers that are worth reading; the others end the round. */
  async #request(url: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await this.out.fetch(url, {
        cache: "no-store",
        credentials: "same-origin",
        ...init,
        headers: { accept: "application/json", ...init.headers },
      });
    } catch {
      throw new Stop({ kind: "waiting" });
    }
    if (answer.ok || answer.status === 412) return answer;
    if (answer.status === 401) throw new Stop({ kind: "signed-out" });
    if (answer.status === 413) {
      throw new Stop({ kind: "refused", says: "It is larger than an account may hold." });
    }
    if (answer.status === 422) throw new Stop({ kind: "refused", says: await detail(answer) });
    const seconds = Number(answer.headers.get("retry-after"));
    throw new Stop({ kind: "waiting" }, seconds > 0 ? seconds * 1000 : 0);
  }

  #note(change: Partial<Account>): void {
    const known = account(this.out.storage);
    if (known && !this.#over) this.#write({ ...known, ...change });
  }

  #write(known: Account): void {
    this.#put(ACCOUNT, JSON.stringify(known));
  }

  #put(key: string, text: string): void {
    try {
      this.out.storage.setItem(key, text);
    } catch {
      throw new Stop(FULL);
    }
  }
}

/** A compressing proxy may have weakened it; only the strong form can be a condition. */
const etagOf = (answer: Response) => answer.headers.get("etag")?.replace(/^W\//, "");

function setAside(text: string | null): { study: string | null; account: Account } | null {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

async function detail(answer: Response): Promise<string> {
  try {
    const problem = (await answer.json()) as { detail?: string; title?: string };
    return problem.detail ?? problem.title ?? "";
  } catch {
    return "";
  }
}
