//! A rate limiter that admits everything. Keep what you need to know of each tenant in a
//! `static` table of fixed size: memory is part of the score, and `std` collections that
//! grow will not fit the long tail.

#[unsafe(no_mangle)]
pub extern "C" fn abi_version() -> i32 {
    1
}

/// The contract: one token per `interval_ns`, at most `burst` tokens at once.
#[unsafe(no_mangle)]
pub extern "C" fn configure(_tenant: i64, _interval_ns: i64, _burst: i64) {}

/// 1 admits the request of `cost` tokens, 0 denies it.
#[unsafe(no_mangle)]
pub extern "C" fn allow(_tenant: i64, _now_ns: i64, _cost: i64) -> i32 {
    1
}
