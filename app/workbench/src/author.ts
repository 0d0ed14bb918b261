// Where lessons are read from a folder, a page loads itself again when they change, and says what
// is wrong with them.

interface Edition {
  number: number;
  problem: string | null;
}

async function look(seen: number): Promise<number> {
  const answer = await fetch(`/author/changes?seen=${seen}`);
  const { number, problem } = (await answer.json()) as Edition;
  if (seen >= 0 && number !== seen && !problem) location.reload();
  document.getElementById("author-problem")?.remove();
  if (problem) {
    const note = document.createElement("pre");
    note.setAttribute("role", "alert");
    Object.assign(note, { id: "author-problem", textContent: problem });
    document.body.prepend(note);
  }
  return number;
}

async function watch(): Promise<never> {
  for (let seen = -1; ; ) {
    try {
      seen = await look(seen);
    } catch {
      await new Promise((later) => setTimeout(later, 1000));
    }
  }
}

void watch();
