//! The lab's charts: load by node, imbalance and movement at each change, which keys move, and
//! what a lookup costs.

use super::books::{Books, Measured};
use super::script::Script;
use crate::engine::plot::{Axis, Mark, Plot, Role, Series};
use crate::engine::q32::{ONE, ln_ratio};

/// Keys whose moves are drawn.
const SAMPLE: usize = 40;
/// A share of 10^-12 in ppm.
const TO_PPM: i128 = 1_000_000;

/// Watches a run; does nothing where no plots are wanted.
pub struct Recorder {
    wanted: bool,
    metered: bool,
    steps: usize,
    stride: usize,
    imbalance: Vec<[i64; 2]>,
    chance: Vec<[i64; 2]>,
    moved: Vec<[i64; 2]>,
    optimum: Vec<[i64; 2]>,
    moves: Vec<[i64; 2]>,
    holders: Vec<usize>,
    cost: Vec<[i64; 2]>,
    loads: Vec<(usize, i64)>,
}

impl Recorder {
    pub fn new(script: &Script, wanted: bool, metered: bool) -> Self {
        Self {
            wanted,
            metered,
            steps: script.steps.len(),
            stride: (script.keys.len() / SAMPLE).max(1),
            imbalance: Vec::new(),
            chance: Vec::new(),
            moved: Vec::new(),
            optimum: Vec::new(),
            moves: Vec::new(),
            holders: Vec::new(),
            cost: Vec::new(),
            loads: Vec::new(),
        }
    }

    /// Takes down a measurement. `loads` are each member's number and relative load, ppm;
    /// `ops_milli` is what a call cost on average, changes included.
    pub fn enter(
        &mut self,
        books: &Books,
        measured: &Measured,
        loads: Vec<(usize, i64)>,
        ops_milli: u64,
    ) {
        if !self.wanted {
            return;
        }
        let step = self.imbalance.len() as i64;
        let chance = chance_ppm(measured.nodes, books.keys());
        self.imbalance.push([step, measured.imbalance_ppm]);
        self.chance.push([step, chance]);
        let sample = (0..SAMPLE).map(|i| books.holder_number(i * self.stride));
        let holders: Vec<usize> = sample.collect();
        if step > 0 {
            let ppm = |share: i128| (share / TO_PPM) as i64;
            self.moved.push([step, ppm(measured.moved)]);
            self.optimum.push([step, ppm(measured.optimum)]);
            let pairs = holders.iter().zip(&self.holders).enumerate();
            let moves = pairs.filter(|(_, (new, old))| new != old);
            self.moves.extend(
                moves
                    .map(|(key, _)| [step, key as i64])
                    .take(512 / self.steps),
            );
        }
        self.holders = holders;
        if self.metered {
            self.cost.push([measured.nodes as i64, ops_milli as i64]);
        }
        self.loads = loads;
    }

    pub fn finish(self, books: &Books) -> Vec<Plot> {
        if !self.wanted {
            return Vec::new();
        }
        vec![
            self.load(books),
            self.imbalance(),
            self.movement(),
            self.strip(),
            self.cost(),
        ]
    }

    /// Bars of load over fair share, and the band in which chance alone would keep most of them.
    fn load(&self, books: &Books) -> Plot {
        let sum: i64 = books.weights().iter().map(|&w| i64::from(w)).sum();
        let keys = books.keys() as i64;
        let band = |sign: i64| {
            let points = self.loads.iter().enumerate().map(|(x, &(node, _))| {
                let weight = i64::from(books.weights()[node]);
                [
                    x as i64,
                    1_000_000 + sign * two_sigma_ppm(weight, sum, keys),
                ]
            });
            points.collect::<Vec<_>>()
        };
        let bars = self.loads.iter().enumerate();
        let bars = bars.map(|(x, &(_, ppm))| [x as i64, ppm]).collect();
        let names = self.loads.iter().map(|&(node, _)| {
            let weight = books.weights()[node];
            format!("{node} (×{weight})")
        });
        let mut x = Axis::new("node (weight), after the last change", "", 1);
        x.categories = names.collect();
        Plot {
            id: "load".into(),
            title: "Load of each node over its fair share".into(),
            caption: "100 % is fair by weight. If keys were thrown at random, about 19 of 20 bars \
                      would end between the two lines: what sticks out is the policy's doing."
                .into(),
            x,
            y: Axis::new("load / fair share", "%", 10_000),
            series: vec![
                series("policy", Role::Policy, Mark::Bar, bars),
                series("+2 standard deviations", Role::Limit, Mark::Dot, band(1)),
                series("-2 standard deviations", Role::Limit, Mark::Dot, band(-1)),
            ],
        }
    }

