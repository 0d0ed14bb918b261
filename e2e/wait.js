/** Waits until an element's text matches, and returns what matched. */
export async function expectText(locator, pattern, { timeout = 30_000 } = {}) {
  const deadline = Date.now() + timeout;
  let text = "";
  do {
    text = (await locator.first().textContent({ timeout: 1000 }).catch(() => "")) ?? "";
    const found = text.match(pattern);
    if (found) return found[0];
    await new Promise((done) => setTimeout(done, 100));
  } while (Date.now() < deadline);
  throw new Error(`waited ${timeout} ms for ${pattern}, the text is ${JSON.stringify(text)}`);
}

/** Waits until `look` gives something, and returns it. */
export async function until(look, { timeout = 150_000 } = {}) {
  const deadline = Date.now() + timeout;
  do {
    const found = await look();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 200));
  } while (Date.now() < deadline);
  throw new Error(`waited ${timeout} ms for nothing`);
}
