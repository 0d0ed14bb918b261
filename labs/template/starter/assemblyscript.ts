export function abi_version(): i32 {
  return 1;
}

export function decide(value: i64): i32 {
  return 1;
}
