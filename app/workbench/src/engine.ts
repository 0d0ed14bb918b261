// The lab engine (labs/browser as wasm) and the learner's module, linked so that their calls
// pass from wasm to wasm. The same code in the lab worker and in tests.

import type { Checked, Refusal, Trouble } from "./types.js";

/** What a lab says of itself; the part that a run needs. */
export interface LabSpec {
  spec: { scenarios: { id: string; public: boolean; seeds: number[] }[] };
  policies: string[];
}

type Answering = (...args: number[]) => number;
type Link = (...args: never[]) => unknown;

/** Thrown where the guest itself says why it stops. */
class Stop extends Error {
  constructor(
    readonly kind: FaultKind,
    readonly said: { message: string; file: string; line: number; column: number } | null,
  ) {
    super(kind.kind);
  }
}

/** As in reports. */
export interface FaultKind {
  kind: "out-of-ops" | "call-depth" | "trap" | "abort" | "abi-version" | "start";
  found?: number;
}

/** What a report is about: bytes by their digest, or a built-in policy. */
export type Subject = { module: string } | { script: string } | { policy: string };

/** A run that the guest ended, with what the page says about it. */
export class GuestFault extends Error {
  constructor(
    readonly kind: FaultKind,
    /** The call under way, exactly as the engine gave it: 64-bit numbers stay whole. */
    readonly call: string,
    readonly trouble: Trouble,
  ) {
    super(trouble.message);
  }
}

/** The engine refused an argument; `details` is its JSON. */
export class EngineError extends Error {
  constructor(readonly details: string) {
    super(details);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LOG_BYTES = 1024;
const LOG_LINES = 200;
/** The dispatcher's tables and the adapter's exports that go into them. */
const TABLES = [["calls", "call"], ["costs", "cost"], ["sizes", "pages"]] as const;

interface Instance {
  exports: WebAssembly.Exports;
}

/** One engine instance with at most one learner's module. Not to be used after a fault. */
export class Engine {
  readonly #exports: WebAssembly.Exports;
  readonly #dispatcher: WebAssembly.Exports;
  #room: { lab: string; guest: WebAssembly.Module; adapter: WebAssembly.Module } | null = null;
  #instances: Instance[] = [];
  #logged = 0;

  private constructor(
    engine: WebAssembly.Module,
    dispatcher: WebAssembly.Module | null,
    private readonly onLog: (text: string) => void,
  ) {
    this.#dispatcher = dispatcher ? new WebAssembly.Instance(dispatcher).exports : {};
    const { call, cost, pages } = this.#dispatcher;
    const absent = () => 0n;
    this.#exports = new WebAssembly.Instance(engine, {
      guest: {
        call: call ?? absent,
        cost: cost ?? absent,
        pages: pages ?? (() => 0),
        spawn: (seed: bigint) => this.#spawn(seed),
      },
    }).exports;
  }

  /** An engine ready for modules. Compiles the dispatcher by asking a first instance for it. */
  static async create(module: WebAssembly.Module, onLog: (text: string) => void = () => {}) {
    const bytes = new Engine(module, null, onLog).#ask("dispatcher", []);
    const dispatcher = await WebAssembly.compile(bytes);
    return () => new Engine(module, dispatcher, onLog);
  }

