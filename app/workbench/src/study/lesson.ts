// A lesson for somebody who studies: a bookmark, the place where reading stopped, its end. What
// takes more code loads when it comes near.

import { finished, load, save, type Progress } from "./progress.js";
import { explain } from "./terms.js";

const change = (make: (progress: Progress) => Progress) => save(localStorage, make(load(localStorage)));

/** Wakes what the page of a lesson has. */
export function study(lesson: string): void {
  document.documentElement.dataset.study = "";
  const find = <T extends HTMLElement>(name: string) => document.querySelector<T>(name);
  if (find(".gloss")) explain(document);
  const questions = document.querySelectorAll(".quiz");
  near(questions, "200px", () => {
    void import("./quiz.js").then(({ enliven }) => enliven(document, lesson));
  });
  const end = find(".neighbours");
  if (end) near([end], "0px", () => change((p) => finished(p, lesson, Date.now())));
  const button = find<HTMLButtonElement>("[data-bookmark]");
  if (button) bookmark(button, `/lessons/${lesson}`);
  const body = find(".lesson-body");
  const point = () => void import("./paragraphs.js").then(({ follow: link }) => body && link(body));
  body?.addEventListener("pointerover", point, { once: true });
  const notes = find("[data-notes]");
  if (notes) {
    const open = () => void import("./notes.js").then(({ notes: wake }) => wake(notes, lesson));
    if (load(localStorage).notes?.[lesson]?.text) open();
    else notes.addEventListener("toggle", open, { once: true });
  }
  follow(lesson);
}

/** Calls `act` once when one of them is, or is about to be, in view. */
function near(all: Iterable<Element>, margin: string, act: () => void): void {
  const seen = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      act();
    },
    { rootMargin: `${margin} 0px` },
  );
  for (const one of all) seen.observe(one);
}

const title = () => document.querySelector("h1")?.textContent ?? "";

function bookmark(button: HTMLButtonElement, address: string): void {
  const show = () => {
    const on = Boolean(load(localStorage).bookmarks?.[address]?.on);
    button.setAttribute("aria-pressed", String(on));
    return on;
  };
  show();
  button.disabled = false;
  button.onclick = () => {
    const mark = { title: title(), at: Date.now(), on: !show() };
    change((p) => ({ ...p, bookmarks: { ...p.bookmarks, [address]: mark } }));
  };
  addEventListener("headroom:study", show);
  addEventListener("storage", show);
}

/** Marks the section that is being read in the list of them, and remembers it. */
function follow(lesson: string): void {
  const list = document.querySelector(".toc details");
  // Beside the text the list is open whatever this says; tools that read pages aloud go by it.
  if (list && matchMedia("(min-width: 62rem)").matches) list.setAttribute("open", "");
  let timer = 0;
  const here = (head: Element) => {
    for (const old of document.querySelectorAll(".toc [aria-current]")) {
      old.removeAttribute("aria-current");
    }
    document.querySelector(`.toc a[href="#${head.id}"]`)?.setAttribute("aria-current", "true");
    clearTimeout(timer);
    timer = setTimeout(keep, 1000, head) as unknown as number;
  };
  const keep = (head: Element) => {
    if (!scrollY) return;
    const name = head.firstChild?.textContent?.trim() ?? "";
    const address = `/lessons/${lesson}#${head.id}`;
    change((p) => ({ ...p, last: { address, title: `${title()}: ${name}`, at: Date.now() } }));
  };
  // A line in the upper third of the window; the section that crosses it is the one.
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        const head = target.querySelector("h2");
        if (isIntersecting && head) here(head);
      }
    },
    { rootMargin: "-30% 0px -69.9% 0px" },
  );
  for (const one of document.querySelectorAll(".lesson-section, .sources")) seen.observe(one);
}
