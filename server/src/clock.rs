//! Time as a parameter: the one place that asks the operating system what time it is, so that
//! everything else can be tested without sleeping.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

/// Where the time comes from. Cheap to clone; clones of a manual clock share their time.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is told to move, in Unix milliseconds. For tests.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now_ms` (Unix milliseconds) until [`Clock::advance_ms`].
    #[must_use]
    pub fn manual(now_ms: i64) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(now_ms)))
    }

    /// The time of day, in Unix milliseconds.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system"
    )]
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| {
                    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
                }),
            Self::Manual(now) => now.load(Ordering::SeqCst),
        }
    }

    /// The time of day, as libraries want it.
    #[must_use]
    pub fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(u64::try_from(self.now_ms()).unwrap_or(0))
    }

    /// Nanoseconds since an arbitrary moment; never goes back. For durations.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system"
    )]
    pub fn monotonic_ns(&self) -> u64 {
        static START: OnceLock<Instant> = OnceLock::new();
        match self {
            Self::System => {
                let elapsed = START.get_or_init(Instant::now).elapsed();
                u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
            }
            Self::Manual(_) => u64::try_from(self.now_ms())
                .unwrap_or(0)
                .saturating_mul(1_000_000),
        }
    }

    /// Moves a manual clock forward by `ms` milliseconds. The machine's clock is not ours to move:
    /// there it does nothing.
    pub fn advance_ms(&self, ms: i64) {
        if let Self::Manual(now) = self {
            now.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

/// What this thread has used, so that other work on the machine does not count.
#[must_use]
pub fn processor_time() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanos) = (u64::try_from(now.tv_sec), u32::try_from(now.tv_nsec));
    Duration::new(seconds.unwrap_or(0), nanos.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn a_manual_clock_moves_only_when_told() {
        let clock = Clock::manual(1_000);
        let same = clock.clone();
        assert_eq!(
            (clock.now_ms(), clock.monotonic_ns()),
            (1_000, 1_000_000_000)
        );
        clock.advance_ms(5);
        assert_eq!(same.now_ms(), 1_005);
    }

    #[test]
    fn the_system_clock_is_after_2025_and_monotonic() {
        assert!(Clock::System.now_ms() > 1_735_689_600_000);
        let before = Clock::System.monotonic_ns();
        assert!(Clock::System.monotonic_ns() >= before);
    }
}
