//! The lab's charts: queues over time, which servers are crowded, who got how much, the tail of
//! the latencies, and errors over time.

use super::books::Books;
use super::bound;
use super::fleet::Fleet;
use super::traffic::Traffic;
use crate::engine::SEC;
use crate::engine::histogram::Histogram;
use crate::engine::plot::{Axis, Mark, Plot, Role, Series};
use crate::engine::q32::{LN2, ln_ratio};
use crate::engine::station::Station;

/// Stretches along a run.
const BUCKETS: i64 = 160;
/// Most dots in a cloud.
const DOTS: usize = 500;
/// Points of the tail.
const TAIL: [(&str, u64); 5] = [
    ("half", 500_000),
    ("90 %", 900_000),
    ("99 %", 990_000),
    ("99.9 %", 999_000),
    ("99.99 %", 999_900),
];

/// Watches a run; does nothing where no plots are wanted.
pub struct Recorder<'a> {
    wanted: bool,
    fleet: &'a Fleet,
    traffic: &'a Traffic,
    width: i64,
    next: i64,
    longest: Vec<[i64; 2]>,
    crowded: Vec<[i64; 2]>,
    troubled: Vec<[i64; 2]>,
    errors: Vec<[i64; 2]>,
    errors_before: i64,
}

impl<'a> Recorder<'a> {
    pub fn new(fleet: &'a Fleet, traffic: &'a Traffic, wanted: bool) -> Self {
        Self {
            wanted,
            fleet,
            traffic,
            width: (traffic.length / BUCKETS).max(1),
            next: 0,
            longest: Vec::new(),
            crowded: Vec::new(),
            troubled: Vec::new(),
            errors: Vec::new(),
            errors_before: 0,
        }
    }

    /// Looks at all servers once per stretch.
    pub fn look<J>(&mut self, now: i64, stations: &[Station<J>], errors: i64) {
        if !self.wanted || now < self.next {
            return;
        }
        let listed = self.fleet.listed(now);
        let inside: Vec<i64> = stations[..listed]
            .iter()
            .map(|s| s.inside() as i64)
            .collect();
        self.longest
            .push([now, inside.iter().copied().max().unwrap_or(0)]);
        self.errors.push([now, errors - self.errors_before]);
        self.errors_before = errors;
        for (server, &jobs) in inside.iter().enumerate() {
            if jobs > 3 * self.fleet.workers as i64 {
                self.crowded.push([now, server as i64]);
            }
            if self.fleet.troubled(server, now) {
                self.troubled.push([now, server as i64]);
            }
        }
        self.next = (now / self.width + 1) * self.width;
    }

    pub fn finish(self, books: &Books) -> Vec<Plot> {
        if !self.wanted {
            return Vec::new();
        }
        vec![
            self.queues(),
            self.crowds(),
            self.tail(books),
            self.shares(books),
            self.failures(),
        ]
    }

    fn queues(&self) -> Plot {
        let workers = self.fleet.workers as i64;
        Plot {
            id: "queues".into(),
            title: "Requests at the fullest server".into(),
            caption: "Far above the workers, while other servers are idle, is what a dispatcher \
                      is there to prevent."
                .into(),
            x: time(),
            y: Axis::new("requests waiting or in service", "", 1),
            series: vec![
                series("workers", Role::Limit, Mark::Line, self.across(workers)),
                series("policy", Role::Policy, Mark::Step, self.longest.clone()),
            ],
        }
    }

    fn across(&self, y: i64) -> Vec<[i64; 2]> {
        vec![[0, y], [self.traffic.length, y]]
    }

    fn crowds(&self) -> Plot {
        Plot {
            id: "crowded".into(),
            title: "Which servers are crowded, and when".into(),
            caption: "A dot is a server with more than three requests per worker. Dots on the \
                      servers in trouble are requests sent into it; dots in columns are herds."
                .into(),
            x: time(),
            y: Axis::new("server", "", 1),
            series: vec![
                series("in trouble", Role::Offered, Mark::Dot, thin(&self.troubled)),
                series("policy", Role::Policy, Mark::Dot, thin(&self.crowded)),
            ],
        }
    }

    fn tail(&self, books: &Books) -> Plot {
        let bound = bound::one_queue(self.fleet, self.traffic);
        let points = |latencies: &Histogram| self.tail_points(latencies);
        Plot {
            id: "tail".into(),
            title: "The tail of the latencies".into(),
            caption: "Each step up doubles the time: 0 is 20 ms, 3 is 160 ms, 6 is 1.3 s. One \
                      queue for all servers is what a dispatcher that saw everything could have."
                .into(),
            x: Axis {
                categories: TAIL.iter().map(|(name, _)| (*name).into()).collect(),
                ..Axis::new("share of requests that were faster", "", 1)
            },
            y: Axis::new("latency in doublings of the mean service time", "", 1000),
            series: vec![
                series("one queue for all", Role::Bound, Mark::Line, points(&bound)),
                series(
                    "policy",
                    Role::Policy,
                    Mark::Line,
                    points(books.latencies()),
                ),
            ],
        }
    }

    fn tail_points(&self, latencies: &Histogram) -> Vec<[i64; 2]> {
        let doublings = |ns: i64| ln_ratio(ns.max(1), self.traffic.service_ns.max(1)) * 1000 / LN2;
        let quantiles = TAIL.iter().map(|&(_, ppm)| latencies.quantile(ppm) as i64);
        let numbered = (0..).zip(quantiles);
        numbered.map(|(x, ns)| [x, doublings(ns)]).collect()
    }

    fn shares(&self, books: &Books) -> Plot {
        let fair = (0..self.fleet.servers).map(|i| [i as i64, self.fleet.share_ppm(i)]);
        let got = (0..).zip(books.shares_ppm()).map(|(i, ppm)| [i, ppm]);
        Plot {
            id: "shares".into(),
            title: "Share of the requests that each server got".into(),
            caption: "Servers of unequal speed should not get equal shares.".into(),
            x: Axis::new("server", "", 1),
            y: Axis::new("share of requests", "%", 10_000),
            series: vec![
                series("by capacity", Role::Limit, Mark::Dot, fair.collect()),
                series("policy", Role::Policy, Mark::Bar, got.collect()),
            ],
        }
    }

    fn failures(&self) -> Plot {
        Plot {
            id: "errors".into(),
            title: "Requests that failed".into(),
            caption: "A server that fails in a millisecond is never busy. Whoever sends to the \
                      least busy one feeds it."
                .into(),
            x: time(),
            y: Axis::new("failures in each stretch", "", 1),
            series: vec![series(
                "policy",
                Role::Policy,
                Mark::Step,
                self.errors.clone(),
            )],
        }
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
