// A cache that evicts what came in first. It runs, and it is not good: look at "Loop" and
// "One-hit wonders" after the first run.

let capacity = 0;
let next = 0;
// The keys in the order in which they came in, round and round; 0 where there is none yet.
let ring = [];

// Called once: the cache has room for this many objects and is empty.
export function configure(size) {
  capacity = size;
  ring = new Array(size).fill(0);
}

// An object that is in the cache was asked for. Keys are whole numbers below 2^53.
export function on_hit(key) {}

// An object that is not in the cache was asked for: the key of the one that goes for it, or -1 to
// leave it out. While there is room the answer counts for nothing, unless it is -1.
export function on_miss(key) {
  const victim = ring[next];
  ring[next] = key;
  next = (next + 1) % capacity;
  return victim;
}
