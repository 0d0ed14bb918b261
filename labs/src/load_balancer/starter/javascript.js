// A load balancer: one server after the other. It runs, and it is not good: look at "Half
// speed" and "Stragglers" after the first run.

let next = 0;

// The server, 0 to n - 1, for the request that has just arrived. `rand` is a whole number below
// 2^53.
export function pick(n, nowNs, rand) {
  next = (next + 1) % n;
  return next;
}

// A request of yours came back from `server`: `ok` is 1 if it succeeded.
export function on_done(server, latencyNs, ok, nowNs) {}
