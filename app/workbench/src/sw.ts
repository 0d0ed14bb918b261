// The service worker: what was visited can be read without a network, labs included. The server
// puts the names of the build's files before this text (`/sw.js`), so a new build is a new worker.

export {};

interface Lasting extends Event {
  waitUntil(done: Promise<unknown>): void;
}
interface Asking extends Lasting {
  request: Request;
  respondWith(answer: Promise<Response>): void;
}
declare const self: {
  headroom: { build: string; shell: string[] };
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: "install" | "activate", act: (event: Lasting) => void): void;
  addEventListener(name: "fetch", act: (event: Asking) => void): void;
};

const PAGES = "headroom-pages";
const ASSETS = "headroom-assets";
const OFFLINE = "/offline";
/** How long a reader waits for the network before the copy is shown. */
const PATIENCE_MS = 3_000;
/** Visited pages that are kept; what was saved on purpose is not counted. */
const VISITED = 60;
const SAVED = "headroom-saved";

const { build, shell } = self.headroom;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
  else if (event.request.mode === "navigate" && isPage(url.pathname)) {
    event.respondWith(page(event.request, url.pathname));
  }
});

async function install(): Promise<void> {
  const assets = await caches.open(ASSETS);
  await assets.addAll(shell);
  const pages = await caches.open(PAGES);
  await pages.add(new Request(OFFLINE, { cache: "reload" }));
  await self.skipWaiting();
}

/** Pages that are kept name the files of the former build: they come anew, then those can go. */
async function activate(): Promise<void> {
  await self.clients.claim();
  const assets = await caches.open(ASSETS);
  const own = `/assets/${build}/`;
  const old = (await assets.keys()).filter(({ url }) => !new URL(url).pathname.startsWith(own));
  if (old.length === 0) return;
  for (const name of [PAGES, SAVED]) {
    const kept = await caches.open(name);
    for (const request of await kept.keys()) {
      const answer = await fetch(request.url, { cache: "reload" });
      if (isKept(answer)) await kept.put(request.url, answer);
      else await kept.delete(request);
    }
  }
  // What was saved on purpose stays whole.
  const names = old.map(({ url }) => new URL(url).pathname.split("/").slice(3).join("/"));
  if ((await caches.has(SAVED)) && (await (await caches.open(SAVED)).keys()).length > 0) {
    for (const name of names) await assets.add(own + name).catch(() => undefined);
  }
  for (const request of old) await assets.delete(request);
}

/** Somebody's own pages, and what is only of use with a network, are left to the network. */
function isPage(path: string): boolean {
  const own = ["account", "sign-in", "sign-up", "sign-out", "reset", "link", "api", "author", "search"];
  return !own.includes(path.split("/")[1] ?? "");
}

const isKept = (answer: Response) =>
  answer.status === 200 && !answer.redirected &&
  !/no-store|private/.test(answer.headers.get("cache-control") ?? "");

/** A file of a build never changes. */
async function asset(request: Request): Promise<Response> {
  const kept = await caches.match(request, { cacheName: ASSETS });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200 && new URL(request.url).pathname.startsWith(`/assets/${build}/`)) {
    const assets = await caches.open(ASSETS);
    await assets.put(request, answer.clone());
  }
  return answer;
}

/** The network if it answers in time, else the copy, else the page that says there is none. */
async function page(request: Request, path: string): Promise<Response> {
  const fresh = fetch(request).then(async (answer) => {
    if (isKept(answer)) await keep(path, answer.clone());
    return answer;
  });
  const copy = () => caches.match(path, { ignoreVary: true });
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS));
  try {
    const first = await Promise.race([fresh, late]);
    return first ?? (await copy()) ?? (await fresh);
  } catch {
    return (await copy()) ?? (await caches.match(OFFLINE)) ?? Response.error();
  }
}

async function keep(path: string, answer: Response): Promise<void> {
  const saved = await caches.open(SAVED);
  if (await saved.match(path)) return saved.put(path, answer);
  const pages = await caches.open(PAGES);
  await pages.delete(path);
  await pages.put(path, answer);
  const all = await pages.keys();
  const visited = all.filter(({ url }) => new URL(url).pathname !== OFFLINE);
  for (const old of visited.slice(0, -VISITED)) await pages.delete(old);
}
