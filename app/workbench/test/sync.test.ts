import assert from "node:assert/strict";
import { test } from "node:test";
import { account, where } from "../src/study/account.js";
import { hash } from "../src/study/merge.js";
import { empty, finished, KEY, load, save, type Progress } from "../src/study/progress.js";
import { QUIET_MS, Sync, type Outside } from "../src/study/sync.js";

/** The server's side of the contract: one document per person, versions as ETags. */
class Server {
  documents = new Map<string, { version: number; text: string }>();
  requests: string[] = [];
  offline = false;
  /** Answered instead, once each. */
  failures: number[] = [];

  fetchAs(who: () => string | undefined): typeof fetch {
    return (async (url: string, init: RequestInit = {}) => {
      if (this.offline) throw new TypeError("no network");
      const method = init.method ?? "GET";
      this.requests.push(`${method} ${url}`);
      const failure = this.failures.shift();
      if (failure) return new Response("{}", { status: failure });
      const email = who();
      if (!email) return new Response("{}", { status: 401 });
      if (url === "/api/v1/me") return Response.json({ email, verified: true, admin: false });
      const kept = this.documents.get(email) ?? { version: 0, text: JSON.stringify(empty()) };
      if (method === "GET") {
        return new Response(kept.text, { headers: { etag: `"${kept.version}"` } });
      }
      const match = new Headers(init.headers).get("if-match");
      if (match !== `"${kept.version}"`) return new Response("{}", { status: 412 });
      const next = { version: kept.version + 1, text: String(init.body) };
      this.documents.set(email, next);
      return new Response(null, { headers: { etag: `"${next.version}"` } });
    }) as typeof fetch;
  }

  read(email: string): Progress {
    return JSON.parse(this.documents.get(email)?.text ?? "null") as Progress;
  }
}

/** A browser with storage of its own, and time that passes when told. */
class Device {
  kept = new Map<string, string>();
  user: string | undefined;
  now = 1_000_000;
  timers: { at: number; act: () => void }[] = [];
  sync: Sync;
  storage = {
    getItem: (key: string) => this.kept.get(key) ?? null,
    setItem: (key: string, text: string) => void this.kept.set(key, text),
    removeItem: (key: string) => void this.kept.delete(key),
  };

  constructor(readonly server: Server, user?: string) {
    this.user = user;
    this.sync = this.page();
  }

  page(): Sync {
    const outside: Outside = {
      storage: this.storage,
      fetch: this.server.fetchAs(() => this.user),
      now: () => this.now,
      random: () => 0.5,
      later: (ms, act) => {
        const timer = { at: this.now + ms, act };
        this.timers.push(timer);
        return () => void (this.timers = this.timers.filter((other) => other !== timer));
      },
      alone: (go) => go(),
      signedIn: () => this.user !== undefined,
      told: () => undefined,
    };
    return (this.sync = new Sync(outside));
  }

  read(lesson: string): void {
    save(this.storage, finished(load(this.storage), lesson, this.now));
    this.sync.changed();
  }

  get progress(): Progress {
    return load(this.storage);
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      const due = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.now = Math.max(this.now, due.at);
      this.timers = this.timers.filter((other) => other !== due);
      due.act();
      await settled();
    }
    this.now = end;
    await settled();
  }
}

const settled = async () => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve, 0));
};

test("what was done before signing up comes along", async () => {
  const server = new Server();
  const device = new Device(server);
  device.read("a/b");
  await device.pass(QUIET_MS);
  assert.deepEqual(server.requests, [], "nobody is signed in, so nothing is sent");
  device.user = "ada@example.org";
  await device.page().start();
  assert.deepEqual(server.read("ada@example.org").read, { "a/b": 1_000_000 });
  assert.equal(where(device.storage, true, hash).kind, "saved");
});

test("two devices end with the same, whoever writes first", async () => {
  const server = new Server();
  const [laptop, phone] = [new Device(server, "ada@x"), new Device(server, "ada@x")];
  await laptop.sync.start();
  await phone.sync.start();
  laptop.read("a/b");
  phone.read("c/d");
  await laptop.pass(QUIET_MS);
  await phone.pass(QUIET_MS);
  assert.ok(server.requests.filter((line) => line.startsWith("PUT")).length >= 3, "one was 412");
  await laptop.pass(60_000);
  await laptop.page().start();
  for (const found of [server.read("ada@x"), laptop.progress, phone.progress]) {
    assert.deepEqual(Object.keys(found.read).sort(), ["a/b", "c/d"]);
  }
});

