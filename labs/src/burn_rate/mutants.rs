//! Common mistakes. Each must score lower than the reference, and says why.

use super::policy::Pager;
use super::reference::Workbook;
use super::windows::Windows;

/// Answers every minute alike.
pub struct Always(pub i32);

impl Pager for Always {
    fn on_minute(&mut self, _good: i64, _total: i64, _now_min: i64) -> i32 {
        self.0
    }
}

/// The long windows without the short ones: the page goes on for hours after the repair.
pub struct LongWindowsOnly(Windows);

impl Default for LongWindowsOnly {
    fn default() -> Self {
        Self(Windows::new(&[60, 360, 4320]))
    }
}

impl Pager for LongWindowsOnly {
    fn on_minute(&mut self, good: i64, total: i64, _now_min: i64) -> i32 {
        self.0.push(good, total);
        match () {
            () if self.0.burns(0, 144) || self.0.burns(1, 60) => 2,
            () if self.0.burns(2, 10) => 1,
            () => 0,
        }
    }
}

/// The rules with numbers of failures instead of shares, right for 6,000 requests a minute
/// and for nothing else.
pub struct Counts(Windows);

impl Default for Counts {
    fn default() -> Self {
        Self(Windows::new(&[5, 30, 60, 360, 4320]))
    }
}

impl Counts {
    fn over(&self, window: usize, minutes: i64, tenths: i64) -> bool {
        self.0.sum(window).bad * 10 >= 6 * minutes * tenths
    }
}

impl Pager for Counts {
    fn on_minute(&mut self, good: i64, total: i64, _now_min: i64) -> i32 {
        self.0.push(good, total);
        let fast = self.over(2, 60, 144) && self.over(0, 5, 144);
        let slow = self.over(3, 360, 60) && self.over(1, 30, 60);
        let ticket = self.over(4, 4320, 10) && self.over(3, 360, 10);
        match () {
            () if fast || slow => 2,
            () if ticket => 1,
            () => 0,
        }
    }
}

/// The reference with 1 and 2 mistaken for each other: tickets for fires, pages for drips.
pub struct SwappedLevels(Workbook);

impl Default for SwappedLevels {
    fn default() -> Self {
        Self(Workbook::guarded())
    }
}

impl Pager for SwappedLevels {
    fn on_minute(&mut self, good: i64, total: i64, now_min: i64) -> i32 {
        match self.0.on_minute(good, total, now_min) {
            1 => 2,
            2 => 1,
            level => level,
        }
    }
}

/// The reference whose alarm stays until four hours have passed without a reason: the
/// page outlives the incident, and hides the next one.
pub struct Latched {
    rules: Workbook,
    level: i32,
    quiet: i64,
}

impl Default for Latched {
    fn default() -> Self {
        Self {
            rules: Workbook::guarded(),
            level: 0,
            quiet: 0,
        }
    }
}

/// Minutes without a reason after which [`Latched`] gives up its alarm.
const PATIENCE_MIN: i64 = 240;

impl Pager for Latched {
    fn on_minute(&mut self, good: i64, total: i64, now_min: i64) -> i32 {
        let level = self.rules.on_minute(good, total, now_min);
        self.quiet = if level < self.level {
            self.quiet + 1
        } else {
            0
        };
        if level > self.level || self.quiet > PATIENCE_MIN {
            self.level = level;
            self.quiet = 0;
        }
        self.level
    }
}
