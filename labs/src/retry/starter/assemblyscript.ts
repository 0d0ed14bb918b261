// Retries: up to three more attempts at once, whatever the error was. It runs, and it is not
// good: look at "Stall" and "Permanent errors" after the first run.

const GIVE_UP: i64 = -1;
const OK: i32 = 0; // 1 transient, 2 refused, 3 no answer, 4 permanent

export function abi_version(): i32 {
  return 1;
}

// The delay in ns before the next attempt, or GIVE_UP.
export function on_result(
  call: i64, attempt: i32, outcome: i32, elapsedNs: i64,
  leftNs: i64, hintNs: i64, nowNs: i64, rand: i64,
): i64 {
  if (outcome == OK) return GIVE_UP;
  return attempt < 4 ? 0 : GIVE_UP;
}
