//! The chart: which share of the requests was answered within which time.

use super::shard::Tally;
use super::{FanOut, REQUESTS};
use crate::engine::plot::{Axis, Mark, Plot, Role, Series};
use crate::engine::{PPM, US};

/// Where the axis ends at least, µs: charts of usual settings can be laid beside each other.
const END_US: i64 = 10_000_000;

/// The curve of one leaf, of requests without copies and, where there are any, with them.
pub(super) fn plot(setting: &FanOut, plain: &Tally, hedged: Option<&Tally>) -> Plot {
    let from = setting.fast_ms * 100;
    let last = [Some(plain), hedged].into_iter().flatten();
    let last = last.filter_map(|tally| tally.requests.last()).max();
    let places = places(from, last.map_or(END_US, |ns| ns / US + 1));
    let end = places.last().copied().unwrap_or(END_US);
    let curve = |sorted: &[i64]| places.iter().map(|&us| [us, within(sorted, us)]).collect();
    let mut series = vec![
        line("one leaf", Role::Offered, curve(&plain.leaf)),
        line(
            "99 of 100",
            Role::Limit,
            vec![[from, 990_000], [end, 990_000]],
        ),
    ];
    let all = format!("slowest of {}", setting.leaves);
    if let Some(hedged) = hedged {
        let label = format!("the same, hedged after {} ms", setting.hedge_after_ms);
        series.push(line(&all, Role::Naive, curve(&plain.requests)));
        series.push(line(&label, Role::You, curve(&hedged.requests)));
    } else {
        series.push(line(&all, Role::You, curve(&plain.requests)));
    }
    Plot {
        id: "fan-out".into(),
        title: "Requests answered within a time".into(),
        caption: format!(
            "{REQUESTS} requests. The further right a curve climbs, the longer people wait; where \
             it crosses the line at 99 of 100 is its p99."
        ),
        x: Axis::new("answered within", "ms", 1_000),
        y: Axis::new("share of requests", "%", PPM / 100),
        series,
    }
}

fn line(label: &str, role: Role, points: Vec<[i64; 2]>) -> Series {
    Series {
        label: label.into(),
        role,
        mark: Mark::Line,
        points,
    }
}

/// Times from `from` µs, each an eighth longer than the one before, to the first that is at least
/// `last` and the axis' usual end.
fn places(from: i64, last: i64) -> Vec<i64> {
    let mut places = vec![from];
    let mut at = from;
    while at < last.max(END_US) {
        at += at / 8;
        places.push(at);
    }
    places
}

/// Share of the sorted times that are at most `us`, ppm.
fn within(sorted: &[i64], us: i64) -> i64 {
    let count = sorted.partition_point(|ns| *ns <= us * US) as i64;
    count * PPM / (sorted.len() as i64).max(1)
}
