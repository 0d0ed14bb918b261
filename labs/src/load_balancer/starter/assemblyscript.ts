// A load balancer: one server after the other. It runs, and it is not good: look at "Half
// speed" and "Stragglers" after the first run.

let next: i32 = 0;

export function abi_version(): i32 {
  return 1;
}

// The server, 0 to n - 1, for the request that has just arrived. `rand` is uniform in 0..2^53.
export function pick(n: i32, nowNs: i64, rand: i64): i32 {
  next = (next + 1) % n;
  return next;
}

// A request of yours came back from `server`: `ok` is 1 if it succeeded.
export function on_done(server: i32, latencyNs: i64, ok: i32, nowNs: i64): void {}
