//! A cache that evicts what came in first. It runs, and it is not good: look at "Loop" and
//! "One-hit wonders" after the first run.

// The cache has at most 1,000 places, and four times as many in worlds that you change.
var capacity: usize = 0;
var next: usize = 0;
// The keys in the order in which they came in, round and round; 0 where there is none yet.
var ring: [4000]i64 = @splat(0);

export fn abi_version() i32 {
    return 1;
}

/// Called once: the cache has room for this many objects and is empty.
export fn configure(size: i64) void {
    capacity = @intCast(size);
}

/// An object that is in the cache was asked for.
export fn on_hit(key: i64) void {
    _ = key;
}

/// An object that is not in the cache was asked for: the key of the one that goes for it, or -1
/// to leave it out. While there is room the answer counts for nothing, unless it is -1.
export fn on_miss(key: i64) i64 {
    const victim = ring[next];
    ring[next] = key;
    next = (next + 1) % capacity;
    return victim;
}
