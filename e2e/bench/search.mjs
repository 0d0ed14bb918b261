// MiniSearch and this server's search on the same sections and queries, in turns.
import { readFile } from "node:fs/promises";
import MiniSearch from "minisearch";

const base = process.env.BASE_URL;
const ROUNDS = 50;
const QUERIES = [
  "retry", "retry budget", "full jitter", "token bucket", "consistent hashing", "rendezvous hashing",
  "burn rate", "error budget alert", "cache eviction", "hit ratio", "power of two choices", "p99",
  "circuit breaker half open", "little's law", "shardng", "idempotncy key", "load bal", "queue",
  "tail at scale", "hedged requests",
];

const sitemap = await (await fetch(`${base}/sitemap.xml`)).text();
const lessons = [...sitemap.matchAll(/<loc>[^<]*(\/lessons\/[^<]+)<\/loc>/g)].map(([, path]) => path);
const sections = [];
for (const path of lessons) {
  const text = await (await fetch(`${base}${path}.md`)).text();
  const [title, ...parts] = text.replace(/^# /, "").split(/\n#{2,3} /);
  sections.push({ id: path, title: title.split("\n")[0], heading: "", text: title });
  for (const part of parts) {
    const [heading, ...body] = part.split("\n");
    sections.push({ id: `${path}#${sections.length}`, title: title.split("\n")[0], heading, text: body.join("\n") });
  }
}
const index = new MiniSearch({
  fields: ["title", "heading", "text"],
  storeFields: ["title", "heading"],
  searchOptions: { boost: { title: 3, heading: 2 }, prefix: true, fuzzy: 0.2 },
});
index.addAll(sections);

const times = [];
for (let round = 0; round < ROUNDS; round++) {
  for (const query of QUERIES) {
    const began = performance.now();
    index.search(query).slice(0, 10);
    times.push((performance.now() - began) * 1000);
    await (await fetch(`${base}/api/v1/search?q=${encodeURIComponent(query)}`)).arrayBuffer();
  }
}
times.sort((a, b) => a - b);
const about = new URL("../node_modules/minisearch/package.json", import.meta.url);
const { version } = JSON.parse(await readFile(about, "utf8"));
const p50 = times[Math.floor(times.length / 2)];
console.log(JSON.stringify({ sections: sections.length, queries: QUERIES.length, version, p50_us: p50 }));
