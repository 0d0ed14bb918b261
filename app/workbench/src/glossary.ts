// The box above the glossary: shows the terms that mention what is typed.

/** Whether a text has every word of a query, whatever their case. */
export function mentions(text: string, query: string): boolean {
  const lower = text.toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => lower.includes(word));
}

/** Hides what does not fit, letters without a term included; says how many are left. */
export function filter(root: ParentNode, query: string): number {
  let shown = 0;
  for (const letter of root.querySelectorAll<HTMLElement>(".letter")) {
    let here = 0;
    for (const entry of letter.querySelectorAll<HTMLElement>(".term-entry")) {
      // Its links name other terms and lessons.
      const [name, definition] = [entry.querySelector("dt"), entry.querySelector("dd p")];
      entry.hidden = !mentions(`${name?.textContent} ${definition?.textContent}`, query);
      if (!entry.hidden) here++;
    }
    letter.hidden = here === 0;
    shown += here;
  }
  return shown;
}

const form = globalThis.document?.querySelector<HTMLFormElement>(".glossary-filter");
if (form) {
  const input = form.querySelector("input")!;
  const status = form.querySelector("[role=status]")!;
  const letters = document.querySelector<HTMLElement>("[aria-label=Letters]")!;
  const apply = () => {
    const query = input.value.trim();
    const shown = filter(document, query);
    letters.hidden = query !== "";
    status.textContent = query && `${shown || "No"} ${shown === 1 ? "term" : "terms"}`;
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", apply);
  // A link to a term that is filtered away shows all of them again.
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target?.closest("[hidden]")) return;
    input.value = "";
    apply();
    target.scrollIntoView();
  });
  apply();
}
