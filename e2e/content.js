// A server over lessons of the test's own: the curriculum with one lesson's figure replaced.
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Serves the lesson at `path` (`area/slug`) with `figures`, markdown, for its figure. */
export async function serveWith(program, path, figures) {
  const folder = mkdtempSync(join(tmpdir(), "headroom-figures-"));
  const content = join(folder, "content");
  const lessons = (from) => !/content\/(src|tests)$/.test(from);
  cpSync(join(root, "content"), content, { recursive: true, filter: lessons });
  // Lessons quote code of both.
  for (const quoted of ["labs", "server"]) symlinkSync(join(root, quoted), join(folder, quoted));
  const file = join(content, `${path}.md`);
  const lesson = readFileSync(file, "utf8");
  writeFileSync(file, lesson.replace(/^```figure\n[^]*?^```$/m, () => figures.trim()));
  const server = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--content", content], {
    cwd: folder,
    env: { HEADROOM_DATA__DIR: join(folder, "data"), HEADROOM_GRADER__WORKERS: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const said = await new Promise((resolve, reject) => {
    server.stdout.once("data", (text) => resolve(String(text)));
    server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const stop = () => {
    server.removeAllListeners("exit");
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { base: said.match(/http:\/\/[^\s]+/)[0], stop };
}