test("many changes are one request, and no change none", async () => {
  const server = new Server();
  const device = new Device(server, "ada@x");
  await device.sync.start();
  server.requests = [];
  for (let lesson = 0; lesson < 10; lesson++) device.read(`a/${lesson}`);
  await device.pass(QUIET_MS);
  assert.equal(server.requests.filter((line) => line.startsWith("PUT")).length, 1);
  await device.pass(3_600_000);
  assert.equal(server.requests.filter((line) => line.startsWith("PUT")).length, 1);
});

test("without a network it waits, longer each time, and then sends", async () => {
  const server = new Server();
  const device = new Device(server, "ada@x");
  await device.sync.start();
  server.offline = true;
  device.read("a/b");
  await device.pass(QUIET_MS);
  assert.equal(where(device.storage, true, hash).kind, "waiting");
  await device.pass(600_000);
  server.offline = false;
  device.sync.online();
  await settled();
  assert.deepEqual(Object.keys(server.read("ada@x").read), ["a/b"]);
});

test("a server in trouble is not hammered", async () => {
  const server = new Server();
  const device = new Device(server, "ada@x");
  await device.sync.start();
  server.failures = Array.from({ length: 1000 }, () => 503);
  device.read("a/b");
  server.requests = [];
  await device.pass(3_600_000);
  assert.ok(server.requests.length < 40, `${server.requests.length} requests in an hour`);
  server.failures = [];
  await device.pass(600_000);
  assert.deepEqual(Object.keys(server.read("ada@x").read), ["a/b"]);
});

test("a refused document is said to be refused", async () => {
  for (const [status, words] of [[413, /larger/], [422, /^$/]] as const) {
    const server = new Server();
    const device = new Device(server, "ada@x");
    await device.sync.start();
    device.read("a/b");
    server.failures = [0, status].slice(1).flatMap((s) => [s, s, s]);
    await device.pass(QUIET_MS);
    const found = where(device.storage, true, hash);
    assert.equal(found.kind, "refused");
    assert.match("says" in found ? (found.says ?? "") : "", words);
  }
});

test("another person's account does not get this one's progress", async () => {
  const server = new Server();
  const device = new Device(server, "ada@x");
  device.read("a/b");
  await device.sync.start();
  device.user = "eve@x";
  await device.page().start();
  assert.deepEqual(device.progress.read, {});
  device.read("e/v");
  await device.pass(QUIET_MS);
  assert.deepEqual(Object.keys(server.read("eve@x").read), ["e/v"]);
  device.user = "ada@x";
  await device.page().start();
  assert.deepEqual(Object.keys(device.progress.read), ["a/b"]);
  assert.deepEqual(Object.keys(server.read("ada@x").read), ["a/b"]);
});

test("a session that ended keeps everything here until its owner is back", async () => {
  const server = new Server();
  const device = new Device(server, "ada@x");
  await device.sync.start();
  device.user = undefined;
  device.read("a/b");
  await device.pass(QUIET_MS);
  assert.deepEqual(Object.keys(device.progress.read), ["a/b"]);
  device.user = "ada@x";
  device.now += 100_000;
  await device.page().start();
  assert.deepEqual(Object.keys(server.read("ada@x").read), ["a/b"]);
});

test("signing out saves first and leaves nothing behind", async () => {
  const server = new Server();
  const device = new Device(server, "ada@x");
  await device.sync.start();
  device.read("a/b");
  assert.equal(await device.sync.flush(), true);
  device.sync.leave();
  assert.equal(device.storage.getItem(KEY), null);
  assert.equal(account(device.storage), undefined);
  assert.deepEqual(Object.keys(server.read("ada@x").read), ["a/b"]);
});

test("what another tab writes while a request is away is not lost", async () => {
  const server = new Server();
  const device = new Device(server, "ada@x");
  await device.sync.start();
  device.read("a/b");
  const inner = device.sync.out.fetch;
  (device.sync.out as { fetch: typeof fetch }).fetch = (async (url: string, init?: RequestInit) => {
    const answer = await inner(url, init);
    // Between the answer and its reading.
    save(device.storage, finished(load(device.storage), "tab/two", 5));
    return answer;
  }) as typeof fetch;
  await device.pass(QUIET_MS);
  await device.pass(60_000);
  assert.deepEqual(Object.keys(device.progress.read).sort(), ["a/b", "tab/two"]);
  assert.deepEqual(Object.keys(server.read("ada@x").read).sort(), ["a/b", "tab/two"]);
});
