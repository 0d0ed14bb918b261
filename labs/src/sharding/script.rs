//! What happens to the membership, and which keys are placed. No policy changes it.

use super::policy::Member;
use crate::engine::q32::inverse_power_q40;
use crate::engine::rng::Draws;
use crate::spec::Scenario;

/// Streams of the draws.
mod stream {
    pub const IDS: u64 = 1;
    pub const KEYS: u64 = 2;
    pub const LEAVES: u64 = 3;
}

/// Bits of ids and keys, so that they fit a JavaScript number.
const ID_BITS: u32 = 52;

/// One change of the membership. Nodes are numbers of [`Script::ids`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A node joins with a weight.
    Join(usize, i32),
    /// A node leaves.
    Leave(usize),
}

/// The run's plan: after every step, all keys are placed.
pub struct Script {
    /// Ids of every node that ever joins, by number.
    pub ids: Vec<i64>,
    /// Steps of one or more changes; the first makes the membership of the start.
    pub steps: Vec<Vec<Change>>,
    /// Sample keys.
    pub keys: Vec<i64>,
    /// How often each key is asked for, relative to the others.
    pub loads: Vec<u64>,
}

impl Script {
    /// The plan of a scenario.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64) -> Self {
        let mut plan = Plan::new(scenario, seed);
        plan.start();
        plan.change();
        Self {
            ids: ids(seed, plan.next),
            steps: plan.steps,
            keys: keys(scenario, seed),
            loads: loads(scenario),
        }
    }

    /// Members after the last step, in the order of their numbers.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        let mut weights = vec![0; self.ids.len()];
        for change in self.steps.iter().flatten() {
            match *change {
                Change::Join(node, weight) => weights[node] = weight,
                Change::Leave(node) => weights[node] = 0,
            }
        }
        let all = self.ids.iter().zip(weights);
        all.filter(|&(_, weight)| weight > 0)
            .map(|(&id, weight)| Member { id, weight })
            .collect()
    }
}

/// Distinct random ids, so that neither order nor size says anything.
fn ids(seed: u64, count: usize) -> Vec<i64> {
    let mut draws = Draws::new(seed, stream::IDS, 0);
    let mut ids: Vec<i64> = Vec::with_capacity(count);
    while ids.len() < count {
        let id = (draws.word() >> (64 - ID_BITS)) as i64;
        if id > 0 && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Random keys; or, where `key_step` is given, equally spaced ones, as addresses of objects are.
fn keys(scenario: &Scenario, seed: u64) -> Vec<i64> {
    let mut draws = Draws::new(seed, stream::KEYS, 0);
    let count = scenario.param("keys");
    let step = scenario.param("key_step");
    if step > 0 {
        let first = (draws.word() >> 24) as i64;
        return (first..first + count).map(|i| i * step).collect();
    }
    (0..count)
        .map(|_| (draws.word() >> (64 - ID_BITS)) as i64)
        .collect()
}

/// 1 each; or, where `zipf_milli` is given, by rank after Zipf's law.
fn loads(scenario: &Scenario) -> Vec<u64> {
    let count = scenario.param("keys") as u64;
    match scenario.param("zipf_milli") {
        0 => vec![1; count as usize],
        exponent => (1..=count)
            .map(|rank| inverse_power_q40(rank, exponent))
            .collect(),
    }
}

/// Steps under construction.
struct Plan<'a> {
    scenario: &'a Scenario,
    draws: Draws,
    steps: Vec<Vec<Change>>,
    live: Vec<(usize, i32)>,
    next: usize,
}

impl<'a> Plan<'a> {
    const fn new(scenario: &'a Scenario, seed: u64) -> Self {
        Self {
            scenario,
            draws: Draws::new(seed, stream::LEAVES, 0),
            steps: Vec::new(),
            live: Vec::new(),
            next: 0,
        }
    }

    /// A parameter that is a count.
    fn count(&self, name: &str) -> usize {
        self.scenario.param(name).max(0) as usize
    }

    /// A weight; 1 where the scenario does not say.
    fn weight(&self, name: &str) -> i32 {
        self.scenario.param(name).max(1) as i32
    }

    fn join_new(&mut self, weight: i32) -> Change {
        let node = self.next;
        self.next += 1;
        self.join(node, weight)
    }

    fn join(&mut self, node: usize, weight: i32) -> Change {
        self.live.push((node, weight));
        Change::Join(node, weight)
    }

    /// An arbitrary member leaves; the last one stays, for keys must lie somewhere.
    fn leave(&mut self) -> Option<(usize, i32)> {
        if self.live.len() < 2 {
            return None;
        }
        let at = self.draws.below(self.live.len() as u64) as usize;
        Some(self.live.remove(at))
    }

    /// The membership of the start: `nodes` of them, weights `weight_0` to `weight_3` in turn.
    fn start(&mut self) {
        let names = ["weight_0", "weight_1", "weight_2", "weight_3"];
        let weights = names.map(|name| self.weight(name));
        let step = (0..self.count("nodes")).map(|i| self.join_new(weights[i % 4]));
        let step = step.collect();
        self.steps.push(step);
    }

    /// Joins, leaves, replacements, and a node that leaves and returns. `batch` nodes join or leave
    /// at once, one if the scenario does not say.
    fn change(&mut self) {
        let batch = self.count("batch").max(1);
        for _ in 0..self.count("joins") {
            let weight = self.weight("join_weight");
            let step = (0..batch).map(|_| self.join_new(weight)).collect();
            self.steps.push(step);
        }
        for _ in 0..self.count("leaves") {
            let gone = (0..batch).map_while(|_| self.leave());
            let step = gone.map(|(node, _)| Change::Leave(node)).collect();
            self.steps.push(step);
        }
        for _ in 0..self.count("replacements") {
            let Some((node, _)) = self.leave() else {
                break;
            };
            self.steps.push(vec![Change::Leave(node)]);
            let change = self.join_new(1);
            self.steps.push(vec![change]);
        }
        self.flap();
    }

    /// An arbitrary member leaves and returns, in every other round with another weight if the
    /// scenario says so.
    fn flap(&mut self) {
        let rounds = self.count("flaps");
        if rounds == 0 {
            return;
        }
        let Some((node, home)) = self.leave() else {
            return;
        };
        let away = match self.scenario.param("return_weight") {
            0 => home,
            weight => weight as i32,
        };
        for round in 0..rounds {
            self.steps.push(vec![Change::Leave(node)]);
            let weight = if round % 2 == 0 { away } else { home };
            self.steps.push(vec![Change::Join(node, weight)]);
        }
    }
}
