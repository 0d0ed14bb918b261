// Retries: up to three more attempts at once, whatever the error was. It runs, and it is not
// good: look at "Stall" and "Permanent errors" after the first run.

const GIVE_UP = -1;
const OK = 0; // 1 transient, 2 refused, 3 no answer, 4 permanent

// The delay in ns before the next attempt, or GIVE_UP. All times are in ns; rand is below 2 ** 53.
export function on_result(call, attempt, outcome, elapsedNs, leftNs, hintNs, nowNs, rand) {
  if (outcome === OK) return GIVE_UP;
  return attempt < 4 ? 0 : GIVE_UP;
}
