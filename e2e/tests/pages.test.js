import { after, before, describe, test } from "node:test";
import { launch } from "../browser.js";
import { articles, labs, lessons } from "../labs.js";
import { look } from "../look.js";

const pages = {
  home: "/",
  course: "/course",
  area: "/course/reliability",
  search: "/search?q=retry%20budget",
  ...Object.fromEntries((await lessons()).map((l) => [`lesson-${l.split("/")[1]}`, `/lessons/${l}`])),
  articles: "/articles",
  ...Object.fromEntries((await articles()).map((article) => [`article-${article.split("/")[1]}`, `/${article}`])),
  labs: "/labs",
  glossary: "/glossary",
  api: "/docs/api",
  status: "/status",
  offline: "/offline",
  print: "/course/print",
  me: "/me",
  ...Object.fromEntries((await labs()).map((lab) => [`lab-${lab}`, `/labs/${lab}`])),
};
let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

// Two at a time: a page is drawn while another is looked through.
describe("pages", { concurrency: 2 }, () => {
  for (const [name, path] of Object.entries(pages)) {
    for (const colorScheme of ["light", "dark"]) {
      test(`${name}, ${colorScheme}: accessible, no complaint, fits`, () => look(browser, name, path, { colorScheme }));
    }
  }
});
