// Binaryen carries its wasm as a `data:` URL and fetches it. Our policy allows no connection but
// to the server itself, so such URLs are decoded here. Import this before the compiler.

const network = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const url = typeof input === "string" ? input : "";
  const comma = url.indexOf(",");
  if (!url.startsWith("data:application/") || comma < 0) return network(input, init);
  const text = atob(url.slice(comma + 1));
  const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const headers = { "content-type": "application/wasm" };
  return Promise.resolve(new Response(bytes, { headers }));
};
