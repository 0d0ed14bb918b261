//! What the alarms were worth: which incidents they announced, when, and which were false.

use super::trace::{Incident, Trace};
use crate::engine::PPM;

/// A ticket: somebody looks at it by day.
pub const TICKET: u8 = 1;
/// A page: somebody gets up.
pub const PAGE: u8 = 2;

/// Minutes after an incident in which an alarm still counts as its announcement, not as false.
const GRACE_MIN: usize = 60;
/// Minutes in a thousand weeks.
const THOUSAND_WEEKS_MIN: i64 = 1000 * 7 * 1440;

/// Minutes `from..to` in which an alarm went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// First minute.
    pub from: usize,
    /// First minute after it.
    pub to: usize,
}

/// How a month of answers is judged.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Largest share of the budget, ppm, that an incident burnt before it was announced.
    pub spent_ppm: i64,
    /// Alarms that announced nothing.
    pub false_alarms: i64,
    /// The same per 1,000 weeks.
    pub false_per_1000_weeks: i64,
    /// Longest time in minutes for which a page outlived its reason.
    pub reset_min: i64,
    /// Minutes from each incident's start to its alarm; `None` where it was missed.
    pub detected_min: Vec<Option<i64>>,
    /// Pages in the month.
    pub pages: i64,
    /// Tickets in the month that did not begin as a page.
    pub tickets: i64,
}

impl Verdict {
    /// Judges one level per minute.
    #[must_use]
    pub fn new(trace: &Trace, levels: &[u8]) -> Self {
        let pages = spells(levels, PAGE);
        let alarms = spells(levels, TICKET);
        let tickets = alarms.iter().filter(|a| levels[a.from] == TICKET);
        let tickets: Vec<Spell> = tickets.copied().collect();
        let starts: Vec<usize> = pages.iter().chain(&tickets).map(|s| s.from).collect();
        let false_pages = pages.iter().filter(|p| !expected(trace, p.from, PAGE));
        let false_tickets = tickets.iter().filter(|t| !expected(trace, t.from, TICKET));
        let false_alarms = (false_pages.count() + false_tickets.count()) as i64;
        let detected = |incident: &Incident| {
            let starts = match incident.level {
                PAGE => &starts[..pages.len()],
                _ => &starts[..],
            };
            let within = incident.from..incident.to + GRACE_MIN;
            let first = starts.iter().filter(|&start| within.contains(start)).min();
            first.map(|start| (start + 1 - incident.from) as i64)
        };
        let detected_min: Vec<Option<i64>> = trace.incidents.iter().map(detected).collect();
        let spent = trace.incidents.iter().zip(&detected_min);
        Self {
            spent_ppm: spent
                .map(|(i, d)| spent_ppm(trace, i, *d))
                .max()
                .unwrap_or(0),
            false_alarms,
            false_per_1000_weeks: false_alarms * THOUSAND_WEEKS_MIN / levels.len().max(1) as i64,
            reset_min: pages
                .iter()
                .map(|p| reset_min(trace, *p))
                .max()
                .unwrap_or(0),
            detected_min,
            pages: pages.len() as i64,
            tickets: tickets.len() as i64,
        }
    }
}

/// The longest stretches in which the level is at least `level`.
#[must_use]
pub fn spells(levels: &[u8], level: u8) -> Vec<Spell> {
    let mut spells: Vec<Spell> = Vec::new();
    for (minute, _) in levels.iter().enumerate().filter(|(_, l)| **l >= level) {
        match spells.last_mut() {
            Some(last) if last.to == minute => last.to += 1,
            _ => spells.push(Spell {
                from: minute,
                to: minute + 1,
            }),
        }
    }
    spells
}

/// Whether an alarm of this level that begins at `minute` has an incident to announce.
fn expected(trace: &Trace, minute: usize, level: u8) -> bool {
    let mut deserving = trace.incidents.iter().filter(|i| i.level >= level);
    deserving.any(|i| (i.from..i.to + GRACE_MIN).contains(&minute))
}

fn spent_ppm(trace: &Trace, incident: &Incident, detected_min: Option<i64>) -> i64 {
    let Some(minutes) = detected_min else {
        return PPM;
    };
    let to = (incident.from + minutes as usize).min(incident.to);
    let bad = i128::from(trace.bad(incident.from, to));
    (bad * i128::from(PPM) / i128::from(trace.budget)) as i64
}

/// How long a page went on after the last minute of an incident in it; all of it, where it
/// met none.
fn reset_min(trace: &Trace, page: Spell) -> i64 {
    let met = trace.incidents.iter();
    let met = met.filter(|i| i.from < page.to && page.from < i.to + GRACE_MIN);
    let over = met.map(|i| i.to.max(page.from)).max().unwrap_or(page.from);
    page.to.saturating_sub(over) as i64
}
