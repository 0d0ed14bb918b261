// Every paragraph of a lesson has an address. One link is enough for all of them: it stands at the
// end of the one that the pointer is on. By keyboard, "p" goes to the first one in view.

const PARAGRAPH = ".prose > p[id]";

/** Shows the link at whatever paragraph the pointer comes to. */
export function follow(body: Element): void {
  const link = document.createElement("a");
  link.className = "anchor";
  link.textContent = "¶";
  link.tabIndex = -1;
  link.setAttribute("aria-label", "Link to this paragraph");
  body.addEventListener("pointerover", ({ target }) => {
    const paragraph = target instanceof Element && target.closest(PARAGRAPH);
    if (!paragraph || link.parentNode === paragraph) return;
    link.href = `#${paragraph.id}`;
    paragraph.append(link);
  });
}

/** Goes to the first paragraph that can be seen, so that the address bar holds its link. */
export function first(): void {
  for (const paragraph of document.querySelectorAll(PARAGRAPH)) {
    if (paragraph.getBoundingClientRect().top < 0) continue;
    location.hash = paragraph.id;
    return;
  }
}
