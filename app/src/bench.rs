//! The limiter bench: one tenant, one policy of the rate-limiter lab, one kind of traffic.
//!
//! It is the smallest world in which a rate limiter can be judged. Requests come from a seeded
//! trace that does not depend on the policy; an exact meter runs beside the policy and says what
//! the contract would have admitted. The figure shows all of it on one chart.

use ::labs::engine::plot::{Axis, Mark, Plot, Role, Series};
use ::labs::rate_limiter::{ALLOW, CONFIGURE, POLICIES};
use ::labs::{Guest, Policy};

/// Length of the trace.
const LENGTH_NS: i64 = 10_000_000_000;
/// The trace starts here and not at zero, as clocks do.
const EPOCH_NS: i64 = 1_000_000_000_000;
/// Requests after which a trace is cut.
const MOST_REQUESTS: usize = 4_000;
const SECOND_NS: i64 = 1_000_000_000;

/// What can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// Id of a built-in policy.
    pub policy: String,
    /// Contract: tokens per second, 1–50.
    pub rate: i64,
    /// Contract: tokens that may be spent at once, 1–100.
    pub burst: i64,
    /// The traffic.
    pub shape: Traffic,
}

/// How requests arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Traffic {
    /// One and a half times the contract, evenly, with jitter.
    Steady,
    /// Silence, then a burst, on both sides of each window's edge.
    Edge,
    /// A second at six times the contract, then silence.
    OnOff,
    /// Polls far faster than tokens arrive.
    Drip,
    /// Requests of cost 1, 5 and 20.
    Weighted,
}

/// One request of the trace.
struct Request {
    at_ns: i64,
    cost: i64,
}

/// What a run showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Cumulative cost: offered, limit, policy, exact meter.
    pub plot: Plot,
    /// Share of admitted cost that breaks the contract, ppm.
    pub over_ppm: i64,
    /// Share of the cost that the contract allows and the policy denied, ppm.
    pub under_ppm: i64,
    /// Requests made.
    pub requests: usize,
    /// Requests admitted.
    pub admitted: usize,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            policy: "fixed_window".into(),
            rate: 10,
            burst: 20,
            shape: Traffic::Edge,
        }
    }
}

impl Setup {
    /// The same with every number inside its range.
    #[must_use]
    pub fn clamped(self) -> Self {
        Self {
            rate: self.rate.clamp(1, 50),
            burst: self.burst.clamp(1, 100),
            ..self
        }
    }

    fn interval_ns(&self) -> i64 {
        SECOND_NS / self.rate.max(1)
    }
}

impl Traffic {
    /// Every kind, in the order to show.
    pub const ALL: [Self; 5] = [
        Self::Edge,
        Self::Steady,
        Self::OnOff,
        Self::Drip,
        Self::Weighted,
    ];

    /// Name in addresses.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Edge => "edge",
            Self::OnOff => "onoff",
            Self::Drip => "drip",
            Self::Weighted => "weighted",
        }
    }

    /// Name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Steady => "steady, 1.5 × the rate",
            Self::Edge => "bursts around window edges",
            Self::OnOff => "one second on, three off",
            Self::Drip => "polling, 8 × the rate",
            Self::Weighted => "costs 1, 5 and 20",
        }
    }

    /// The kind called `id`.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.id() == id)
    }
}

/// Built-in policies that can be put on the bench.
#[must_use]
pub fn policies() -> &'static [Policy] {
    // Not by the lab: that would link its world, and every other lab, into the islands' module.
    POLICIES
}

/// Runs `setup`. `None` if there is no such policy, or it failed.
#[must_use]
pub fn run(setup: &Setup) -> Option<Run> {
    let setup = setup.clone().clamped();
    let policy = POLICIES.iter().find(|p| p.id == setup.policy)?;
    let mut guest = (policy.make)();
    guest
        .call(CONFIGURE, &[1, setup.interval_ns(), setup.burst])
        .ok()?;
    judge(&setup, policy, ALLOW, guest.as_mut())
}

fn judge(setup: &Setup, policy: &Policy, allow: usize, guest: &mut dyn Guest) -> Option<Run> {
    let requests = trace(setup);
    let (mut exact, mut fed) = (Meter::new(setup), Meter::new(setup));
    let (mut offered, mut admitted, mut ideal) = (Total::new(), Total::new(), Total::new());
    let (mut conforming, mut count) = (0, 0);
    for request in &requests {
        let Request { at_ns, cost } = *request;
        offered.add(at_ns, cost);
        if exact.admits(at_ns, cost) {
            ideal.add(at_ns, cost);
        }
        if guest.call(allow, &[1, at_ns, cost]).ok()?.value == 1 {
            count += 1;
            admitted.add(at_ns, cost);
            if fed.admits(at_ns, cost) {
                conforming += cost;
            }
        }
    }
    let (spent, owed) = (admitted.sum, ideal.sum);
    Some(Run {
        over_ppm: share(spent - conforming, spent),
        under_ppm: share((owed - conforming).max(0), owed),
        requests: requests.len(),
        admitted: count,
        plot: plot(setup, policy, offered, admitted, ideal),
    })
}

const fn share(part: i64, whole: i64) -> i64 {
    if whole == 0 {
        0
    } else {
        part * 1_000_000 / whole
    }
}

/// The contract itself: what is spent drains at one token per interval, up to `burst` tokens.
struct Meter {
    level_ns: i64,
    interval_ns: i64,
    room_ns: i64,
}

impl Meter {
    fn new(setup: &Setup) -> Self {
        let interval_ns = setup.interval_ns();
        Self {
            level_ns: 0,
            interval_ns,
            room_ns: setup.burst * interval_ns,
        }
    }

