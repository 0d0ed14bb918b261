//! The month: how many requests each minute brought, and how many of them failed.
//!
//! Nothing here reacts to an alarm, so every policy meets the same month by construction.

use crate::engine::PPM;
use crate::engine::dist::exponential;
use crate::engine::rng::Draws;
use crate::spec::Scenario;

/// Minutes in a day.
pub const DAY_MIN: usize = 1440;

/// What a minute brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Minute {
    /// Requests that failed.
    pub bad: i64,
    /// Requests in all.
    pub total: i64,
}

/// A stretch in which more fails than usual, minutes `from..to` of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident {
    /// First minute.
    pub from: usize,
    /// First minute after it.
    pub to: usize,
    /// The alarm that it deserves: 1 ticket, 2 page.
    pub level: u8,
}

/// Everything that will happen.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Minute number of the first minute, counted from an epoch of this run's own.
    pub start_min: i64,
    /// The minutes in order.
    pub minutes: Vec<Minute>,
    /// Incidents in order; they do not overlap.
    pub incidents: Vec<Incident>,
    /// Failures that the objective allows in the month, at least `least_budget`.
    pub budget: i64,
}

// Streams of draws.
const EPOCH: u64 = 1;
const STARTS: u64 = 2;
const BLIPS: u64 = 3;
const TOTALS: u64 = 4;
const FAILURES: u64 = 5;

/// Parameter names of the incidents.
const INCIDENTS: [[&str; 5]; 3] = [
    [
        "day_1",
        "minutes_1",
        "errors_1_ppm",
        "traffic_1_ppm",
        "level_1",
    ],
    [
        "day_2",
        "minutes_2",
        "errors_2_ppm",
        "traffic_2_ppm",
        "level_2",
    ],
    [
        "day_3",
        "minutes_3",
        "errors_3_ppm",
        "traffic_3_ppm",
        "level_3",
    ],
];

/// Requests in a minute up to which each is drawn on its own.
const FEW: i64 = 64;

/// What the draws of a minute follow.
#[derive(Clone, Copy)]
struct Plan {
    /// Expected requests, thousandths.
    milli: i64,
    /// Share that fails.
    errors_ppm: i64,
}

impl Trace {
    /// The month of a scenario under a seed.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64) -> Self {
        let days = scenario.param("days") as usize;
        let mut plans = usual(scenario, days * DAY_MIN);
        blips(scenario, seed, &mut plans);
        let incidents = incidents(scenario, seed, &mut plans);
        let minutes = draw(scenario, seed, &plans);
        let total: i64 = minutes.iter().map(|m| m.total).sum();
        let share = total * scenario.param("budget_ppm") / PPM;
        // Somewhere in the first 30 years, so that no policy can tell a scenario by its start.
        let epoch = Draws::new(seed, EPOCH, 0).below(30 * 365 * DAY_MIN as u64);
        Self {
            start_min: 1 + epoch as i64,
            minutes,
            incidents,
            budget: share.max(scenario.param("least_budget")).max(1),
        }
    }

    /// Failures in minutes `from..to`.
    #[must_use]
    pub fn bad(&self, from: usize, to: usize) -> i64 {
        self.minutes[from..to].iter().map(|m| m.bad).sum()
    }

    /// Burn rate in thousandths over the `window` minutes up to and with `minute`: the share
    /// of failures divided by the share that the objective allows. 0 without requests.
    #[must_use]
    pub fn burn_milli(&self, minute: usize, window: usize, budget_ppm: i64) -> i64 {
        let from = (minute + 1).saturating_sub(window);
        let total: i64 = self.minutes[from..=minute].iter().map(|m| m.total).sum();
        let allowed = total * budget_ppm;
        (self.bad(from, minute + 1) * PPM * 1000)
            .checked_div(allowed)
            .unwrap_or(0)
    }
}

