//! Time as a parameter: the one place that asks the operating system what time it is, so that
//! everything else can be tested without sleeping.

use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

/// Where the time comes from. Cheap to clone; clones of a manual clock share their time.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is told to move. For tests.
    Manual(Arc<Hands>),
}

/// What a manual clock shows.
#[derive(Debug)]
pub struct Hands {
    /// The time of day, Unix milliseconds.
    wall_ms: AtomicI64,
    /// The time that passed, nanoseconds.
    passed_ns: AtomicU64,
}

const MS_NS: u64 = 1_000_000;

impl Clock {
    /// A clock that stands at `now_ms` (Unix milliseconds) until [`Clock::advance_ms`].
    #[must_use]
    pub fn manual(now_ms: i64) -> Self {
        Self::Manual(Arc::new(Hands {
            wall_ms: AtomicI64::new(now_ms),
            passed_ns: AtomicU64::new(now_ms.unsigned_abs().saturating_mul(MS_NS)),
        }))
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
            Self::Manual(hands) => hands.wall_ms.load(Ordering::SeqCst),
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
            Self::Manual(hands) => hands.passed_ns.load(Ordering::SeqCst),
        }
    }

    /// Lets `ms` milliseconds pass on a manual clock. The machine's clock is not ours to move:
    /// there it does nothing.
    pub fn advance_ms(&self, ms: i64) {
        self.set_ms(ms);
        if let Self::Manual(hands) = self {
            let passed = u64::try_from(ms).unwrap_or(0).saturating_mul(MS_NS);
            hands.passed_ns.fetch_add(passed, Ordering::SeqCst);
        }
    }

    /// Sets a manual clock forward by `ms` milliseconds, or back, as an administrator or NTP may:
    /// no time passes.
    pub fn set_ms(&self, ms: i64) {
        if let Self::Manual(hands) = self {
            hands.wall_ms.fetch_add(ms, Ordering::SeqCst);
        }
    }
}

/// Notices that the time of day was set: that it went on otherwise than time passed.
#[derive(Debug)]
pub struct Jumps {
    clock: Clock,
    apart_ms: i64,
}

/// Clocks that are kept right by degrees move less between two looks.
const JUMP_MS: i64 = 1_000;

impl Jumps {
    /// Watches a clock from now on.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        let apart_ms = apart_ms(&clock);
        Self { clock, apart_ms }
    }

    /// Milliseconds by which the clock was set forward since the last look, or back where they are
    /// negative; nothing where it was not. Look every few seconds.
    pub fn look(&mut self) -> Option<i64> {
        let apart_ms = apart_ms(&self.clock);
        let set_ms = apart_ms - std::mem::replace(&mut self.apart_ms, apart_ms);
        (set_ms.abs() >= JUMP_MS).then_some(set_ms)
    }
}

fn apart_ms(clock: &Clock) -> i64 {
    let passed_ms = i64::try_from(clock.monotonic_ns() / MS_NS).unwrap_or(i64::MAX);
    clock.now_ms().saturating_sub(passed_ms)
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
    use super::{Clock, Jumps};

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
    fn a_clock_that_is_set_is_noticed_and_time_goes_on() {
        let clock = Clock::manual(1_000);
        let mut jumps = Jumps::new(clock.clone());
        for set_ms in [3_600_000, -3_600_000, -86_400_000, 86_400_000] {
            clock.advance_ms(5_000);
            assert_eq!(jumps.look(), None);
            let before = (clock.now_ms(), clock.monotonic_ns());
            clock.set_ms(set_ms);
            assert_eq!(
                (clock.now_ms(), clock.monotonic_ns()),
                (before.0 + set_ms, before.1)
            );
            clock.advance_ms(1_000);
            assert_eq!((jumps.look(), jumps.look()), (Some(set_ms), None));
        }
        clock.set_ms(500);
        assert_eq!(jumps.look(), None);
    }

    #[test]
    fn the_system_clock_is_after_2025_and_monotonic() {
        assert!(Clock::System.now_ms() > 1_735_689_600_000);
        let before = Clock::System.monotonic_ns();
        assert!(Clock::System.monotonic_ns() >= before);
    }
}
