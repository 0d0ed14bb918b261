// Every run is kept in this browser: IndexedDB, or localStorage where that cannot be had.

export interface Attempt {
  id: string;
  lab: string;
  name: string;
  language: string;
  source: string;
  /** Milliseconds since 1970. */
  time: number;
  /** Why it was kept: "run", or what would have replaced the text. */
  why: string;
  /** ppm; null where nothing was run. */
  score: number | null;
  digest: string | null;
  /** Changed parameters by scenario; a run with any does not count. */
  worlds: Record<string, Record<string, number>>;
}

/** The module that was run, beside the attempt. */
interface Row extends Attempt {
  wasm?: Uint8Array | undefined;
}

interface Store {
  all(): Promise<Row[]>;
  put(row: Row): Promise<void>;
  remove(id: string): Promise<void>;
}

/** What the page uses. Everything crosses as JSON but modules. */
export interface Attempts {
  /** The newest first. */
  list(lab: string): Promise<string>;
  /** Keeps an attempt (JSON without id and time); what equals one that is there renews it. */
  keep(attempt: string, wasm: Uint8Array | null): Promise<string>;
  rename(id: string, name: string): Promise<void>;
  remove(id: string): Promise<void>;
  module(id: string): Promise<Uint8Array | null>;
}

const DATABASE = "headroom";
const STORE = "attempts";
const PREFIX = "headroom:attempt:";

export function openAttempts(
  clock: () => number = Date.now,
  open: () => Promise<Store> = openStore,
): Attempts {
  let opened: Promise<Store> | undefined;
  const store = () => (opened ??= open());
  const one = async (id: string) => (await (await store()).all()).find((row) => row.id === id);
  return {
    list: async (lab) => {
      const rows = (await (await store()).all()).filter((row) => row.lab === lab);
      rows.sort((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1));
      return JSON.stringify(rows.map(({ wasm: _, ...attempt }) => attempt));
    },
    keep: async (text, wasm) => {
      const attempt = JSON.parse(text) as Omit<Attempt, "id" | "time">;
      const rows = await (await store()).all();
      const same = rows.find((row) => equal(row, attempt));
      const time = clock();
      const id = same?.id ?? `${time}-${Math.random().toString(36).slice(2, 10)}`;
      const name = same?.name || attempt.name;
      await (await store()).put({ ...attempt, name, id, time, wasm: wasm ?? same?.wasm });
      return id;
    },
    rename: async (id, name) => {
      const row = await one(id);
      if (row) await (await store()).put({ ...row, name });
    },
    remove: async (id) => (await store()).remove(id),
    module: async (id) => (await one(id))?.wasm ?? null,
  };
}

function equal(row: Row, other: Omit<Attempt, "id" | "time">): boolean {
  const of = ({ lab, language, source, why, digest, worlds }: Omit<Attempt, "id" | "time">) =>
    JSON.stringify([lab, language, source, why, digest, worlds]);
  return of(row) === of(other);
}

function openStore(): Promise<Store> {
  return new Promise<Store>((resolve) => {
    const fall = () => resolve(localStore(localStorage));
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
      request.onsuccess = () => resolve(databaseStore(request.result));
      request.onerror = request.onblocked = fall;
    } catch {
      fall();
    }
  });
}

function databaseStore(database: IDBDatabase): Store {
  const act = <T>(mode: IDBTransactionMode, go: (store: IDBObjectStore) => IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = go(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () =>
        reject(new Error("This browser did not keep the attempt: its storage may be full."));
    });
  return {
    all: () => act("readonly", (store) => store.getAll() as IDBRequest<Row[]>),
    put: async (row) => void (await act("readwrite", (store) => store.put(row))),
    remove: async (id) => void (await act("readwrite", (store) => store.delete(id))),
  };
}

/** Without modules, for which there is no room. */
export function localStore(storage: Storage): Store {
  const keys = () => Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "");
  return {
    all: async () =>
      keys()
        .filter((key) => key.startsWith(PREFIX))
        .map((key) => JSON.parse(storage.getItem(key) ?? "null") as Row)
        .filter(Boolean),
    put: async ({ wasm: _, ...row }) => storage.setItem(PREFIX + row.id, JSON.stringify(row)),
    remove: async (id) => storage.removeItem(PREFIX + id),
  };
}
