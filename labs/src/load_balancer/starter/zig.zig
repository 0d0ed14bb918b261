//! A load balancer that picks any server. Keep what you know of each in a global array: there are
//! at most 20, and each dispatcher has a memory of its own.

export fn abi_version() i32 {
    return 1;
}

/// The server, 0 to n - 1, for the request that has just arrived. `rand` is uniform in 0..2^53.
export fn pick(n: i32, now_ns: i64, rand: i64) i32 {
    _ = now_ns;
    return @intCast(@mod(rand, n));
}

/// A request of yours came back from `server`: `ok` is 1 if it succeeded.
export fn on_done(server: i32, latency_ns: i64, ok: i32, now_ns: i64) void {
    _ = server;
    _ = latency_ns;
    _ = ok;
    _ = now_ns;
}
