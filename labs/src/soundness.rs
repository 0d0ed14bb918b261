//! Whether a lab measures what it says, beyond the seeds it publishes.
//!
//! A lab is sound when its policies keep their order on seeds that nobody tuned for, when nothing
//! that ignores its input earns a star, when hidden and public scenarios agree about honest
//! policies, and when its world agrees with closed forms. `headroom lab check` runs all of it.

use std::collections::BTreeMap;

use crate::anchors::Anchors;
use crate::engine::rng::mix;
use crate::engine::score;
use crate::grade::{case_score, run_case, utilities};
use crate::guest::{FaultKind, Guest, Host, Native, Reply, Run};
use crate::lab::{Lab, PolicyRole, Setting};
use crate::spec::Scenario;

/// Constants that are tried as answers to every call.
const CONSTANTS: [i64; 6] = [i64::MIN, -1, 0, 1, 2, 1_000_000_000];
/// Parameters that are tried as answers.
const ECHOES: usize = 3;

/// A figure that the world must reproduce, and what it gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// What is compared, with its formula.
    pub says: String,
    /// What the simulator gave.
    pub found: f64,
    /// What the closed form or the published figure says.
    pub expected: f64,
    /// Greatest distance between the two, in their unit.
    pub tolerance: f64,
}

impl Agreement {
    /// Whether the two agree.
    #[must_use]
    pub fn holds(&self) -> bool {
        (self.found - self.expected).abs() <= self.tolerance
    }
}

/// Scores (ppm) of the built-in policies in one case, in the order of [`Lab::policies`]. Each is
/// run once, anchors included; one that faults has 0.
#[must_use]
pub fn scores(lab: &Lab, scenario: &Scenario, seed: u64) -> Vec<i64> {
    let measured: Vec<Option<BTreeMap<String, i64>>> = lab
        .policies
        .iter()
        .map(|policy| {
            let mut host = Native(policy.make);
            let mut run = Run::new(&mut host, seed);
            let setting = Setting {
                scenario,
                seed,
                plots: false,
            };
            let outcome = (lab.simulate)(&setting, &mut run).ok()?;
            let metrics = outcome.metrics.into_iter();
            Some(metrics.map(|(id, value)| (id.to_owned(), value)).collect())
        })
        .collect();
    let ids = lab.policies.iter().map(|policy| policy.id.to_owned());
    let known = ids.zip(measured.iter().map(|m| m.clone().unwrap_or_default()));
    let mut anchors = Anchors::knowing(lab, scenario, seed, known.collect());
    let score = |metrics: &Option<BTreeMap<String, i64>>| {
        metrics
            .as_ref()
            .map_or(0, |m| case_score(lab, &utilities(lab, &mut anchors, m)))
    };
    measured.iter().map(score).collect()
}

/// Seed number `index` of a check: below 2^53, as published seeds are, and none of those.
#[must_use]
pub const fn seed(index: u64) -> u64 {
    mix(index ^ 0x5EED) >> 11
}

/// How a policy fared over many seeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// Public quality of each seed, ppm.
    pub public: Vec<i64>,
    /// Hidden quality of each seed, ppm.
    pub hidden: Vec<i64>,
}

impl Spread {
    /// What counts against others: the lesser of public and hidden quality, seed by seed.
    pub fn effective(&self) -> impl Iterator<Item = i64> {
        self.public.iter().zip(&self.hidden).map(|(p, h)| *p.min(h))
    }
}

/// Gathers the scores of all cases, `(scenario number, seed number)` → [`scores`], into spreads in
/// the order of [`Lab::policies`].
#[must_use]
pub fn spreads(lab: &Lab, seeds: u64, cases: &BTreeMap<(usize, u64), Vec<i64>>) -> Vec<Spread> {
    let quality = |policy: usize, seed: u64, public: bool| {
        let scenarios = lab.spec().scenarios.iter().enumerate();
        let scores: Vec<i64> = scenarios
            .filter(|(_, scenario)| scenario.public == public)
            .filter_map(|(number, _)| cases.get(&(number, seed))?.get(policy).copied())
            .collect();
        score::quality(&scores)
    };
    (0..lab.policies.len())
        .map(|policy| Spread {
            public: (0..seeds).map(|s| quality(policy, s, true)).collect(),
            hidden: (0..seeds).map(|s| quality(policy, s, false)).collect(),
        })
        .collect()
}

/// Everything that is wrong with the order of the policies, one sentence each.
#[must_use]
pub fn disorder(lab: &Lab, spreads: &[Spread]) -> Vec<String> {
    let rules = &lab.spec().soundness;
    let pairs = || lab.policies.iter().zip(spreads);
    let Some((_, best)) = pairs().find(|(p, _)| p.role == PolicyRole::Reference) else {
        return vec!["there is no reference".into()];
    };
    let mut wrong = Vec::new();
    for (policy, spread) in pairs() {
        if !matches!(policy.role, PolicyRole::Naive | PolicyRole::Mutant) {
            continue;
        }
        let gaps = best.effective().zip(spread.effective()).map(|(b, s)| b - s);
        let least = gaps.min().unwrap_or(0);
        if least < rules.margin {
            wrong.push(format!(
                "{} comes within {:.1} points of the reference; the margin is {:.1}",
                policy.id,
                points(least),
                points(rules.margin)
            ));
        }
    }
    for (public, hidden) in best.public.iter().zip(&best.hidden) {
        if hidden * 10 < public * 9 {
            wrong.push(format!(
                "the reference has {:.1} in hidden scenarios and {:.1} in public ones",
                points(*hidden),
                points(*public)
            ));
        }
    }
    wrong
}

fn points(ppm: i64) -> f64 {
    ppm as f64 / 10_000.0
}

/// Policies that do not look at what they are asked, and their public quality in ppm on the first
/// published seeds.
#[must_use]
pub fn blind(lab: &Lab) -> Vec<(String, i64)> {
    let constants = CONSTANTS.map(|value| (format!("always {value}"), Blind::Constant(value)));
    let echoes = (0..ECHOES).map(|at| (format!("parameter {at}"), Blind::Echo(at)));
    let all = constants.into_iter().chain(echoes);
    let quality = |blind: Blind| {
        let scores: Vec<i64> = lab
            .spec()
            .public()
            .map(|(_, scenario)| {
                let seed = scenario.seeds.first().copied().unwrap_or(0);
                run_case(lab, scenario, seed, &mut BlindHost(blind), false)
                    .0
                    .score
            })
            .collect();
        score::quality(&scores)
    };
    all.map(|(name, blind)| (name, quality(blind))).collect()
}

#[derive(Clone, Copy)]
enum Blind {
    Constant(i64),
    Echo(usize),
}

struct BlindHost(Blind);

impl Host for BlindHost {
    fn spawn(&mut self, _seed: u64) -> Result<Box<dyn Guest>, FaultKind> {
        Ok(Box::new(BlindHost(self.0)))
    }

    fn metered(&self) -> bool {
        false
    }
}

impl Guest for BlindHost {
    fn call(&mut self, _export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        let value = match self.0 {
            Blind::Constant(value) => value,
            Blind::Echo(at) => args.get(at).copied().unwrap_or(0),
        };
        Ok(Reply { value, ops: 0 })
    }

    fn pages(&self) -> u32 {
        0
    }
}
