//! What a first attempt looks like: one window, one threshold.

use super::policy::Pager;
use super::windows::Windows;

/// Pages while the errors of one window are at or above a burn rate.
pub struct OneWindow {
    windows: Windows,
    tenths: i64,
}

impl OneWindow {
    /// A window of `minutes` and a burn rate of `tenths / 10`.
    #[must_use]
    pub fn new(minutes: usize, tenths: i64) -> Self {
        Self {
            windows: Windows::new(&[minutes]),
            tenths,
        }
    }
}

impl Pager for OneWindow {
    fn on_minute(&mut self, good: i64, total: i64, _now_min: i64) -> i32 {
        self.windows.push(good, total);
        if self.windows.burns(0, self.tenths) {
            2
        } else {
            0
        }
    }
}
