// On every page. Theme button, copy buttons, and islands that wake when they are seen or touched.
const root = document.documentElement;
globalThis.headroomImport = (url) => import(url);

let client;
const load = () =>
  (client ??= import(root.dataset.client)
    .then((m) => m.default({ module_or_path: root.dataset.wasm }).then(() => (m.hydrate(), m)))
    .catch((e) => ((client = undefined), Promise.reject(e))));

const wake = async (el) => {
  if (el.dataset.state) return;
  el.dataset.state = "waking";
  try {
    const m = await load();
    await m[el.dataset.component]?.(el);
    el.dataset.state = "awake";
  } catch (e) {
    delete el.dataset.state;
    console.error(e);
  }
};

// A figure in the first view waits to be touched, so that reading costs no wasm; one that is
// scrolled to wakes by itself. Islands have no box of their own: their first child is watched.
const first = new WeakSet();
const seen = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const scrolledTo = first.has(target);
    first.add(target);
    if (!isIntersecting) continue;
    seen.unobserve(target);
    if (scrolledTo) wake(target.closest("leptos-island"));
  }
});
// A workbench is what its page is for: it wakes before one comes to it, or at once where the
// address asks for more than the page.
const asked = location.search || location.hash.startsWith("#attempt=");
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    wake(target.closest("leptos-island"));
  }
}, { rootMargin: "300px 0px" });
for (const el of document.querySelectorAll("leptos-island")) {
  const box = el.firstElementChild;
  const bench = el.dataset.component?.startsWith("Workbench");
  if (bench && asked) wake(el);
  else if (box) (bench ? near : seen).observe(box);
  for (const t of ["pointerover", "pointerdown", "focusin", "keydown"])
    el.addEventListener(t, () => wake(el), { once: true, passive: true });
}

// Where lessons are read from a folder, a page loads itself again when they change.
if ("author" in root.dataset) import("./author.js").catch(console.error);

// Questions that answer, and what this browser remembers of reading.
const kept = () => {
  try { return localStorage.getItem("headroom.study") } catch {}
};
if (
  document.querySelector("[data-lesson],[data-me],[data-topic],[data-lab]") ||
  document.cookie.includes("headroom-signed-in") || kept()
)
  import("./study.js").catch(console.error);
if (document.querySelector("[data-glossary]")) import("./glossary.js").catch(console.error);

// Reading without a network; where it is switched off, what was kept is thrown away by /sw.js.
if (document.querySelector("[data-offline=save],[data-offline=list]")) import("./offline.js").catch(console.error);
if ("offline" in root.dataset)
  addEventListener("load", () => navigator.serviceWorker?.register("/sw.js").catch(() => {}));

const button = document.querySelector("[data-theme-toggle]");
if (button) {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const now = () => root.dataset.theme ?? (dark.matches ? "dark" : "light");
  const name = () => button.setAttribute("aria-label", `Theme: ${now()}`);
  button.hidden = false;
  button.onclick = () => {
    root.dataset.theme = now() === "dark" ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch {}
    name();
  };
  name();
}

// "/" goes to the search box, "?" lists the keys, "p" goes to a paragraph; arrows turn pages where
// nothing else wants them. Single keys can be switched off; with Alt, "?" works all the same.
const off = () => {
  try { return localStorage.getItem("headroom.keys") } catch {}
};
addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.target.closest("input,textarea,select,[contenteditable],dialog"))
    return;
  if (e.key === "?" && (e.altKey || !off())) import("./keys.js").then((m) => m.show());
  if (e.altKey || off()) return;
  if (e.key === "p") import("./keys.js").then((m) => m.paragraph());
  const box = document.querySelector("[data-search]");
  if (e.key === "/" && box.offsetParent) {
    e.preventDefault();
    box.focus();
  }
  const turn = { ArrowLeft: "prev", ArrowRight: "next" }[e.key];
  if (turn && e.target === document.body) document.querySelector(`a[rel=${turn}]`)?.click();
});

for (const b of document.querySelectorAll("[data-copy]")) {
  b.hidden = false;
  b.onclick = async () => {
    await navigator.clipboard.writeText(document.getElementById(b.dataset.copy).textContent);
    b.textContent = "Copied";
    setTimeout(() => (b.textContent = "Copy"), 2000);
  };
}
