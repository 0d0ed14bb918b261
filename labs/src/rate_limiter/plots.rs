//! The lab's charts: debt against the ceiling, cumulative cost against the envelope, tenants
//! by how they were treated, entries that a limiter must remember.

use std::collections::BTreeMap;

use super::meter::ExactMeter;
use super::trace::{Contract, Request, Trace};
use crate::engine::plot::{Axis, Mark, Plot, Role, Series};

/// Buckets of time along the horizontal axis.
const BUCKETS: i64 = 240;
/// Most dots in the cloud of tenants.
const CLOUD: usize = 400;

/// Watches a run; does nothing where no plots are wanted.
pub struct Recorder {
    wanted: bool,
    start: i64,
    width: i64,
    sample: u32,
    contract: Contract,
    debt: ExactMeter,
    fluid: ExactMeter,
    offered: i64,
    admitted: i64,
    bound_ns: i64,
    buckets: BTreeMap<i64, Bucket>,
    live: Vec<[i64; 2]>,
    pages: Vec<[i64; 2]>,
    next_look: i64,
}

/// What happened to the sample tenant in a stretch of time.
#[derive(Clone, Copy, Default)]
struct Bucket {
    debt_ns: i64,
    offered: i64,
    admitted: i64,
    bound_ns: i64,
}

impl Recorder {
    pub fn new(trace: &Trace, wanted: bool) -> Self {
        let last = trace.requests.last().map_or(trace.start, |r| r.at);
        let width = ((last - trace.start) / BUCKETS).max(1);
        let contract = trace.contracts[trace.sample as usize];
        let tenants = if wanted { trace.contracts.len() } else { 0 };
        Self {
            wanted,
            start: trace.start,
            width,
            sample: trace.sample,
            contract,
            debt: ExactMeter::new(tenants),
            fluid: ExactMeter::new(tenants),
            offered: 0,
            admitted: 0,
            bound_ns: 0,
            buckets: BTreeMap::new(),
            live: Vec::new(),
            pages: Vec::new(),
            next_look: trace.start,
        }
    }

    pub fn enter(
        &mut self,
        contract: Contract,
        clock: i64,
        request: &Request,
        admitted: bool,
        pages: u32,
        offered: &ExactMeter,
    ) {
        if !self.wanted {
            return;
        }
        if clock >= self.next_look {
            let x = clock - self.start;
            self.live.push([x, offered.live(clock) as i64]);
            self.pages.push([x, i64::from(pages)]);
            self.next_look = clock + self.width;
        }
        if request.tenant != self.sample {
            return;
        }
        let bucket = self
            .buckets
            .entry((clock - self.start) / self.width)
            .or_default();
        self.offered += request.cost;
        self.bound_ns += self.fluid.pour(self.sample, contract, clock, request.cost);
        if admitted {
            let debt_ns = self.debt.charge(self.sample, contract, clock, request.cost);
            self.admitted += request.cost;
            bucket.debt_ns = bucket.debt_ns.max(debt_ns);
        }
        bucket.offered = self.offered;
        bucket.admitted = self.admitted;
        bucket.bound_ns = self.bound_ns;
    }

    pub fn finish(self, tenants_ppm: &[[i64; 2]]) -> Vec<Plot> {
        if !self.wanted {
            return Vec::new();
        }
        vec![
            self.headroom(),
            self.cumulative(),
            cloud(tenants_ppm),
            self.memory(),
        ]
    }

    fn time_axis(&self) -> Axis {
        let (unit, scale) = match self.width * BUCKETS {
            span if span > 3 * 86_400_000_000_000 => ("days", 86_400_000_000_000),
            span if span > 600_000_000_000 => ("min", 60_000_000_000),
            _ => ("s", 1_000_000_000),
        };
        Axis::new("time", unit, scale)
    }

    /// Points of the sample tenant, at the middle of each bucket.
    fn points(&self, value: impl Fn(&Bucket) -> i64) -> Vec<[i64; 2]> {
        self.buckets
            .iter()
            .map(|(k, bucket)| [k * self.width + self.width / 2, value(bucket)])
            .collect()
    }

    fn headroom(&self) -> Plot {
        let end = self.width * BUCKETS;
        let milli =
            |ns: i64| (i128::from(ns) * 1000 / i128::from(self.contract.interval_ns)) as i64;
        let ceiling = self.contract.burst * 1000;
        Plot {
            id: "headroom".into(),
            title: "Tokens owed by the busiest tenant".into(),
            caption: "The contract is the ceiling. Above it is over-admission; far below it, \
                      while requests were turned away, is headroom sold but not delivered."
                .into(),
            x: self.time_axis(),
            y: Axis::new("tokens owed, highest in each stretch", "tokens", 1000),
            series: vec![
                series(
                    "contract",
                    Role::Limit,
                    Mark::Line,
                    vec![[0, ceiling], [end, ceiling]],
                ),
                series(
                    "policy",
                    Role::Policy,
                    Mark::Step,
                    self.points(|b| milli(b.debt_ns)),
                ),
            ],
        }
    }

    fn cumulative(&self) -> Plot {
        let end = self.width * BUCKETS;
        let interval = self.contract.interval_ns;
        let burst = self.contract.burst;
        Plot {
            id: "cumulative".into(),
            title: "Cost admitted since the start, busiest tenant".into(),
            caption: "The envelope burst + time / interval is the most that any limiter may \
                      admit; the bound is the most that this traffic could fill of it."
                .into(),
            x: self.time_axis(),
            y: Axis::new("cost", "tokens", 1),
            series: vec![
                series(
                    "offered",
                    Role::Offered,
                    Mark::Step,
                    self.points(|b| b.offered),
                ),
                series(
                    "envelope",
                    Role::Limit,
                    Mark::Line,
                    vec![[0, burst], [end, burst + end / interval]],
                ),
                series(
                    "bound",
                    Role::Bound,
                    Mark::Line,
                    self.points(|b| b.bound_ns / interval),
                ),
                series(
                    "policy",
                    Role::Policy,
                    Mark::Step,
                    self.points(|b| b.admitted),
                ),
            ],
        }
    }

    fn memory(&self) -> Plot {
        Plot {
            id: "memory".into(),
            title: "Tenants that owe something, and memory used".into(),
            caption: "A tenant that owes nothing equals a new one and may be forgotten.".into(),
            x: self.time_axis(),
            y: Axis::new("tenants; pages of 64 KiB", "", 1),
            series: vec![
                series(
                    "tenants that owe",
                    Role::Offered,
                    Mark::Line,
                    self.live.clone(),
                ),
                series("pages", Role::Policy, Mark::Step, self.pages.clone()),
            ],
        }
    }
}

/// Each tenant by how it was treated; evenly thinned where they are many.
fn cloud(tenants_ppm: &[[i64; 2]]) -> Plot {
    let step = tenants_ppm.len().div_ceil(CLOUD).max(1);
    let points = tenants_ppm.iter().step_by(step).copied().collect();
    Plot {
        id: "tenants".into(),
        title: "How each tenant was treated".into(),
        caption: "Right: admitted beyond its contract. Up: starved of it. The corner is exact."
            .into(),
        x: Axis::new("over-admitted", "%", 10_000),
        y: Axis::new("under-admitted", "%", 10_000),
        series: vec![series("policy", Role::Policy, Mark::Dot, points)],
    }
}

fn series(label: &str, role: Role, mark: Mark, points: Vec<[i64; 2]>) -> Series {
    Series {
        label: label.into(),
        role,
        mark,
        points,
    }
}
