//! Calls and failures of the last seconds, in ten slots.

/// Slots of a window. What leaves it leaves a tenth at a time.
const SLOTS: usize = 10;

/// How many calls ended in the last `length_ns`, and how many of them failed. Between nine and
/// ten tenths of the length, for a slot is forgotten as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    slots: [[i32; 2]; SLOTS],
    /// Number of the newest slot since time began.
    newest: i64,
    calls: i32,
    failed: i32,
}

impl Window {
    /// Counts a call that ended at `now_ns`.
    pub fn record(&mut self, now_ns: i64, length_ns: i64, failed: bool) {
        self.advance(now_ns * SLOTS as i64 / length_ns.max(1));
        let slot = &mut self.slots[(self.newest % SLOTS as i64) as usize];
        slot[0] += 1;
        slot[1] += i32::from(failed);
        self.calls += 1;
        self.failed += i32::from(failed);
    }

    /// Forgets what is older than the window.
    fn advance(&mut self, slot: i64) {
        let passed = (slot - self.newest).clamp(0, SLOTS as i64);
        for past in slot - passed + 1..=slot {
            let old = std::mem::take(&mut self.slots[(past % SLOTS as i64) as usize]);
            self.calls -= old[0];
            self.failed -= old[1];
        }
        self.newest = self.newest.max(slot);
    }

    /// Whether at least `ppm` of at least `least` calls failed.
    #[must_use]
    pub fn exceeds(&self, ppm: i64, least: i64) -> bool {
        let (calls, failed) = (i64::from(self.calls), i64::from(self.failed));
        calls >= least && failed * 1_000_000 >= ppm * calls
    }

    /// Calls and failures counted.
    #[must_use]
    pub const fn counts(&self) -> (i32, i32) {
        (self.calls, self.failed)
    }
}
