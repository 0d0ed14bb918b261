//! What was served within the last hour, minute by minute, and what that means for the objectives
//! the site sets itself. The arithmetic is that of the lesson on alerting: the burn rate is how
//! many times faster than allowed the error budget is spent (Beyer et al., The Site Reliability
//! Workbook, chapter 5).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const MINUTE_MS: i64 = 60_000;
/// Minutes that are remembered.
const MINUTES: usize = 60;
/// A page that takes longer is slow.
const SLOW: Duration = Duration::from_millis(100);

/// An answer.
#[derive(Clone, Copy, Debug)]
pub struct Served {
    /// Whether the server could not do its work.
    pub failed: bool,
    /// Until its head was ready.
    pub took: Duration,
    /// Whether it is something to read, not the API's.
    pub is_page: bool,
}

/// The last hour.
#[derive(Debug)]
pub struct Window(Mutex<Minutes>);

impl Default for Window {
    fn default() -> Self {
        Self(Mutex::new([Minute::default(); MINUTES]))
    }
}

type Minutes = [Minute; MINUTES];

/// One minute: which one, and what was served in it.
#[derive(Clone, Copy, Debug)]
struct Minute {
    number: i64,
    counts: Counts,
}

impl Default for Minute {
    fn default() -> Self {
        Self {
            number: i64::MIN,
            counts: Counts::default(),
        }
    }
}

/// How many answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub answers: u64,
    /// Those with a status of 500 and more.
    pub failed: u64,
    /// Pages.
    pub pages: u64,
    /// Pages that took longer than 100 ms.
    pub slow: u64,
}

/// Something the site promises itself.
#[derive(Clone, Copy, Debug)]
pub struct Objective {
    /// Its name.
    pub name: &'static str,
    /// In words.
    pub words: &'static str,
    /// Of a million, how many may fall short.
    pub budget_ppm: u64,
    /// Of what was served: how many count, how many of them fell short.
    of: fn(&Counts) -> (u64, u64),
}

/// The objectives.
pub const OBJECTIVES: [Objective; 2] = [
    Objective {
        name: "availability",
        words: "99.9 % of answers are no failure of the server",
        budget_ppm: 1_000,
        of: |counts| (counts.answers, counts.failed),
    },
    Objective {
        name: "latency",
        words: "99 % of pages are ready within 100 ms",
        budget_ppm: 10_000,
        of: |counts| (counts.pages, counts.slow),
    },
];

impl Objective {
    /// How many answers count for it and how many fell short.
    #[must_use]
    pub fn shortfall(&self, counts: &Counts) -> (u64, u64) {
        (self.of)(counts)
    }

    /// How many times faster than allowed the budget was spent, times 100; 100 spends exactly the
    /// budget. Nothing where nothing was served.
    #[must_use]
    pub fn burn_percent(&self, counts: &Counts) -> Option<u64> {
        let (all, short) = self.shortfall(counts);
        (short * 100 * 1_000_000).checked_div(all * self.budget_ppm)
    }
}

impl Window {
    /// Counts an answer at `now_ms`, Unix milliseconds.
    pub fn served(&self, answer: Served, now_ms: i64) {
        let number = now_ms.div_euclid(MINUTE_MS);
        let mut minutes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = usize::try_from(number.rem_euclid(MINUTES as i64)).unwrap_or(0);
        let minute = &mut minutes[place];
        if minute.number != number {
            *minute = Minute {
                number,
                counts: Counts::default(),
            };
        }
        let slow = answer.is_page && answer.took > SLOW;
        minute.counts.answers += 1;
        minute.counts.failed += u64::from(answer.failed);
        minute.counts.pages += u64::from(answer.is_page);
        minute.counts.slow += u64::from(slow);
    }

    /// What was served in each of the last sixty minutes, the one at `now_ms` last.
    #[must_use]
    pub fn minutes(&self, now_ms: i64) -> Vec<Counts> {
        let most = i64::try_from(MINUTES).unwrap_or(i64::MAX);
        let ago = (0..most).rev();
        let one = |ago| self.last(1, now_ms - ago * MINUTE_MS);
        ago.map(one).collect()
    }

    /// What was served in the last `minutes`, at most 60, the one at `now_ms` included.
    #[must_use]
    pub fn last(&self, minutes: i64, now_ms: i64) -> Counts {
        let now = now_ms.div_euclid(MINUTE_MS);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = known
            .iter()
            .filter(|minute| minute.number <= now && minute.number > now.saturating_sub(minutes));
        recent.fold(Counts::default(), |sum, minute| Counts {
            answers: sum.answers + minute.counts.answers,
            failed: sum.failed + minute.counts.failed,
            pages: sum.pages + minute.counts.pages,
            slow: sum.slow + minute.counts.slow,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(took_ms: u64, failed: bool) -> Served {
        Served {
            failed,
            took: Duration::from_millis(took_ms),
            is_page: true,
        }
    }

    #[test]
    fn the_window_moves_and_budgets_burn() {
        let window = Window::default();
        let [availability, latency] = OBJECTIVES;
        let start_ms = 1_800_000_000_000;
        assert_eq!(availability.burn_percent(&window.last(60, start_ms)), None);
        for second in 0..1_000 {
            // One in a hundred fails, ten times the budget; two in a hundred are slow, twice it.
            let answer = page(if second % 50 == 1 { 101 } else { 100 }, second % 100 == 0);
            window.served(answer, start_ms + second * 1_000);
        }
        let now_ms = start_ms + 999_000;
        let hour = window.last(60, now_ms);
        assert_eq!((hour.answers, hour.failed, hour.slow), (1_000, 10, 20));
        assert_eq!(availability.burn_percent(&hour), Some(1_000));
        assert_eq!(latency.burn_percent(&hour), Some(200));
        let minutes: Vec<u64> = window.minutes(now_ms).iter().map(|m| m.answers).collect();
        assert_eq!(
            (minutes[42], minutes[43], minutes[58], minutes[59]),
            (0, 60, 60, 40)
        );
        // The minute that has begun and four before it.
        assert_eq!(window.last(5, now_ms).answers, 4 * 60 + 40);
        // After an hour of silence nothing is left.
        let later_ms = now_ms + 60 * MINUTE_MS;
        assert_eq!(window.last(60, later_ms), Counts::default());
        window.served(page(1, false), later_ms);
        assert_eq!(window.last(60, later_ms).answers, 1);
    }
}