    fn admits(&mut self, now_ns: i64, cost: i64) -> bool {
        let level_ns = self.level_ns.max(now_ns) + cost * self.interval_ns;
        let fits = level_ns <= now_ns + self.room_ns;
        if fits {
            self.level_ns = level_ns;
        }
        fits
    }
}

/// A cumulative sum over time.
struct Total {
    sum: i64,
    points: Vec<[i64; 2]>,
}

impl Total {
    fn new() -> Self {
        Self {
            sum: 0,
            points: vec![[0, 0]],
        }
    }

    fn add(&mut self, at_ns: i64, cost: i64) {
        self.sum += cost;
        let at_us = (at_ns - EPOCH_NS) / 1_000;
        match self.points.last_mut() {
            // A step's height matters, not each request inside 20 ms of it.
            Some(last) if last[0] > 0 && at_us - last[0] < 20_000 => last[1] = self.sum,
            _ => self.points.push([at_us, self.sum]),
        }
    }

    fn series(mut self, label: &str, role: Role) -> Series {
        self.points.push([LENGTH_NS / 1_000, self.sum]);
        Series {
            label: label.into(),
            role,
            mark: Mark::Step,
            points: self.points,
        }
    }
}

fn plot(setup: &Setup, policy: &Policy, offered: Total, admitted: Total, ideal: Total) -> Plot {
    let end = setup.burst + setup.rate * (LENGTH_NS / SECOND_NS);
    let limit = Series {
        label: "ceiling: burst + rate · t".into(),
        role: Role::Limit,
        mark: Mark::Line,
        points: vec![[0, setup.burst], [LENGTH_NS / 1_000, end]],
    };
    Plot {
        id: "limiter-bench".into(),
        title: "Cumulative cost admitted".into(),
        caption: "Above the exact meter, tokens were given away; below it, tokens were withheld. \
                  No policy may ever be above the ceiling."
            .into(),
        x: Axis::new("time", "s", 1_000_000),
        y: Axis::new("cost", "tokens", 1),
        series: vec![
            offered.series("offered", Role::Offered),
            limit,
            ideal.series("exact meter", Role::Reference),
            admitted.series(policy.title, Role::You),
        ],
    }
}

fn trace(setup: &Setup) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut add = |at_ns: i64, cost: i64| {
        requests.push(Request {
            at_ns: EPOCH_NS + at_ns,
            cost,
        });
    };
    let interval = setup.interval_ns();
    match setup.shape {
        Traffic::Edge => {
            let window = interval * setup.burst;
            for edge in 1..=(LENGTH_NS / window.max(1)) {
                for i in 0..setup.burst {
                    add(edge * window - 90_000_000 + i * 1_000, 1);
                }
                for i in 0..setup.burst {
                    add(edge * window + 10_000_000 + i * 1_000, 1);
                }
            }
        }
        Traffic::Steady => spread(interval * 2 / 3, |_| 1, |_| true, &mut add),
        Traffic::Drip => spread(interval / 8, |_| 1, |_| true, &mut add),
        Traffic::OnOff => {
            let on = |at: i64| (at / SECOND_NS) % 4 == 0;
            spread(interval / 6, |_| 1, on, &mut add);
        }
        Traffic::Weighted => {
            let cost = |k: u64| [1, 5, 20][usize::try_from(draw(2, k) % 3).unwrap_or(0)];
            spread(interval * 6, cost, |_| true, &mut add);
        }
    }
    requests.retain(|r| r.at_ns < EPOCH_NS + LENGTH_NS);
    requests.sort_by_key(|r| r.at_ns);
    requests.truncate(MOST_REQUESTS);
    requests
}

/// Requests `gap_ns` apart on average, each gap between half and one and a half of it.
fn spread(
    gap_ns: i64,
    cost: impl Fn(u64) -> i64,
    on: impl Fn(i64) -> bool,
    add: &mut impl FnMut(i64, i64),
) {
    let gap_ns = gap_ns.max(1_000_000);
    let (mut at_ns, mut k) = (0, 0);
    while at_ns < LENGTH_NS {
        let jitter = i64::try_from(draw(1, k) % 1_000).unwrap_or(0);
        at_ns += gap_ns / 2 + gap_ns / 1_000 * jitter;
        k += 1;
        if on(at_ns) {
            add(at_ns, cost(k));
        }
    }
}

/// A draw that depends on nothing but its place: SplitMix64's finaliser.
const fn draw(stream: u64, k: u64) -> u64 {
    let mut z = (stream << 32)
        .wrapping_add(k)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reference_keeps_every_contract_exactly() {
        let Some(reference) = policies().first() else {
            return;
        };
        for shape in Traffic::ALL {
            for (rate, burst) in [(1, 1), (10, 20), (50, 100)] {
                let setup = Setup {
                    policy: reference.id.into(),
                    rate,
                    burst,
                    shape,
                };
                let run = run(&setup).expect("the reference runs");
                assert_eq!((run.over_ppm, run.under_ppm), (0, 0), "{setup:?}");
            }
        }
    }

    #[test]
    fn the_same_setup_is_the_same_run() {
        assert_eq!(run(&Setup::default()), run(&Setup::default()));
    }

    #[test]
    fn traces_are_sorted_and_bounded() {
        for shape in Traffic::ALL {
            let setup = Setup {
                rate: 50,
                burst: 1,
                shape,
                ..Setup::default()
            };
            let requests = trace(&setup);
            assert!(requests.len() <= MOST_REQUESTS && !requests.is_empty());
            assert!(requests.is_sorted_by_key(|r| r.at_ns));
        }
    }
}
