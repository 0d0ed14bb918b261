// A cache that evicts what came in first. It runs, and it is not good: look at "Loop" and
// "One-hit wonders" after the first run.

let capacity: i32 = 0;
let next: i32 = 0;
// The keys in the order in which they came in, round and round; 0 where there is none yet.
let ring = new StaticArray<i64>(0);

export function abi_version(): i32 {
  return 1;
}

// Called once: the cache has room for this many objects and is empty.
export function configure(size: i64): void {
  capacity = <i32>size;
  ring = new StaticArray<i64>(capacity);
}

// An object that is in the cache was asked for.
export function on_hit(key: i64): void {}

// An object that is not in the cache was asked for: the key of the one that goes for it, or -1 to
// leave it out. While there is room the answer counts for nothing, unless it is -1.
export function on_miss(key: i64): i64 {
  const victim = ring[next];
  ring[next] = key;
  next = (next + 1) % capacity;
  return victim;
}