    fn imbalance(&self) -> Plot {
        Plot {
            id: "imbalance".into(),
            title: "Fullest node at each change".into(),
            caption: "The dashed line is what pure chance costs with this many keys and nodes. A \
                      policy well above it has shares of its own making that are unequal."
                .into(),
            x: Axis::new("changes so far", "", 1),
            y: Axis::new("load of the fullest node / fair share", "%", 10_000),
            series: vec![
                series("chance alone", Role::Limit, Mark::Line, self.chance.clone()),
                series("policy", Role::Policy, Mark::Step, self.imbalance.clone()),
            ],
        }
    }

    fn movement(&self) -> Plot {
        Plot {
            id: "movement".into(),
            title: "Keys that move at each change".into(),
            caption: "The bound is the least that any placement must move to stay fair. Modulo \
                      moves nearly everything, because nearly every remainder changes."
                .into(),
            x: Axis::new("change", "", 1),
            y: Axis::new("share of the keys", "%", 10_000),
            series: vec![
                series("bound", Role::Bound, Mark::Bar, self.optimum.clone()),
                series("policy", Role::Policy, Mark::Bar, self.moved.clone()),
            ],
        }
    }

    fn strip(&self) -> Plot {
        Plot {
            id: "strip".into(),
            title: "Which of 40 keys change their node".into(),
            caption: "A column is a change, a dot a key that moved. A sparse column is what was \
                      unavoidable; a full one empties every cache behind it."
                .into(),
            x: Axis::new("change", "", 1),
            y: Axis::new("key", "", 1),
            series: vec![series(
                "policy",
                Role::Policy,
                Mark::Dot,
                self.moves.clone(),
            )],
        }
    }

    fn cost(&self) -> Plot {
        Plot {
            id: "cost".into(),
            title: "Cost of a lookup against the number of nodes".into(),
            caption: "Metered operations per call, rebuilding after the change included. A line \
                      that rises with the nodes asks every node about every key."
                .into(),
            x: Axis::new("nodes", "", 1),
            y: Axis::new("operations per call", "mo", 1000),
            series: vec![series("policy", Role::Policy, Mark::Dot, self.cost.clone())],
        }
    }
}

/// What the fullest of `nodes` equal nodes gets if `keys` keys are thrown at random, over its fair
/// share, ppm: 1 + √(2 ln n · n / K), the usual estimate of a maximum of n normal deviations.
#[must_use]
pub fn chance_ppm(nodes: usize, keys: usize) -> i64 {
    let ln = ln_ratio(nodes.max(1) as i64, 1) as f64 / ONE as f64;
    let spread = (2.0 * ln * nodes as f64 / keys.max(1) as f64).sqrt();
    1_000_000 + (spread * 1e6) as i64
}

/// Two standard deviations of a binomial share w / W among `keys`, over that share, ppm.
fn two_sigma_ppm(weight: i64, sum: i64, keys: i64) -> i64 {
    let share = weight.max(1) as f64 / sum.max(1) as f64;
    (2e6 * ((1.0 - share) / (share * keys.max(1) as f64)).sqrt()) as i64
}

fn series(label: &str, role: Role, mark: Mark, points: Vec<[i64; 2]>) -> Series {
    Series {
        label: label.into(),
        role,
        mark,
        points,
    }
}
