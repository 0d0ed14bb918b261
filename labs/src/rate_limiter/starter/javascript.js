// A rate limiter: a counter per tenant and window. It runs, and it is not good: look at
// "Window edge" and "Long tail" after the first run.

const tenants = new Map();

// The contract: one token per intervalNs, at most burst tokens at once.
export function configure(tenant, intervalNs, burst) {
  const known = tenants.get(tenant);
  tenants.set(tenant, { intervalNs, burst, window: known?.window ?? -1, spent: known?.spent ?? 0 });
}

// 1 admits the request of `cost` tokens, 0 denies it.
export function allow(tenant, nowNs, cost) {
  const state = tenants.get(tenant);
  const window = Math.floor(nowNs / (state.intervalNs * state.burst));
  if (window !== state.window) {
    state.window = window;
    state.spent = 0;
  }
  if (state.spent + cost > state.burst) return 0;
  state.spent += cost;
  return 1;
}
