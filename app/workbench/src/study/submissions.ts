// What somebody has handed in to a lab, from their account.

interface Item {
  id: string;
  language: string | null;
  status: string;
  /** ppm; nothing before it is graded. */
  score: number | null;
  stars: number | null;
  /** Milliseconds since 1970. */
  created_at: number;
}

/** Lists them, and again whenever one has been graded. */
export function show(box: HTMLElement): void {
  const list = async () => {
    const url = `/api/v1/submissions?lab=${encodeURIComponent(box.dataset.submissions ?? "")}`;
    const answer = await fetch(url, { cache: "no-store" });
    if (!answer.ok) return;
    const { items } = (await answer.json()) as { items: Item[] };
    box.hidden = items.length === 0;
    box.querySelector("ol")?.replaceChildren(...items.map(row));
  };
  // Without a network the page is as it is for everybody.
  const quietly = () => void list().catch(() => undefined);
  addEventListener("headroom:graded", quietly);
  quietly();
}

function row(item: Item): HTMLElement {
  const link = document.createElement("a");
  link.href = `/api/v1/submissions/${item.id}`;
  link.textContent = new Date(item.created_at).toLocaleString();
  const line = document.createElement("li");
  line.append(link, ` · ${item.language ?? "wasm"} · ${outcome(item)}`);
  return line;
}

/** "graded", "78.3 points, 2 stars". */
export function outcome({ status, score, stars }: Pick<Item, "status" | "score" | "stars">): string {
  if (score === null) return status;
  const earned = stars ?? 0;
  return `${(score / 10_000).toFixed(1)} points, ${earned} ${earned === 1 ? "star" : "stars"}`;
}
