//! A circuit breaker that never opens. Keep what you know of each shard in a `static` array: there
//! are at most 4,000, and each caller has a memory of its own.

#[unsafe(no_mangle)]
pub extern "C" fn abi_version() -> i32 {
    1
}

/// A call to `shard` is wanted: 1 sends it, 0 refuses it. `rand` is uniform in 0..2^53.
#[unsafe(no_mangle)]
pub extern "C" fn allow(_shard: i32, _now_ns: i64, _rand: i64) -> i32 {
    1
}

/// A call of yours to `shard` has ended after `latency_ns`: `ok` is 1 if it succeeded.
#[unsafe(no_mangle)]
pub extern "C" fn on_result(_shard: i32, _ok: i32, _latency_ns: i64, _now_ns: i64) {}
