export function decide(value) {
  return 1;
}
