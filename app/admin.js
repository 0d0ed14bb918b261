// On pages of an issue that is being sent: counts as they change.
const box = document.querySelector("[data-progress]");
if (box) {
  const said = box.querySelector("[data-said]");
  const events = new EventSource(box.dataset.progress);
  events.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    for (const [name, count] of Object.entries(now.counts)) {
      const cell = box.querySelector(`[data-count="${name}"]`);
      if (cell) cell.textContent = count.toLocaleString("en");
    }
    box.querySelector("progress").value = now.done;
    said.textContent = now.words;
    if (now.state !== box.dataset.state) location.reload();
  });
  events.addEventListener("end", () => events.close());
}
// The forms of a mail beside each other: as a page, as text, as wide as a phone.
for (const button of document.querySelectorAll("[data-width]")) {
  button.addEventListener("click", () => {
    document.querySelector(".mail-frame").style.inlineSize = button.dataset.width;
    for (const other of document.querySelectorAll("[data-width]"))
      other.setAttribute("aria-pressed", String(other === button));
  });
}
// How the site is doing, again every five seconds while somebody looks.
const live = document.querySelector("[data-live]");
if (live) {
  setInterval(async () => {
    if (document.hidden || live.contains(document.activeElement)) return;
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.querySelector("[data-live]");
    if (next) live.replaceChildren(...next.childNodes);
  }, 5000);
}
