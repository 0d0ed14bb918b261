// A circuit breaker: three failures in a row open it for ten seconds. It runs, and it is not good:
// look at "Blips" and "One shard down" after the first run.

const OPEN_NS = 10_000_000_000;

let inARow = 0;
let openUntil = 0;

// A call to `shard` is wanted: 1 sends it, 0 refuses it. `rand` is a whole number below 2^53.
export function allow(shard, nowNs, rand) {
  return nowNs >= openUntil ? 1 : 0;
}

// A call of yours to `shard` has ended after `latencyNs`: `ok` is 1 if it succeeded.
export function on_result(shard, ok, latencyNs, nowNs) {
  inARow = ok ? 0 : inARow + 1;
  if (inARow >= 3) {
    inARow = 0;
    openUntil = nowNs + OPEN_NS;
  }
}
