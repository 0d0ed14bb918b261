// A circuit breaker: three failures in a row open it for ten seconds. It runs, and it is not good:
// look at "Blips" and "One shard down" after the first run.

const OPEN_NS: i64 = 10_000_000_000;

let inARow: i32 = 0;
let openUntil: i64 = 0;

export function abi_version(): i32 {
  return 1;
}

// A call to `shard` is wanted: 1 sends it, 0 refuses it. `rand` is uniform in 0..2^53.
export function allow(shard: i32, nowNs: i64, rand: i64): i32 {
  return nowNs >= openUntil ? 1 : 0;
}

// A call of yours to `shard` has ended after `latencyNs`: `ok` is 1 if it succeeded.
export function on_result(shard: i32, ok: i32, latencyNs: i64, nowNs: i64): void {
  inARow = ok ? 0 : inARow + 1;
  if (inARow >= 3) {
    inARow = 0;
    openUntil = nowNs + OPEN_NS;
  }
}
