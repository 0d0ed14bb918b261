//! Alarms on an error budget: pages in every minute in which more than 0.1 % failed. Keep the
//! past in a `static` array of fixed size: a ring of 4,320 minutes holds three days.

#[unsafe(no_mangle)]
pub extern "C" fn abi_version() -> i32 {
    1
}

/// The last minute had `good` answers out of `total`: 0 no alarm, 1 ticket, 2 page.
#[unsafe(no_mangle)]
pub extern "C" fn on_minute(good: i64, total: i64, _now_min: i64) -> i32 {
    if (total - good) * 1000 > total { 2 } else { 0 }
}
