//! What a first attempt looks like: the breaker of the textbook.

use super::reference::{Rules, Trip};
use crate::engine::SEC;

/// One breaker for the whole dependency, opened for 5 s by five failures in a row. A success in
/// between starts the count anew, so one dead shard of ten is never seen; the failures of one
/// second come back in a row, so a blip is.
pub const CONSECUTIVE: Rules = Rules {
    breakers: 1,
    trip: Trip::InARow(5),
    open_ns: 5 * SEC,
    jitter_ns: 0,
    probes: 3,
    successes: 3,
};
