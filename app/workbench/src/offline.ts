// Saving the whole course for reading without a network, and the page that shows what is there.

const PAGES = "headroom-pages";
const SAVED = "headroom-saved";
const ASSETS = "headroom-assets";
/** Downloads at once. */
const AT_ONCE = 4;

interface Plan {
  /** Addresses of pages. */
  pages: string[];
  /** Addresses of files, and their lengths as they are sent, bytes. */
  assets: [string, number][];
}

const mebibytes = (bytes: number) => `${Math.max(1, Math.round(bytes / 1048576))} MB`;

/** Wakes the box that saves, or the list of what is saved. */
export function wake(): void {
  const box = document.querySelector<HTMLElement>("[data-offline=save]");
  if (box && navigator.serviceWorker) void saving(box);
  const list = document.querySelector<HTMLElement>("[data-offline=list]");
  if (list) void listing(list);
}

async function saving(box: HTMLElement): Promise<void> {
  const [save, remove] = box.querySelectorAll("button");
  const status = box.querySelector("[role=status]");
  const bar = box.querySelector("progress");
  if (!save || !remove || !status || !bar) return;
  const show = async () => {
    const count = (await (await caches.open(SAVED)).keys()).length;
    remove.hidden = count === 0;
    save.textContent = count ? "Save it anew" : "Save the course for offline";
    return count;
  };
  const count = await show();
  status.textContent = count ? `${count} pages are saved on this device.` : "";
  box.hidden = false;
  save.onclick = async () => {
    save.disabled = remove.disabled = true;
    bar.hidden = false;
    try {
      const plan = (await (await fetch("/offline.json")).json()) as Plan;
      await all(plan, (done, of, bytes) => {
        bar.max = of;
        bar.value = done;
        status.textContent = `${done} of ${of} files, ${mebibytes(bytes)}`;
      });
      status.textContent = `${await show()} pages and every lab are saved on this device.`;
    } catch (error) {
      status.textContent = `Not everything could be saved: ${(error as Error).message}. Try again.`;
    }
    bar.hidden = true;
    save.disabled = remove.disabled = false;
  };
  remove.onclick = async () => {
    await caches.delete(SAVED);
    await show();
    status.textContent = "Removed. Pages you visit are still kept for a while.";
  };
}

/** Fetches whatever is not there yet, a few at a time. */
async function all(
  { pages, assets }: Plan,
  told: (done: number, of: number, bytes: number) => void,
): Promise<void> {
  const [saved, files] = await Promise.all([caches.open(SAVED), caches.open(ASSETS)]);
  const jobs = [
    ...assets.map(([url, bytes]) => async () => {
      if (!(await files.match(url))) await files.add(url);
      return bytes;
    }),
    ...pages.map((url) => async () => {
      const answer = await fetch(url, { cache: "reload" });
      if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
      const length = Number(answer.headers.get("content-length")) || 0;
      await saved.put(url, answer);
      return length;
    }),
  ];
  const of = jobs.length;
  let [done, bytes] = [0, 0];
  const work = async () => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      bytes += await job();
      told(++done, of, bytes);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Links to every page that this device has. */
async function listing(list: HTMLElement): Promise<void> {
  const found = new Map<string, string>();
  for (const name of [SAVED, PAGES]) {
    const kept = await caches.open(name);
    for (const request of await kept.keys()) {
      const path = new URL(request.url).pathname;
      if (path === "/offline" || found.has(path)) continue;
      const text = (await (await kept.match(request))?.text()) ?? "";
      found.set(path, /<title>([^<]*)/.exec(text)?.[1]?.replace(" · Headroom", "") ?? path);
    }
  }
  const items = [...found].sort(([, a], [, b]) => (a < b ? -1 : 1)).map(([path, title]) => {
    const link = document.createElement("a");
    link.href = path;
    link.textContent = new DOMParser().parseFromString(title, "text/html").body.textContent;
    const item = document.createElement("li");
    item.append(link);
    return item;
  });
  list.querySelector("ul")?.replaceChildren(...items);
  list.hidden = items.length === 0;
}

wake();
