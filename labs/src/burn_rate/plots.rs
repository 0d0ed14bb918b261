//! The lab's charts: burn rates against their thresholds, alarms against what deserved one, the
//! first incident from near, and the budget that is left.

use super::books::{PAGE, TICKET, spells};
use super::trace::{DAY_MIN, Trace};
use crate::engine::PPM;
use crate::engine::plot::{Axis, Mark, Plot, Role, Series};

/// Stretches along the month.
const BUCKETS: usize = 240;
/// Most points of a chart from near.
const NEAR: usize = 480;
/// Most dots for alarms.
const DOTS: usize = 400;

/// Draws a month.
pub fn draw(trace: &Trace, levels: &[u8], budget_ppm: i64) -> Vec<Plot> {
    let burn = Burn::new(trace, budget_ppm);
    vec![
        month(trace, &burn),
        near(trace, &burn, levels),
        alarms(trace, levels),
        budget(trace, levels),
    ]
}

/// Burn rates in thousandths per minute.
struct Burn {
    five_min: Vec<i64>,
    hour: Vec<i64>,
    three_days: Vec<i64>,
}

impl Burn {
    fn new(trace: &Trace, budget_ppm: i64) -> Self {
        let line = |window: usize| sliding(trace, window, budget_ppm);
        Self {
            five_min: line(5),
            hour: line(60),
            three_days: line(3 * DAY_MIN),
        }
    }
}

/// [`Trace::burn_milli`] for every minute, in one pass.
fn sliding(trace: &Trace, window: usize, budget_ppm: i64) -> Vec<i64> {
    let (mut bad, mut total) = (0, 0);
    let minutes = &trace.minutes;
    let step = |k: usize| {
        bad += minutes[k].bad;
        total += minutes[k].total;
        if k >= window {
            bad -= minutes[k - window].bad;
            total -= minutes[k - window].total;
        }
        let allowed = total * budget_ppm;
        (bad * PPM * 1000).checked_div(allowed).unwrap_or(0)
    };
    (0..minutes.len()).map(step).collect()
}

/// `[minute, largest value]` of each of `count` equal stretches of `from..to`.
fn peaks(from: usize, to: usize, count: usize, value: impl Fn(usize) -> i64) -> Vec<[i64; 2]> {
    let width = (to - from).div_ceil(count).max(1);
    let stretch = |start: usize| {
        let end = (start + width).min(to);
        let most = (start..end).map(&value).max().unwrap_or(0);
        [start as i64, most]
    };
    (from..to).step_by(width).map(stretch).collect()
}

fn days() -> Axis {
    Axis::new("time", "days", DAY_MIN as i64)
}

fn month(trace: &Trace, burn: &Burn) -> Plot {
    let end = trace.minutes.len();
    let line = |values: &[i64]| peaks(0, end, BUCKETS, |k| values[k]);
    Plot {
        id: "burn".into(),
        title: "Burn rate over the month".into(),
        caption: "1 spends the budget in exactly 30 days. The short window jumps at every blip; \
                  the long one moves only for what costs budget."
            .into(),
        x: days(),
        y: Axis::new("burn rate, highest in each stretch", "x", 1000),
        series: vec![
            series(
                "last 5 min",
                Role::Offered,
                Mark::Line,
                line(&burn.five_min),
            ),
            series("last hour", Role::Offered, Mark::Line, line(&burn.hour)),
            limit("14.4", 14_400, 0, end),
            limit("1", 1000, 0, end),
        ],
    }
}

/// The first incident with some time before and after it.
fn near(trace: &Trace, burn: &Burn, levels: &[u8]) -> Plot {
    let end = trace.minutes.len();
    let (first, over) = trace.incidents.first().map_or((0, end), |i| (i.from, i.to));
    let margin = ((over - first) / 4).max(60);
    let from = first.saturating_sub(margin);
    let to = (over + 3 * margin).min(end);
    let points = |values: &[i64]| peaks(from, to, NEAR, |k| values[k]);
    // The policy's level at the height of its rule: 1 for a ticket, 14.4 for a page.
    let height = |level: u8| match level {
        PAGE => 14_400,
        TICKET => 1000,
        _ => 0,
    };
    Plot {
        id: "first".into(),
        title: "The first incident from near".into(),
        caption: "An alarm needs both windows above its threshold: the long one decides how soon \
                  it comes, the short one how soon it goes."
            .into(),
        x: days(),
        y: Axis::new("burn rate; alarm: 14.4 page, 1 ticket", "x", 1000),
        series: vec![
            series(
                "last 5 min",
                Role::Offered,
                Mark::Line,
                points(&burn.five_min),
            ),
            series("last hour", Role::Offered, Mark::Line, points(&burn.hour)),
            series(
                "last 3 days",
                Role::Offered,
                Mark::Line,
                points(&burn.three_days),
            ),
            limit("14.4", 14_400, from, to),
            series(
                "policy",
                Role::Policy,
                Mark::Step,
                peaks(from, to, NEAR, |k| height(levels[k])),
            ),
        ],
    }
}

fn alarms(trace: &Trace, levels: &[u8]) -> Plot {
    let end = trace.minutes.len();
    let mut deserved = vec![[0, 0]];
    for incident in &trace.incidents {
        deserved.push([incident.from as i64, i64::from(incident.level)]);
        deserved.push([incident.to as i64, 0]);
    }
    deserved.push([end as i64, 0]);
    Plot {
        id: "alarms".into(),
        title: "Alarms, and what deserved one".into(),
        caption: "An alarm without an incident under it is false; one that stays after it hides \
                  the next."
            .into(),
        x: days(),
        y: Axis::new("alarm: 0 none, 1 ticket, 2 page", "", 1),
        series: vec![
            series("deserved", Role::Bound, Mark::Step, deserved),
            series(
                "policy",
                Role::Policy,
                Mark::Step,
                peaks(0, end, BUCKETS, |k| i64::from(levels[k])),
            ),
        ],
    }
}

fn budget(trace: &Trace, levels: &[u8]) -> Plot {
    let end = trace.minutes.len();
    let mut bad = 0;
    let left: Vec<i64> = trace
        .minutes
        .iter()
        .map(|minute| {
            bad += minute.bad;
            PPM - bad * PPM / trace.budget
        })
        .collect();
    let width = end.div_ceil(BUCKETS).max(1);
    let points = (0..end).step_by(width).map(|k| [k as i64, left[k]]);
    let starts = spells(levels, TICKET);
    let thin = starts.len().div_ceil(DOTS).max(1);
    let dots = starts.iter().step_by(thin);
    Plot {
        id: "budget".into(),
        title: "Error budget left".into(),
        caption: "A dot is an alarm that began: early on a slope is good, on a flat stretch it \
                  is somebody's sleep."
            .into(),
        x: days(),
        y: Axis::new("budget left", "%", 10_000),
        series: vec![
            series("budget left", Role::Offered, Mark::Line, points.collect()),
            series(
                "policy",
                Role::Policy,
                Mark::Dot,
                dots.map(|s| [s.from as i64, left[s.from]]).collect(),
            ),
        ],
    }
}

fn limit(label: &str, y: i64, from: usize, to: usize) -> Series {
    let ends = vec![[from as i64, y], [to as i64, y]];
    series(label, Role::Limit, Mark::Line, ends)
}

fn series(label: &str, role: Role, mark: Mark, points: Vec<[i64; 2]>) -> Series {
    Series {
        label: label.into(),
        role,
        mark,
        points,
    }
}
