// A whole run: every public scenario and seed, for the learner and for built-in policies.

import { GuestFault, type Engine, type Subject } from "./engine.js";
import type { Ask, Look } from "./types.js";

const YOU = -1;

/** Runs it and sends the page's messages, as JSON, while it goes. */
export async function runLab(
  fresh: () => Engine,
  ask: Extract<Ask, { kind: "run" }>,
  /** Whether the module is that of a script. */
  script: boolean,
  send: (json: string) => void,
): Promise<void> {
  let engine = fresh();
  const { spec, policies } = engine.spec(ask.lab);
  const room = ask.wasm ? await engine.prepare(ask.lab, ask.wasm, script) : null;
  if (room) engine.admit(room);
  const cases = spec.scenarios.flatMap((scenario, index) =>
    scenario.public ? scenario.seeds.map((seed, i) => ({ id: scenario.id, index, seed, i })) : [],
  );
  const known = ask.policies.filter((id) => policies.includes(id));
  const subjects = [
    ...(room ? [{ who: "you", policy: YOU }] : []),
    ...known.map((id) => ({ who: id, policy: policies.indexOf(id) })),
  ];
  const total = cases.length * subjects.length;
  const told = new Set<string>();
  let done = 0;
  for (const { who, policy } of subjects) {
    const answers: string[] = [];
    for (const { id, index, seed, i } of cases) {
      let answer: string;
      try {
        const world = ask.worlds?.[id];
        answer = engine.runCase(ask.lab, index, i, policy, world ? JSON.stringify(world) : "");
      } catch (error) {
        if (!(error instanceof GuestFault)) throw error;
        if (!told.has(error.message)) send(JSON.stringify({ type: "fault", ...error.trouble }));
        told.add(error.message);
        engine = fresh();
        if (room) engine.admit(room);
        answer = engine.faultCase(ask.lab, index, i, error);
      }
      answers.push(answer);
      const head = JSON.stringify({ type: "case", who, scenario: id, seed });
      send(`${head.slice(0, -1)},${answer.slice(1)}`);
      send(JSON.stringify({ type: "progress", done: ++done, total }));
    }
    const subject = policy === YOU ? await yours(ask.wasm!, script) : { policy: who };
    const report = engine.assemble(ask.lab, subject, answers);
    const { digest: seal } = JSON.parse(report) as { digest: string };
    send(JSON.stringify({ type: "report", who, report, digest: seal }));
  }
}

async function yours(wasm: Uint8Array, script: boolean): Promise<Subject> {
  const seal = await digest(wasm);
  return script ? { script: seal } : { module: seal };
}

/** One case, without a report: sends `{"type": "look", "found"}` with what was asked for. */
export async function lookInto(
  fresh: () => Engine,
  ask: Look,
  script: boolean,
  send: (json: string) => void,
): Promise<void> {
  const engine = fresh();
  let policy = YOU;
  if (ask.wasm) engine.admit(await engine.prepare(ask.lab, ask.wasm, script));
  else policy = engine.spec(ask.lab).policies.indexOf(ask.policy ?? "");
  const { lab, scenario, around, world } = ask;
  const found = around
    ? engine.look(lab, scenario, 0, policy, around, world)
    : engine.runCase(lab, scenario, 0, policy, world);
  send(`{"type":"look","found":${found}}`);
}

async function digest(bytes: Uint8Array): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource));
  return [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
