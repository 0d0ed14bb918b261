// How many questions are due, beside the link to the personal page.

/** Shows the number; in words for who cannot see it. */
export function badge(link: HTMLElement, count: number): void {
  let mark = link.querySelector("span");
  if (count === 0) {
    mark?.remove();
    link.removeAttribute("aria-label");
    return;
  }
  if (!mark) {
    mark = document.createElement("span");
    mark.className = "due-count";
    link.append(mark);
  }
  mark.textContent = count > 99 ? "99+" : String(count);
  link.setAttribute("aria-label", `You: ${count} question${count === 1 ? "" : "s"} due for review`);
}
