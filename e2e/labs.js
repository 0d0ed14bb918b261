// What the repository says of its labs and lessons.
import { readdir, readFile } from "node:fs/promises";

const folder = new URL("../labs/src/", import.meta.url);

/** Ids of the labs: folders of labs/src that have a lab.toml. */
export async function labs() {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    if ((await readdir(new URL(`${name}/`, folder))).includes("lab.toml")) found.push(name);
  }
  return found.sort();
}

/** The committed digest of each built-in policy's report, as native runs made it. */
export async function digests(lab) {
  const text = await readFile(new URL(`${lab}/digests.txt`, folder), "utf8");
  return Object.fromEntries(text.trim().split("\n").map((line) => line.split(" ")));
}

/** Texts of content/, as `folder/slug`. */
async function texts() {
  const content = new URL("../content/", import.meta.url);
  const files = await readdir(content, { recursive: true });
  const written = files.filter((file) => /^[a-z-]+\/[a-z-]+\.md$/.test(file) && !file.startsWith("src/"));
  return written.map((file) => file.slice(0, -3)).sort();
}

/** Lessons that are written, as `area/slug`. */
export async function lessons() {
  return (await texts()).filter((text) => !text.startsWith("articles/"));
}

/** Articles, as `articles/slug`. */
export async function articles() {
  return (await texts()).filter((text) => text.startsWith("articles/"));
}
