//! The reference: the multi-window rules of the SRE Workbook, guarded against small numbers.

use super::policy::Pager;
use super::windows::Windows;

/// Positions in [`LENGTHS`].
const FIVE_MIN: usize = 0;
const HALF_HOUR: usize = 1;
const HOUR: usize = 2;
const SIX_HOURS: usize = 3;
const THREE_DAYS: usize = 4;
/// Lengths of the windows in minutes.
const LENGTHS: [usize; 5] = [5, 30, 60, 360, 4320];

/// A rule: it holds if both windows burn at `tenths / 10` at least.
struct Rule {
    long: usize,
    short: usize,
    tenths: i64,
    level: i32,
}

// lesson: rules
/// Beyer et al., *The Site Reliability Workbook*, chapter 5: 2 % of a 30-day budget in an hour
/// is a burn rate of 0.02 · 720 / 1 = 14.4; 5 % in six hours is 6; 10 % in three days is 1.
const RULES: [Rule; 3] = [
    Rule {
        long: HOUR,
        short: FIVE_MIN,
        tenths: 144,
        level: 2,
    },
    Rule {
        long: SIX_HOURS,
        short: HALF_HOUR,
        tenths: 60,
        level: 2,
    },
    Rule {
        long: THREE_DAYS,
        short: SIX_HOURS,
        tenths: 10,
        level: 1,
    },
];
// lesson: end

/// Failures that the windows of a rule must hold.
#[derive(Clone, Copy)]
struct Least {
    long: i64,
    short: i64,
}

/// Multi-window, multi-burn-rate alerts: the long window says that it matters, the short one
/// that it still goes on. At ten requests an hour a single failure is a burn rate of a hundred,
/// so a rule speaks only if its windows hold at least some failures: the long one, because one
/// failure is no incident, and the short one, because after an incident the long one remembers
/// enough of them for days.
pub struct Workbook {
    windows: Windows,
    least: Least,
    rules: &'static [Rule],
}

impl Workbook {
    /// The reference.
    #[must_use]
    pub fn guarded() -> Self {
        Self::new(Least { long: 5, short: 2 }, &RULES)
    }

    /// As printed in the book: one failure may be enough.
    #[must_use]
    pub fn plain() -> Self {
        Self::new(Least { long: 1, short: 1 }, &RULES)
    }

    /// Only the two rules that page.
    #[must_use]
    pub fn page_pair() -> Self {
        Self::new(Least { long: 1, short: 1 }, &RULES[..2])
    }

    fn new(least: Least, rules: &'static [Rule]) -> Self {
        Self {
            windows: Windows::new(&LENGTHS),
            least,
            rules,
        }
    }

    // lesson: holds
    fn holds(&self, rule: &Rule) -> bool {
        self.windows.burns(rule.long, rule.tenths)
            && self.windows.burns(rule.short, rule.tenths)
            && self.windows.sum(rule.long).bad >= self.least.long
            && self.windows.sum(rule.short).bad >= self.least.short
    }
    // lesson: end
}

impl Pager for Workbook {
    fn on_minute(&mut self, good: i64, total: i64, _now_min: i64) -> i32 {
        self.windows.push(good, total);
        let holding = self.rules.iter().filter(|rule| self.holds(rule));
        holding.map(|rule| rule.level).max().unwrap_or(0)
    }
}
