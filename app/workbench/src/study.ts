// What pages do for somebody who studies: questions answer, what was read, marked and written is
// remembered in this browser and, where somebody is signed in, in their account. Loaded by
// boot.js when the page or the browser has something for it.

import { badge } from "./study/badge.js";
import { study } from "./study/lesson.js";
import { due, load } from "./study/progress.js";

const find = (name: string) => document.querySelector<HTMLElement>(name);
const you = find("[data-you]");
const resume = find("[data-resume]");
const listed = find("[data-topic],[data-lab]");
const me = find("[data-me=page]");
const submissions = find("[data-submissions]");
const lesson = find("[data-lesson]")?.dataset.lesson;

const show = () => {
  const progress = load(localStorage);
  if (you) badge(you, due(progress, Date.now()).length);
  if (resume) void import("./study/resume.js").then((m) => m.resume(resume, progress));
  if (listed) void import("./study/marks.js").then((m) => m.mark(document, progress));
};
show();
for (const event of ["storage", "headroom:study"]) addEventListener(event, show);
if (lesson) study(lesson);
if (me) void import("./study/me.js").then((m) => m.fill(me));
// Without this cookie nobody is signed in, and nothing is asked of the server.
if (document.cookie.includes("headroom-signed-in=1")) {
  void import("./study/keeping.js");
  if (submissions) void import("./study/submissions.js").then((m) => m.show(submissions));
}
