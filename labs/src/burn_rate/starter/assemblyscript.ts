// Alarms on an error budget: pages while more than 0.1 % of the last five minutes failed. It
// runs, and it is not good: look at "Blips" and "Drip" after the first run.

const WINDOW = 5;
const bad = new StaticArray<i64>(WINDOW);
const all = new StaticArray<i64>(WINDOW);
let minutes = 0;

export function abi_version(): i32 {
  return 1;
}

// The last minute had `good` answers out of `total`: 0 no alarm, 1 ticket, 2 page.
export function on_minute(good: i64, total: i64, nowMin: i64): i32 {
  bad[minutes % WINDOW] = total - good;
  all[minutes % WINDOW] = total;
  minutes++;
  let failed: i64 = 0;
  let requests: i64 = 0;
  for (let i = 0; i < WINDOW; i++) {
    failed += bad[i];
    requests += all[i];
  }
  return failed * 1000 > requests ? 2 : 0;
}
