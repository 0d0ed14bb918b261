//! The lab's charts: misses over time, which requests miss, whose hits they are, and how long the
//! evicted had been idle.

use super::bound::belady;
use super::trace::Trace;
use crate::engine::PPM;
use crate::engine::plot::{Axis, Mark, Plot, Role, Series};
use crate::engine::rng::mix;

/// Stretches along a run.
const STRETCHES: usize = 100;
/// Dots of the chart of requests, about.
const DOTS: u64 = 600;
/// Classes of objects by how often they are asked for, each twice as often as the one before.
const CLASSES: usize = 11;
/// Classes of idle times, each twice as long as the one before.
const AGES: usize = 18;

/// Watches a run; does nothing where no plots are wanted.
pub struct Recorder<'a> {
    wanted: bool,
    trace: &'a Trace,
    hits: Vec<bool>,
    /// By object: number of the last request for it.
    last: Vec<u32>,
    ages: [i64; AGES],
    evictions: i64,
}

impl<'a> Recorder<'a> {
    pub fn new(trace: &'a Trace, wanted: bool) -> Self {
        Self {
            wanted,
            trace,
            hits: Vec::with_capacity(if wanted { trace.ids.len() } else { 0 }),
            last: vec![0; if wanted { trace.objects } else { 0 }],
            ages: [0; AGES],
            evictions: 0,
        }
    }

    /// Request number `at` was a hit or a miss.
    pub fn request(&mut self, at: u32, id: u32, hit: bool) {
        if self.wanted {
            self.hits.push(hit);
            self.last[id as usize] = at;
        }
    }

    /// An object went out of the cache at request number `at`.
    pub fn evicted(&mut self, at: u32, id: u32) {
        if self.wanted {
            let age = (at - self.last[id as usize]).max(1);
            self.ages[class(age).min(AGES - 1)] += 1;
            self.evictions += 1;
        }
    }

    pub fn finish(self) -> Vec<Plot> {
        if !self.wanted {
            return Vec::new();
        }
        let best = belady(self.trace, self.trace.capacity, true);
        vec![
            self.misses(&best),
            self.requests(),
            self.classes(&best),
            self.idle(),
        ]
    }

    fn misses(&self, best: &[bool]) -> Plot {
        Plot {
            id: "misses".into(),
            title: "Misses over time".into(),
            caption:
                "Flat near the bound is what a policy can hope for. A peak that takes long to \
                      go is a cache full of what nobody wants any more."
                    .into(),
            x: Axis::new("requests", "thousand", 1000),
            y: Axis::new("miss ratio", "%", 10_000),
            series: vec![
                series("clairvoyant", Role::Bound, Mark::Line, self.over_time(best)),
                series(
                    "policy",
                    Role::Policy,
                    Mark::Line,
                    self.over_time(&self.hits),
                ),
            ],
        }
    }

    /// Share of misses in each stretch, at its end.
    fn over_time(&self, hits: &[bool]) -> Vec<[i64; 2]> {
        let width = hits.len().div_ceil(STRETCHES).max(1);
        let ratio = |(number, stretch): (usize, &[bool])| {
            let misses = stretch.iter().filter(|&&hit| !hit).count() as i64;
            let end = number * width + stretch.len();
            [end as i64, misses * PPM / stretch.len() as i64]
        };
        hits.chunks(width).enumerate().map(ratio).collect()
    }

    fn requests(&self) -> Plot {
        let sampled = self.sample();
        let missed = sampled.iter().filter(|dot| !self.hits[dot[0] as usize]);
        Plot {
            id: "requests".into(),
            title: "What is asked for, and what misses".into(),
            caption: "A sample of the requests. Objects are numbered as they come up: a rising \
                      edge is objects that nobody saw before, a saw is a loop."
                .into(),
            x: Axis::new("requests", "thousand", 1000),
            y: Axis::new("object, by first request", "thousand", 1000),
            series: vec![
                series("requests", Role::Offered, Mark::Dot, sampled.clone()),
                series("policy", Role::Policy, Mark::Dot, missed.copied().collect()),
            ],
        }
    }

    /// Some requests, spread by a hash so that no period of the trace is met or missed by chance.
    fn sample(&self) -> Vec<[i64; 2]> {
        let one_in = (self.trace.ids.len() as u64).div_ceil(DOTS).max(1);
        let mut numbers = vec![-1; self.trace.objects];
        let mut seen = 0;
        let mut dots = Vec::new();
        for (at, &id) in (0..).zip(&self.trace.ids) {
            let number = &mut numbers[id as usize];
            if *number < 0 {
                *number = seen;
                seen += 1;
            }
            if mix(at as u64).is_multiple_of(one_in) {
                dots.push([at, *number]);
            }
        }
        dots
    }

    fn classes(&self, best: &[bool]) -> Plot {
        let mut counts = vec![0_u32; self.trace.objects];
        for &id in &self.trace.ids {
            counts[id as usize] += 1;
        }
        Plot {
            id: "classes".into(),
            title: "Hits by how often an object is asked for".into(),
            caption: "The right end is easy. What an object that is asked for a few times earns \
                      depends on whether it is still there when it comes back."
                .into(),
            x: Axis {
                categories: (0..CLASSES).map(class_name).collect(),
                ..Axis::new("requests for the object in the run", "", 1)
            },
            y: Axis::new("share of them that hit", "%", 10_000),
            series: vec![
                series(
                    "clairvoyant",
                    Role::Bound,
                    Mark::Dot,
                    self.by_class(&counts, best),
                ),
                series(
                    "policy",
                    Role::Policy,
                    Mark::Bar,
                    self.by_class(&counts, &self.hits),
                ),
            ],
        }
    }

    /// Share of hits of each class; classes that nobody is in are left out.
    fn by_class(&self, counts: &[u32], hits: &[bool]) -> Vec<[i64; 2]> {
        let mut sums = [(0_i64, 0_i64); CLASSES];
        for (&id, &hit) in self.trace.ids.iter().zip(hits) {
            let sum = &mut sums[class(counts[id as usize]).min(CLASSES - 1)];
            sum.0 += i64::from(hit);
            sum.1 += 1;
        }
        let known = (0..).zip(sums).filter(|(_, (_, all))| *all > 0);
        known.map(|(x, (hit, all))| [x, hit * PPM / all]).collect()
    }

    fn idle(&self) -> Plot {
        let share = |(x, count): (i64, &i64)| [x, count * PPM / self.evictions.max(1)];
        Plot {
            id: "idle".into(),
            title: "How long the evicted had been idle".into(),
            caption: "LRU evicts at one age. A policy that knows better turns out some soon and \
                      keeps others for long."
                .into(),
            x: Axis {
                categories: (0..AGES).map(class_name).collect(),
                ..Axis::new("requests since the last one for the object", "", 1)
            },
            y: Axis::new("share of the evictions", "%", 10_000),
            series: vec![series(
                "policy",
                Role::Policy,
                Mark::Bar,
                (0..).zip(&self.ages).map(share).collect(),
            )],
        }
    }
}

/// 0 for 1, 1 for 2 and 3, 2 for 4 to 7, and so on.
const fn class(count: u32) -> usize {
    count.ilog2() as usize
}

fn class_name(class: usize) -> String {
    match 1_u32 << class {
        1 => "1".into(),
        from if from < 1024 => format!("{from}+"),
        from => format!("{}k+", from / 1024),
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
