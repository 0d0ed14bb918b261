// Definitions beside linked terms: they open with the pointer and the focus, by style alone, and
// stay while either is there. This lets Escape put them away, without which they must not open.

export function explain(root: Document): void {
  root.documentElement.dataset.terms = "";
  const boxes = root.querySelectorAll<HTMLElement>(".gloss");
  const open = (box: HTMLElement) => () => box.classList.remove("away");
  for (const box of boxes) {
    box.addEventListener("pointerenter", open(box));
    box.addEventListener("focusin", open(box));
  }
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const box of boxes) box.classList.add("away");
  });
}