/// A month without incidents. Where there is a swing, traffic follows a triangle wave with
/// its lowest point at midnight.
fn usual(scenario: &Scenario, minutes: usize) -> Vec<Plan> {
    let (mean, swing) = (scenario.param("per_min_milli"), scenario.param("swing_ppm"));
    let errors_ppm = scenario.param("base_ppm");
    let half = DAY_MIN as i64 / 2;
    let plan = |minute: usize| {
        let noon = half - ((minute % DAY_MIN) as i64 - half).abs();
        let wave = swing * (2 * noon - half) / half;
        let milli = mean * (PPM + wave).max(0) / PPM;
        Plan { milli, errors_ppm }
    };
    (0..minutes).map(plan).collect()
}

fn blips(scenario: &Scenario, seed: u64, plans: &mut [Plan]) {
    let (count, length) = (scenario.param("blips"), scenario.param("blip_min"));
    let span = scenario.param("blip_days") as u64 * DAY_MIN as u64;
    let first = scenario.param("blip_day") as usize * DAY_MIN;
    let mut draws = Draws::new(seed, BLIPS, 0);
    for _ in 0..count {
        let from = first + draws.below(span) as usize;
        for plan in plans.iter_mut().skip(from).take(length as usize) {
            plan.errors_ppm = scenario.param("blip_ppm");
        }
    }
}

fn incidents(scenario: &Scenario, seed: u64, plans: &mut [Plan]) -> Vec<Incident> {
    let jitter = scenario.param("jitter_min") as u64;
    let mut incidents = Vec::new();
    for (number, names) in INCIDENTS.iter().enumerate() {
        let [day, minutes, errors_ppm, traffic_ppm, level] = names.map(|n| scenario.param(n));
        if minutes == 0 {
            continue;
        }
        let late = Draws::new(seed, STARTS, number as u64).below(jitter.max(1));
        let from = (day as usize * DAY_MIN + late as usize).min(plans.len());
        let to = (from + minutes as usize).min(plans.len());
        for plan in &mut plans[from..to] {
            plan.errors_ppm = errors_ppm;
            if traffic_ppm > 0 {
                plan.milli = plan.milli * traffic_ppm / PPM;
            }
        }
        let level = level.clamp(1, 2) as u8;
        incidents.push(Incident { from, to, level });
    }
    incidents
}

fn draw(scenario: &Scenario, seed: u64, plans: &[Plan]) -> Vec<Minute> {
    let poisson_traffic = scenario.param("poisson") > 0;
    let minute = |(minute, plan): (usize, &Plan)| {
        let mut totals = Draws::new(seed, TOTALS, minute as u64);
        let mut failures = Draws::new(seed, FAILURES, minute as u64);
        let total = match poisson_traffic {
            true => poisson(&mut totals, plan.milli * 1000),
            false => plan.milli / 1000,
        };
        let bad = failed(&mut failures, total, plan.errors_ppm);
        Minute { bad, total }
    };
    plans.iter().enumerate().map(minute).collect()
}

/// How many of `total` requests fail: one by one where they are few or all, else by Poisson's
/// law, which the binomial is close to for small shares.
fn failed(draws: &mut Draws, total: i64, errors_ppm: i64) -> i64 {
    if errors_ppm >= PPM {
        return total;
    }
    if total <= FEW {
        return (0..total).filter(|_| draws.chance(errors_ppm)).count() as i64;
    }
    poisson(draws, total * errors_ppm).min(total)
}

/// A Poisson count with its mean in millionths: unit exponentials that fit into the mean.
fn poisson(draws: &mut Draws, mean_ppm: i64) -> i64 {
    // A mean of up to 12,000 in Q20 leaves room in 64 bits.
    const UNIT: i64 = 1 << 20;
    let mean = mean_ppm * UNIT / PPM;
    let mut sum = exponential(draws, UNIT);
    let mut count = 0;
    while sum < mean {
        sum += exponential(draws, UNIT);
        count += 1;
    }
    count
}
