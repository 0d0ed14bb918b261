//! The lab's charts: which shards are refused and which are broken, good answers and failing
//! calls over time, what was refused against what was wasted, and the calls under way.

use super::books::{Books, Decision};
use super::faults::{Faults, State};
use super::traffic::Traffic;
use crate::engine::plot::{Axis, Mark, Plot, Role, Series};
use crate::engine::{PPM, SEC};

/// Stretches along a run.
const BUCKETS: usize = 160;
/// Most dots in a cloud.
const DOTS: usize = 800;

/// What happened in one stretch of time.
#[derive(Clone, Copy, Default)]
struct Bucket {
    possible: i64,
    succeeded: i64,
    fails_without: i64,
    failed: i64,
    held: i64,
}

/// Watches a run; does nothing where no plots are wanted.
pub struct Recorder<'a> {
    wanted: bool,
    faults: &'a Faults,
    traffic: &'a Traffic,
    buckets: Vec<Bucket>,
    /// Calls wanted and calls refused, per stretch and shard.
    lanes: Vec<[i64; 2]>,
}

impl<'a> Recorder<'a> {
    pub fn new(faults: &'a Faults, traffic: &'a Traffic, wanted: bool) -> Self {
        let size = if wanted { BUCKETS } else { 0 };
        Self {
            wanted,
            faults,
            traffic,
            buckets: vec![Bucket::default(); size],
            lanes: vec![[0; 2]; size * traffic.shards],
        }
    }

    /// Notes a decision on a call to `shard`, with `held` calls under way after it.
    pub fn decided(&mut self, now: i64, shard: usize, decision: Decision, held: i64) {
        if !self.wanted {
            return;
        }
        let at = (now * BUCKETS as i64 / self.traffic.length.max(1)) as usize;
        let at = at.min(BUCKETS - 1);
        let bucket = &mut self.buckets[at];
        bucket.possible += i64::from(decision.possible);
        bucket.fails_without += i64::from(decision.fails_without);
        bucket.succeeded += i64::from(decision.sent == Some(true));
        bucket.failed += i64::from(decision.sent == Some(false));
        bucket.held = bucket.held.max(held);
        let lane = &mut self.lanes[at * self.traffic.shards + shard];
        lane[0] += 1;
        lane[1] += i64::from(decision.sent.is_none());
    }

    pub fn finish(self, books: &Books) -> Vec<Plot> {
        if !self.wanted {
            return Vec::new();
        }
        vec![
            self.states(),
            self.goodput(),
            self.failures(),
            balance(books),
            self.held(),
        ]
    }

    /// When a stretch begins, ns.
    fn begin(&self, bucket: usize) -> i64 {
        bucket as i64 * self.traffic.length / BUCKETS as i64
    }

    fn states(&self) -> Plot {
        let shards = self.traffic.shards;
        let (mut refused, mut broken) = (Vec::new(), Vec::new());
        for bucket in 0..BUCKETS {
            let at = self.begin(bucket);
            for shard in 0..shards {
                let [wanted, unsent] = self.lanes[bucket * shards + shard];
                if unsent * 2 > wanted {
                    refused.push([at, shard as i64]);
                }
                if self.faults.state(shard, at) != State::Well {
                    broken.push([at, shard as i64]);
                }
            }
        }
        Plot {
            id: "states".into(),
            title: "Which shards are refused, and when".into(),
            caption: "A lane for each shard. Dots of the policy: most calls are refused. Where a \
                      fault has no dots, calls run into it; dots without a fault are good calls \
                      refused."
                .into(),
            x: time(),
            y: Axis::new("shard", "", 1),
            series: vec![
                series("in a fault", Role::Offered, Mark::Dot, thin(&broken)),
                series("policy", Role::Policy, Mark::Dot, thin(&refused)),
            ],
        }
    }

    fn over_time(&self, value: fn(&Bucket) -> i64) -> Vec<[i64; 2]> {
        let values = self.buckets.iter().enumerate();
        values.map(|(i, b)| [self.begin(i), value(b)]).collect()
    }

    fn goodput(&self) -> Plot {
        let (bound, got) = (
            self.over_time(|b| b.possible),
            self.over_time(|b| b.succeeded),
        );
        Plot {
            id: "goodput".into(),
            title: "Calls that succeeded".into(),
            caption: "The gap to what was possible are good calls refused: most of it comes \
                      right after a fault, before the breakers have closed."
                .into(),
            x: time(),
            y: Axis::new("calls in each stretch", "", 1),
            series: vec![
                series("knowing all", Role::Bound, Mark::Step, bound),
                series("policy", Role::Policy, Mark::Step, got),
            ],
        }
    }

    fn failures(&self) -> Plot {
        let (all, sent) = (
            self.over_time(|b| b.fails_without),
            self.over_time(|b| b.failed),
        );
        Plot {
            id: "failures".into(),
            title: "Failing calls that were sent".into(),
            caption: "High until the breakers open, then one comb of probes for each open time."
                .into(),
            x: time(),
            y: Axis::new("failing calls in each stretch", "", 1),
            series: vec![
                series("without a breaker", Role::Offered, Mark::Step, all),
                series("policy", Role::Policy, Mark::Step, sent),
            ],
        }
    }

    fn held(&self) -> Plot {
        Plot {
            id: "held".into(),
            title: "Calls under way".into(),
            caption: "By Little's law calls per second times their latency. A failing call is \
                      held for a second, a good one for 20 ms: this is what an outage costs its \
                      callers."
                .into(),
            x: time(),
            y: Axis::new("most calls under way in each stretch", "", 1),
            series: vec![series(
                "policy",
                Role::Policy,
                Mark::Step,
                self.over_time(|b| b.held),
            )],
        }
    }
}

/// Refused good against sent bad.
fn balance(books: &Books) -> Plot {
    let (lost, waste) = books.ratios_ppm();
    let without = vec![[0, 0], [1, PPM]];
    Plot {
        id: "balance".into(),
        title: "Good calls refused, failing calls sent".into(),
        caption: "Whoever sends all loses nothing and wastes everything. A breaker trades one \
                  for the other; a good one trades little for much."
            .into(),
        x: Axis {
            categories: vec!["good calls refused".into(), "failing calls sent".into()],
            ..Axis::new("", "", 1)
        },
        y: Axis::new("share of what there was", "%", 10_000),
        series: vec![
            series("without a breaker", Role::Limit, Mark::Dot, without),
            series(
                "policy",
                Role::Policy,
                Mark::Bar,
                vec![[0, lost], [1, waste]],
            ),
        ],
    }
}

fn time() -> Axis {
    Axis::new("time", "s", SEC)
}

/// Evenly thinned to what a chart can hold.
fn thin(points: &[[i64; 2]]) -> Vec<[i64; 2]> {
    let step = points.len().div_ceil(DOTS).max(1);
    points.iter().step_by(step).copied().collect()
}

fn series(label: &str, role: Role, mark: Mark, points: Vec<[i64; 2]>) -> Series {
    Series {
        label: label.into(),
        role,
        mark,
        points,
    }
}
