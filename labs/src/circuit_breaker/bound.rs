//! What a caller could have who knows which shard is broken when.

use super::shards::Shards;

/// Sends a call if, and only if, it will succeed. Nobody succeeds more often: outside of cold
/// shards every call's ending is drawn, and of a cold one it takes each call that is in time, all
/// of which are the same amount of work.
pub struct Clairvoyant<'a>(Shards<'a>);

impl<'a> Clairvoyant<'a> {
    /// With shards of its own.
    pub const fn new(shards: Shards<'a>) -> Self {
        Self(shards)
    }

    /// Whether call `k` succeeds, sent at `now` by one who knows; if not, it is not sent.
    pub fn succeeds(&mut self, now: i64, k: u64) -> bool {
        let ok = self.0.ending(now, k).ok;
        if ok {
            self.0.send(now, k);
        }
        ok
    }
}