  spec(lab: string): LabSpec {
    return JSON.parse(decoder.decode(this.#ask("spec", [encoder.encode(lab)]))) as LabSpec;
  }

  /** The module of a script. Throws `EngineError` on a refusal. */
  script(lab: string, interpreter: Uint8Array, source: Uint8Array): Uint8Array {
    return this.#ask("script", [encoder.encode(lab), interpreter, source]);
  }

  /** Whether a module, or what `script` gave, fits the lab. */
  check(lab: string, wasm: Uint8Array, script = false): Checked {
    try {
      this.#ask("check", [encoder.encode(lab), wasm], [Number(script)]);
      return { ok: true };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return { ok: false, errors: refusals(error) };
    }
  }

  /** The metered module and the lab's adapter, compiled; throws `EngineError` on a refusal. */
  async prepare(lab: string, wasm: Uint8Array, script = false) {
    const name = encoder.encode(lab);
    const metered = this.#ask("instrument", [name, wasm], [Number(script)]);
    const adapter = this.#ask("adapter", [name], [Number(script)]);
    const modules = [WebAssembly.compile(metered), WebAssembly.compile(adapter)] as const;
    const [guestModule, adapterModule] = await Promise.all(modules);
    return { lab, guest: guestModule, adapter: adapterModule };
  }

  /** Lets runs of policy -1 use this module. */
  admit(room: Awaited<ReturnType<Engine["prepare"]>>): void {
    this.#room = room;
  }

  /** Starts the admitted module once; the answer is why it does not start. */
  start(): GuestFault | null {
    this.#instances = [];
    try {
      this.#spawn(0n);
      return null;
    } catch (error) {
      const found = this.#classify(error, true);
      if (found instanceof GuestFault) return found;
      throw found;
    }
  }

  /**
   * Runs one case; the answer is JSON, `{"case", "plots", "ends"}`. `world` is JSON, too: changed
   * parameters, or nothing. Throws `GuestFault`.
   */
  runCase(lab: string, scenario: number, seed: number, policy: number, world = ""): string {
    this.#instances = [];
    try {
      const parts = [encoder.encode(lab), encoder.encode(world)];
      return decoder.decode(this.#ask("run_case", parts, [scenario, seed, policy]));
    } catch (error) {
      if (error instanceof EngineError) throw error;
      throw this.#classify(error);
    }
  }

  /**
   * Runs one case and answers the calls around a place, `{"at": ns}` or `{"call": number}`, as
   * JSON. A fault does not hide them.
   */
  look(lab: string, scenario: number, seed: number, policy: number, around: string, world = "") {
    this.#instances = [];
    const parts = [lab, world, around].map((part) => encoder.encode(part));
    try {
      return decoder.decode(this.#ask("look", parts, [scenario, seed, policy]));
    } catch (error) {
      if (error instanceof EngineError) throw error;
      if (!(this.#classify(error) instanceof GuestFault)) throw error;
      return decoder.decode(this.#ask("taped", []));
    }
  }

  /** What a live figure asks, JSON in and out: `trial` or `fan_out`. */
  figure(name: "trial" | "fan_out", question: string): string {
    return decoder.decode(this.#ask(name, [encoder.encode(question)]));
  }

  /** The case of a fault of another, ended engine; JSON as of `runCase`. */
  faultCase(lab: string, scenario: number, seed: number, fault: GuestFault): string {
    const at = fault.call.replace(/,"inside":(?:true|false)|"inside":(?:true|false),/, "");
    const text = `${JSON.stringify(fault.kind).slice(0, -1)},${at.slice(1)}`;
    const name = encoder.encode(lab);
    const args = [name.length, scenario, seed];
    return decoder.decode(this.#askPlaced("fault_case", name, args, encoder.encode(text)));
  }

  /** The exact bytes of the report; `cases` are answers of `runCase` and `faultCase`. */
  assemble(lab: string, subject: Subject, cases: string[]): string {
    const parts = [lab, JSON.stringify(subject), `[${cases.join(",")}]`];
    return decoder.decode(this.#ask("assemble", parts.map((part) => encoder.encode(part))));
  }

  #spawn(seed: bigint): number {
    if (!this.#room) return -1;
    let memory: WebAssembly.Memory | undefined;
    const text = (ptr: number, len: number) =>
      memory
        ? decoder.decode(new Uint8Array(memory.buffer).slice(ptr >>> 0, (ptr >>> 0) + len))
        : "";
    const guest = new WebAssembly.Instance(this.#room.guest, {
      env: {
        abort: (message: number, file: number, line: number, column: number) => {
          const said = memory && {
            message: ascString(memory, message), file: ascString(memory, file), line, column,
          };
          throw new Stop({ kind: "abort" }, said ?? null);
        },
        seed: () => seedConstant(seed),
      },
      headroom: {
        log: (ptr: number, len: number) => {
          if (this.#logged++ < LOG_LINES) this.onLog(text(ptr, Math.min(len >>> 0, LOG_BYTES)));
        },
      },
    });
    memory = guest.exports["headroom:memory"] as WebAssembly.Memory | undefined;
    this.#instances.push(guest);
    const adapter = new WebAssembly.Instance(this.#room.adapter, { guest: guest.exports }).exports;
    const found = (adapter.start as () => number)();
    if ((guest.exports["headroom:gas"] as WebAssembly.Global<"i64">).value < 0n) {
      throw new Stop({ kind: "out-of-ops" }, null);
    }
    if (found !== 1) throw new Stop({ kind: "abi-version", found }, null);
    const index = this.#instances.length - 1;
    for (const [table, link] of TABLES) {
      const links = this.#dispatcher[table] as WebAssembly.Table;
      if (links.length <= index) links.grow(index + 1 - links.length);
      links.set(index, adapter[link] as Link);
    }
    return index;
  }

  /** Tells why a run was cut off; an error that is not the guest's is passed on. */
  #classify(error: unknown, inside = false): unknown {
    const call = decoder.decode(this.#ask("last_call", []));
    if (error instanceof Stop) return fault(error.kind, call, error.said);
    if (!inside && !call.includes('"inside":true')) return error;
    const below = (name: string) =>
      this.#instances.some(
        ({ exports }) => ((exports[name] as WebAssembly.Global<"i64">)?.value ?? 0n) < 0n,
      );
    if (below("headroom:gas")) return fault({ kind: "out-of-ops" }, call, null);
    if (below("headroom:stack") || error instanceof RangeError) {
      return fault({ kind: "call-depth" }, call, null);
    }
    return fault({ kind: "trap" }, call, null, error instanceof Error ? error.message : "");
  }

  /** Calls an export with byte arguments, then numbers, and takes the answer. */
  #ask(name: string, parts: Uint8Array[], numbers: number[] = []): Uint8Array<ArrayBuffer> {
    const placed = parts.map((part) => this.#place(part));
    const args = parts.flatMap((part, i) => [placed[i] ?? 0, part.length]);
    return this.#take(name, [...args, ...numbers], parts, placed);
  }

  /** `fault_case` has its numbers between its two byte arguments. */
  #askPlaced(name: string, first: Uint8Array, numbers: number[], last: Uint8Array) {
    const parts = [first, last];
    const placed = parts.map((part) => this.#place(part));
    const args = [placed[0] ?? 0, ...numbers, placed[1] ?? 0, last.length];
    return this.#take(name, args, parts, placed);
  }

  #place(part: Uint8Array): number {
    const ptr = (this.#exports.alloc as Answering)(part.length);
    new Uint8Array(this.#memory()).set(part, ptr);
    return ptr;
  }

  #take(name: string, args: number[], parts: Uint8Array[], placed: number[]) {
    const code = (this.#exports[name] as Answering)(...args);
    parts.forEach((part, i) => (this.#exports.release as Answering)(placed[i] ?? 0, part.length));
    const ptr = (this.#exports.result_ptr as Answering)();
    const len = (this.#exports.result_len as Answering)();
    const bytes = new Uint8Array(this.#memory()).slice(ptr, ptr + len);
    if (code !== 0) throw new EngineError(decoder.decode(bytes));
    return bytes;
  }

  #memory(): ArrayBuffer {
    return (this.#exports.memory as WebAssembly.Memory).buffer;
  }
}

/** The engine's refusal as a list. */
export function refusals(error: EngineError): Refusal[] {
  const found = JSON.parse(error.details) as Refusal | Refusal[];
  return Array.isArray(found) ? found : [found];
}

/** What `env.seed` answers: the upper 53 bits of the instance's seed. */
export function seedConstant(seed: bigint): number {
  return Number(BigInt.asUintN(64, seed) >> 11n);
}

/** An AssemblyScript string: UTF-16, its size in bytes before it. */
function ascString(memory: WebAssembly.Memory, ptr: number): string {
  const at = ptr >>> 0;
  const { buffer } = memory;
  if (at < 4 || at > buffer.byteLength) return "";
  const size = new DataView(buffer).getUint32(at - 4, true);
  if (size > 2048 || at + size > buffer.byteLength) return "";
  return new TextDecoder("utf-16le").decode(new Uint8Array(buffer).slice(at, at + size));
}

const ADVICE: Record<FaultKind["kind"], [string, string]> = {
  "out-of-ops": [
    "One call spent more operations than a call may.",
    "Look for a loop that does not end, or for work that grows with the number of tenants or " +
      "calls, such as a map that doubles.",
  ],
  "call-depth": [
    "Calls nested too deep.",
    "Look for recursion without an end; turn deep recursion into a loop.",
  ],
  trap: [
    "The module trapped.",
    "Look for a division by zero, an index out of bounds, a missing map key or an unreachable.",
  ],
  abort: [
    "The module aborted.",
    "A check failed at the place named; look at what it expected of its arguments.",
  ],
  "abi-version": ["abi_version() did not answer 1.", "Return 1 from abi_version()."],
  start: ["The module could not be started.", "Keep start-up small and without imports."],
};
/** What interpreters call the source of a script. */
const SCRIPT = /^policy\.\w+$/;
const SCRIPT_ADVICE: [string, string] = [
  "The script stopped.",
  "Look at the line named: what was thrown there ends the run.",
];

function fault(
  kind: FaultKind,
  call: string,
  said: Stop["said"],
  detail = "",
): GuestFault {
  const scripted = said && SCRIPT.test(said.file);
  const [sentence, advice] = scripted ? SCRIPT_ADVICE : ADVICE[kind.kind];
  const more = said?.message || detail;
  const message = more ? `${sentence.slice(0, -1)}: ${more}.` : sentence;
  const own = said && said.line > 0 && !said.file.startsWith("~lib");
  const trouble: Trouble = { code: kind.kind, message, advice };
  if (own) trouble.position = { line: said.line, column: said.column };
  return new GuestFault(kind, call, trouble);
}
