// An attempt in an address: JSON, deflated, base64url. It stays in the fragment, which browsers do
// not send to servers.

export interface Shared {
  lab: string;
  language: string;
  source: string;
  name: string;
  worlds: Record<string, Record<string, number>>;
}

/** Longest source that a link may carry; a link that unpacks to more is refused. */
const LONGEST = 262_144;

/** The text of a link's fragment. `shared` is JSON of a `Shared`. */
export async function pack(shared: string): Promise<string> {
  const bytes = new TextEncoder().encode(shared);
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = new Uint8Array(await new Response(stream).arrayBuffer());
  let text = "";
  for (const byte of packed) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** What a link holds, as JSON of a `Shared`. Rejects with words for people. */
export async function unpack(text: string): Promise<string> {
  const broken = "This link is broken: ask for it again, and copy all of it.";
  let json = "";
  try {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(plain, (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    json = await bounded(stream);
  } catch (error) {
    throw error instanceof TooLong ? error : new Error(broken);
  }
  const found = parse(json);
  if (!found) throw new Error(broken);
  return JSON.stringify(found);
}

class TooLong extends Error {}

async function bounded(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
    if (text.length > LONGEST) {
      await reader.cancel();
      throw new TooLong("This link holds more than a policy can be, so it was not opened.");
    }
  }
}

function parse(json: string): Shared | null {
  let value: Partial<Shared>;
  try {
    value = JSON.parse(json) as Partial<Shared>;
  } catch {
    return null;
  }
  const { lab, language, source, name, worlds } = value ?? {};
  if (typeof lab !== "string" || typeof language !== "string" || typeof source !== "string") {
    return null;
  }
  const kept: Shared["worlds"] = {};
  for (const [scenario, world] of Object.entries(worlds ?? {})) {
    const numbers = Object.entries(world ?? {}).filter(([, v]) => Number.isSafeInteger(v));
    if (numbers.length > 0) kept[scenario] = Object.fromEntries(numbers);
  }
  return { lab, language, source, name: typeof name === "string" ? name : "", worlds: kept };
}
