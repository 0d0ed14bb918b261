// Whose progress this browser keeps, and where else it is kept. What `sync.ts` writes down, and
// words for it.

import { KEY } from "./progress.js";
import { type Seen } from "./merge.js";

export const ACCOUNT = "headroom.study.account";

/** What is known of the account that this browser's progress belongs to. */
export interface Account {
  /** Of its e-mail address, a hash: to recognise it, and no more. */
  owner: string;
  /** The server's version that was seen last; nothing before the first. */
  etag?: string | undefined;
  /** The text, hashed, that the server has, too. */
  saved?: string | undefined;
  /** When that was. */
  at?: number | undefined;
  /** When the server's copy was looked at last. */
  looked?: number | undefined;
  /** The notes that both had in common last. */
  seen: Seen;
  trouble?: Trouble | undefined;
}

/** Why something is not in the account yet. */
export interface Trouble {
  kind: "waiting" | "signed-out" | "refused";
  says?: string;
}

export type Where =
  | { kind: "browser" }
  | { kind: "saved"; at: number }
  | { kind: "saving" }
  | Trouble;

type Readable = Pick<Storage, "getItem">;

/** The cookie that says, without any secret, that somebody is signed in. */
export const signedIn = (cookies = document.cookie): boolean =>
  /(?:^|; )headroom-signed-in=1/.test(cookies);

export function account(storage: Readable): Account | undefined {
  try {
    const kept = JSON.parse(storage.getItem(ACCOUNT) ?? "null") as Account | null;
    return typeof kept?.owner === "string" ? { ...kept, seen: kept.seen ?? {} } : undefined;
  } catch {
    return undefined;
  }
}

/** Where the progress is kept now. `hash` is that of `merge.ts`. */
export function where(storage: Readable, isIn: boolean, hash: (text: string) => string): Where {
  const known = account(storage);
  if (!known) return isIn ? { kind: "saving" } : { kind: "browser" };
  if (!isIn) return { kind: "signed-out" };
  if (known.trouble) return known.trouble;
  const clean = known.saved === hash(storage.getItem(KEY) ?? "");
  return clean ? { kind: "saved", at: known.at ?? 0 } : { kind: "saving" };
}

/** A sentence of it. */
export function words(found: Where, now: number): string {
  switch (found.kind) {
    case "browser":
      return "Kept in this browser.";
    case "saved":
      return `Kept in your account: saved ${ago(now - found.at)}.`;
    case "saving":
      return "Kept in this browser; saving to your account…";
    case "waiting":
      return "Kept in this browser; waiting for the network to save it to your account.";
    case "signed-out":
      return "Signed out: kept in this browser until you sign in again.";
    case "refused":
      return `Kept in this browser only: the server does not take it. ${found.says ?? ""}`.trim();
  }
}

/** "just now", "2 minutes ago", "3 hours ago". */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "just now";
  const [count, unit] =
    minutes < 60
      ? [minutes, "minute"]
      : minutes < 1440
        ? [Math.floor(minutes / 60), "hour"]
        : [Math.floor(minutes / 1440), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
