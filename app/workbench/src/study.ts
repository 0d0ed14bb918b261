// What pages do for somebody who studies: questions answer, reading is remembered in this browser.
// Loaded by boot.js when the page has something for it.

import { markTopics, watchEnd } from "./study/marks.js";
import { fill } from "./study/me.js";
import { finished, load, save } from "./study/progress.js";
import { enliven } from "./study/quiz.js";
import { explain } from "./study/terms.js";

const lesson = document.querySelector<HTMLElement>("[data-lesson]")?.dataset.lesson;
if (lesson) {
  enliven(document, lesson);
  explain(document);
  watchEnd(document, () => save(localStorage, finished(load(localStorage), lesson, Date.now())));
}
const mark = () => markTopics(document, load(localStorage));
mark();
addEventListener("storage", mark);
const me = document.querySelector<HTMLElement>("[data-me=page]");
if (me) fill(me);
