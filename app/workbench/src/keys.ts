// The keys that pages answer to, in a dialog. Loaded when somebody presses "?".

export { first as paragraph } from "./study/paragraphs.js";

/** Where this browser remembers that single keys shall do nothing (WCAG 2.1.4). */
export const SETTING = "headroom.keys";

const KEYS: [string, string][] = [
  ["/", "Go to the search box"],
  ["← →", "The lesson before and the next one"],
  ["p", "The address of the first paragraph in view"],
  ["?", "This list"],
  ["Esc", "Close what is open"],
  ["Enter", "Check an answer that you are typing"],
  ["Tab", "Go from link to link; the first is “Skip to content”"],
];

/** Shows the list, and how to switch single keys off. */
export function show(): void {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  dialog.setAttribute("aria-labelledby", "keys-title");
  const title = document.createElement("h2");
  title.id = "keys-title";
  title.textContent = "Keys";
  dialog.append(title, list(), choice(), closing(dialog));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function list(): HTMLElement {
  const all = document.createElement("dl");
  for (const [keys, what] of KEYS) {
    const [term, meaning] = [document.createElement("dt"), document.createElement("dd")];
    for (const key of keys.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      term.append(cap, " ");
    }
    meaning.textContent = what;
    const row = document.createElement("div");
    row.append(term, meaning);
    all.append(row);
  }
  return all;
}

function choice(): HTMLElement {
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = localStorage.getItem(SETTING) !== "off";
  box.onchange = () => {
    if (box.checked) localStorage.removeItem(SETTING);
    else localStorage.setItem(SETTING, "off");
  };
  label.append(box, " Single keys work. Switched off, only ", kbd("?"), " with Alt opens this list.");
  return label;
}

function kbd(key: string): HTMLElement {
  const cap = document.createElement("kbd");
  cap.textContent = key;
  return cap;
}

function closing(dialog: HTMLDialogElement): HTMLElement {
  const button = document.createElement("button");
  button.className = "button";
  button.textContent = "Close";
  button.onclick = () => dialog.close();
  const line = document.createElement("p");
  line.append(button);
  return line;
}
