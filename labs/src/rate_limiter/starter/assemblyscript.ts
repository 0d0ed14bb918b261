// A rate limiter: a counter per tenant and window. It runs, and it is not good: look at
// "Window edge" and "Long tail" after the first run.

class Tenant {
  intervalNs: i64 = 1;
  burst: i64 = 0;
  window: i64 = -1;
  spent: i64 = 0;
}

const tenants = new Map<i64, Tenant>();

export function abi_version(): i32 {
  return 1;
}

// The contract: one token per intervalNs, at most burst tokens at once.
export function configure(tenant: i64, intervalNs: i64, burst: i64): void {
  if (!tenants.has(tenant)) tenants.set(tenant, new Tenant());
  const state = tenants.get(tenant);
  state.intervalNs = intervalNs;
  state.burst = burst;
}

// 1 admits the request of `cost` tokens, 0 denies it.
export function allow(tenant: i64, nowNs: i64, cost: i64): i32 {
  const state = tenants.get(tenant);
  const window = nowNs / (state.intervalNs * state.burst);
  if (window != state.window) {
    state.window = window;
    state.spent = 0;
  }
  if (state.spent + cost > state.burst) return 0;
  state.spent += cost;
  return 1;
}
