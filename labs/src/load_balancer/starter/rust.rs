//! A load balancer that picks any server. Keep what you know of each in a `static` array: there
//! are at most 20, and each dispatcher has a memory of its own.

#[unsafe(no_mangle)]
pub extern "C" fn abi_version() -> i32 {
    1
}

/// The server, 0 to n - 1, for the request that has just arrived. `rand` is uniform in 0..2^53.
#[unsafe(no_mangle)]
pub extern "C" fn pick(n: i32, _now_ns: i64, rand: i64) -> i32 {
    (rand % i64::from(n)) as i32
}

/// A request of yours came back from `server`: `ok` is 1 if it succeeded.
#[unsafe(no_mangle)]
pub extern "C" fn on_done(_server: i32, _latency_ns: i64, _ok: i32, _now_ns: i64) {}
