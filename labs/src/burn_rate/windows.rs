//! Sums over the last minutes: what every rule about burn rates needs.

use super::trace::Minute;

/// A window that slides by a minute at a time.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    minutes: usize,
    /// Requests and failures in it.
    pub sum: Minute,
}

/// The windows of one policy over a ring of minutes.
#[derive(Debug, Clone)]
pub struct Windows {
    ring: Vec<Minute>,
    seen: usize,
    windows: Vec<Window>,
}

impl Windows {
    /// One window for each length in minutes.
    #[must_use]
    pub fn new(lengths: &[usize]) -> Self {
        let window = |&minutes: &usize| Window {
            minutes,
            sum: Minute::default(),
        };
        let longest = lengths.iter().copied().max().unwrap_or(1);
        Self {
            ring: vec![Minute::default(); longest],
            seen: 0,
            windows: lengths.iter().map(window).collect(),
        }
    }

    /// Enters a minute.
    pub fn push(&mut self, good: i64, total: i64) {
        let new = Minute {
            bad: total - good,
            total,
        };
        let length = self.ring.len();
        for window in &mut self.windows {
            // What leaves the window; zeros as long as it is not full.
            let old = self.ring[(self.seen + length - window.minutes) % length];
            window.sum.bad += new.bad - old.bad;
            window.sum.total += new.total - old.total;
        }
        self.ring[self.seen] = new;
        self.seen = (self.seen + 1) % length;
    }

    /// Requests and failures of the window at this position.
    #[must_use]
    pub fn sum(&self, window: usize) -> Minute {
        self.windows[window].sum
    }

    /// Whether the window's burn rate is at least `tenths / 10` for an objective of 99.9 %.
    #[must_use]
    pub fn burns(&self, window: usize, tenths: i64) -> bool {
        let Minute { bad, total } = self.sum(window);
        // bad / total / 0.001 ≥ tenths / 10, without dividing.
        total > 0 && bad * 10_000 >= total * tenths
    }
}
