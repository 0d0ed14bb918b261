//! What a first attempt looks like: try again, three times, whatever it was.

use super::policy::{Ended, GIVE_UP, OK, Retry};

/// Three more attempts at once, even after errors that must not be repeated.
pub struct ThreeTimes;

impl Retry for ThreeTimes {
    fn on_result(&mut self, ended: &Ended) -> i64 {
        if ended.outcome != OK && ended.attempt < 4 {
            0
        } else {
            GIVE_UP
        }
    }
}
