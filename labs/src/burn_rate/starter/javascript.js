// Alarms on an error budget: pages while more than 0.1 % of the last five minutes failed. It
// runs, and it is not good: look at "Blips" and "Drip" after the first run.

const WINDOW = 5;
const bad = new Array(WINDOW).fill(0);
const all = new Array(WINDOW).fill(0);
let minutes = 0;

// The last minute had `good` answers out of `total`: 0 no alarm, 1 ticket, 2 page.
export function on_minute(good, total, nowMin) {
  bad[minutes % WINDOW] = total - good;
  all[minutes % WINDOW] = total;
  minutes += 1;
  let failed = 0;
  let requests = 0;
  for (let i = 0; i < WINDOW; i += 1) {
    failed += bad[i];
    requests += all[i];
  }
  return failed * 1000 > requests ? 2 : 0;
}
