// Syncing in a browser: what wakes it, and what it uses. Loaded where somebody is signed in.

import { signedIn } from "./account.js";
import { KEY } from "./progress.js";
import { Sync } from "./sync.js";

/** Where several tabs agree on one that syncs; without locks the server's versions still do. */
async function alone<T>(go: () => Promise<T>): Promise<T | undefined> {
  if (!navigator.locks) return go();
  const locked = (lock: Lock | null) => (lock ? go() : undefined);
  return (await navigator.locks.request(KEY, { ifAvailable: true }, locked)) as T | undefined;
}

export const sync = new Sync({
  storage: localStorage,
  fetch: (...args) => fetch(...args),
  now: Date.now,
  random: Math.random,
  later: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  alone,
  signedIn: () => signedIn(),
  told: () => dispatchEvent(new Event("headroom:kept")),
});

addEventListener("headroom:study", () => sync.changed());
addEventListener("storage", (event) => event.key === KEY && sync.changed());
addEventListener("online", () => sync.online());
addEventListener("focus", () => sync.focused());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") void sync.hidden();
  else sync.focused();
});
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (new URL(form.action, location.href).pathname !== "/sign-out") return;
  event.preventDefault();
  void signOut(form);
});

const UNSAVED =
  "Your latest changes could not be saved to your account, because the server did not take them. " +
  "Sign out nevertheless, and lose them?";

/** Saves, removes the account's progress from this browser, then ends the session. */
async function signOut(form: HTMLFormElement): Promise<void> {
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  if ((await sync.flush()) || confirm(UNSAVED)) {
    sync.leave();
    form.submit();
    return;
  }
  for (const button of buttons) button.disabled = false;
}

/** Resolves after the first round of this page. */
export const started = sync.start();
