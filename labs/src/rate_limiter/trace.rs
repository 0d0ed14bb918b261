//! The offered traffic: a list of contracts and requests, made before any policy is asked.
//!
//! A policy cannot change arrivals here, so every policy meets the same trace by
//! construction. Tenant ids are opaque: sparse, below 2^52, different for every seed.

use crate::engine::dist::{Zipf, exponential};
use crate::engine::rng::{Draws, mix};
use crate::engine::{DAY, MS, SEC};
use crate::spec::Scenario;

/// What a tenant bought: one token per `interval_ns`, at most `burst` at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contract {
    /// Nanoseconds per token.
    pub interval_ns: i64,
    /// Most tokens at once.
    pub burst: i64,
}

impl Contract {
    /// The contract's depth in nanoseconds of debt.
    #[must_use]
    pub const fn depth_ns(self) -> i64 {
        self.burst * self.interval_ns
    }
}

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request {
    /// When the policy is told it comes, ns. May step back where the clock is skewed.
    pub at: i64,
    /// Index of the tenant.
    pub tenant: u32,
    /// Tokens it costs.
    pub cost: i64,
}

/// Everything that will happen, in order.
#[derive(Debug, Clone)]
pub struct Trace {
    /// First instant, ns.
    pub start: i64,
    /// Contracts at the start, by tenant index.
    pub contracts: Vec<Contract>,
    /// Opaque ids, by tenant index.
    pub ids: Vec<i64>,
    /// Requests in order of arrival.
    pub requests: Vec<Request>,
    /// From this instant on, each tenant has the second contract.
    pub change: Option<(i64, Vec<Contract>)>,
    /// Tenant whose charts are drawn: the one that offers most.
    pub sample: u32,
}

// Streams of draws.
const ARRIVALS: u64 = 1;
const COSTS: u64 = 2;
const SPELLS: u64 = 3;
const RANKS: u64 = 4;
const CLOCK: u64 = 5;
const EPOCH: u64 = 6;
const IDS: u64 = 7;

/// Costs of the weighted scenario; the last exceeds the burst and never fits.
const WEIGHTS: [i64; 5] = [1, 5, 20, 60, 150];

impl Trace {
    /// The trace of a scenario under a seed.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64) -> Self {
        let mut maker = Maker::new(scenario, seed);
        match () {
            () if scenario.param("zipf_milli") > 0 => maker.zipf(),
            () if scenario.param("rounds") > 0 => maker.bytes(),
            () if scenario.param("spells") > 0 => maker.idle(),
            () if scenario.param("on_ns") > 0 => maker.on_off(),
            () if scenario.param("rate_0") > 0 => maker.poisson_tenants(),
            () => maker.edge(),
        }
        maker.finish()
    }
}

struct Maker<'a> {
    scenario: &'a Scenario,
    seed: u64,
    start: i64,
    tenants: u32,
    contract: Contract,
    requests: Vec<Request>,
}

impl<'a> Maker<'a> {
    fn new(scenario: &'a Scenario, seed: u64) -> Self {
        // Somewhere in the first ten days, so that ns stay below 2^53 for JavaScript, and
        // no policy can tell a scenario by its first instant.
        let start = DAY + Draws::new(seed, EPOCH, 0).below(9 * DAY as u64) as i64;
        Self {
            scenario,
            seed,
            start,
            tenants: scenario.param("tenants") as u32,
            contract: Contract {
                interval_ns: scenario.param("interval_ns"),
                burst: scenario.param("burst"),
            },
            requests: Vec::new(),
        }
    }

    fn end(&self) -> i64 {
        self.start + self.scenario.param("seconds") * SEC
    }

    /// Poisson arrivals of one tenant in `from..to`; `rate` in thousandths per second.
    fn poisson(&mut self, draws: &mut Draws, tenant: u32, rate: i64, from: i64, to: i64) {
        let mean = 1000 * SEC / rate;
        let weighted = self.scenario.param("weighted") > 0;
        let mut costs = Draws::new(self.seed, COSTS, u64::from(tenant));
        let mut at = from;
        loop {
            at += exponential(draws, mean);
            if at >= to {
                return;
            }
            let cost = if weighted {
                WEIGHTS[costs.below(5) as usize]
            } else {
                1
            };
            self.requests.push(Request { at, tenant, cost });
        }
    }

    fn poisson_tenants(&mut self) {
        let rates: Vec<i64> = ["rate_0", "rate_1", "rate_2", "rate_3"]
            .iter()
            .map(|name| self.scenario.param(name))
            .filter(|&rate| rate > 0)
            .collect();
        for tenant in 0..self.tenants {
            let mut rate = rates[tenant as usize % rates.len()];
            if tenant == 0 && self.scenario.param("rate_first") > 0 {
                rate = self.scenario.param("rate_first");
            }
            let mut draws = Draws::new(self.seed, ARRIVALS, u64::from(tenant));
            self.poisson(&mut draws, tenant, rate, self.start, self.end());
        }
    }

    fn on_off(&mut self) {
        let param = |name| self.scenario.param(name);
        let (on, off, rate) = (param("on_ns"), param("off_ns"), param("rate_on"));
        for tenant in 0..self.tenants {
            let mut spells = Draws::new(self.seed, SPELLS, u64::from(tenant));
            let mut draws = Draws::new(self.seed, ARRIVALS, u64::from(tenant));
            let mut at = self.start;
            while at < self.end() {
                let until = at + exponential(&mut spells, on);
                self.poisson(&mut draws, tenant, rate, at, until.min(self.end()));
                at = until + exponential(&mut spells, off);
            }
        }
    }

    /// Each tenant sends a burst just before and just after every second window boundary.
    fn edge(&mut self) {
        let window = self.contract.depth_ns();
        for tenant in 0..self.tenants {
            let mut boundary = (self.start / window + 1) * window;
            while boundary < self.end() {
                for k in 0..self.contract.burst {
                    let before = boundary - (self.contract.burst - k) * MS;
                    let after = boundary + (k + 1) * MS;
                    self.requests.push(Request {
                        at: before,
                        tenant,
                        cost: 1,
                    });
                    self.requests.push(Request {
                        at: after,
                        tenant,
                        cost: 1,
                    });
                }
                boundary += 2 * window;
            }
        }
    }

    fn zipf(&mut self) {
        let zipf = Zipf::new(u64::from(self.tenants), self.scenario.param("zipf_milli"));
        let mean = 1000 * SEC / self.scenario.param("rate_all");
        let mut arrivals = Draws::new(self.seed, ARRIVALS, 0);
        let mut ranks = Draws::new(self.seed, RANKS, 0);
        let mut at = self.start + exponential(&mut arrivals, mean);
        while at < self.end() {
            let tenant = zipf.draw(&mut ranks) as u32;
            self.requests.push(Request {
                at,
                tenant,
                cost: 1,
            });
            at += exponential(&mut arrivals, mean);
        }
    }

    fn idle(&mut self) {
        let param = |name| self.scenario.param(name);
        let (spells, length, rate) = (param("spells"), param("spell_ns"), param("rate_on"));
        for tenant in 0..self.tenants {
            let mut draws = Draws::new(self.seed, ARRIVALS, u64::from(tenant));
            let mut at = self.start;
            for spell in 0..spells {
                self.poisson(&mut draws, tenant, rate, at, at + length);
                at += (spell % 3 + 1) * 7 * DAY;
            }
        }
    }

    /// Bursts of 2.4 MB in 40 µs; every other gap is one at which `elapsed · rate` of a
    /// 64-bit bucket in bytes wraps to almost nothing.
    fn bytes(&mut self) {
        let param = |name| self.scenario.param(name);
        let (rounds, requests, cost) = (param("rounds"), param("requests"), param("cost"));
        let rate = SEC / self.contract.interval_ns;
        let wrap = (u64::MAX / rate as u64) as i64 + 60_000;
        for tenant in 0..self.tenants {
            let mut at = self.start;
            for round in 0..rounds {
                for k in 0..requests {
                    self.requests.push(Request {
                        at: at + k * 1000,
                        tenant,
                        cost,
                    });
                }
                at += if round % 2 == 1 { wrap } else { 100 * SEC };
            }
        }
    }

    fn finish(mut self) -> Trace {
        self.requests.sort_by_key(|r| (r.at, r.tenant));
        let change = (self.scenario.param("reconfigure") > 0).then(|| self.second_contracts());
        self.skew();
        let contracts = vec![self.contract; self.tenants as usize];
        let sample = busiest(&self.requests, self.tenants);
        Trace {
            start: self.start,
            ids: ids(self.seed, self.tenants),
            contracts,
            requests: self.requests,
            change,
            sample,
        }
    }

    fn second_contracts(&self) -> (i64, Vec<Contract>) {
        let Contract { interval_ns, burst } = self.contract;
        let halved = Contract {
            interval_ns: 2 * interval_ns,
            burst: burst / 2,
        };
        let doubled = Contract {
            interval_ns: interval_ns / 2,
            burst: 2 * burst,
        };
        let contracts = (0..self.tenants)
            .map(|t| if t % 4 < 2 { halved } else { doubled })
            .collect();
        (self.start.midpoint(self.end()), contracts)
    }

    /// Steps the clock back on some calls; the order of calls stays.
    fn skew(&mut self) {
        let (most, ppm) = (
            self.scenario.param("skew_ns"),
            self.scenario.param("skew_ppm"),
        );
        if most == 0 {
            return;
        }
        let mut draws = Draws::new(self.seed, CLOCK, 0);
        for request in &mut self.requests {
            if draws.chance(ppm) {
                request.at -= draws.below(most as u64) as i64;
            }
        }
    }
}

/// Sparse ids: an odd multiple of the index, shifted, modulo 2^52. A bijection, so no two
/// tenants share one.
fn ids(seed: u64, tenants: u32) -> Vec<i64> {
    let draws = Draws::new(seed, IDS, 0);
    let (factor, offset) = (draws.at(0) | 1, mix(draws.at(1)));
    (0..u64::from(tenants))
        .map(|t| (t.wrapping_mul(factor).wrapping_add(offset) & ((1 << 52) - 1)) as i64)
        .collect()
}

fn busiest(requests: &[Request], tenants: u32) -> u32 {
    let mut offered = vec![0_i64; tenants as usize];
    for request in requests {
        offered[request.tenant as usize] += request.cost;
    }
    let most = offered
        .iter()
        .enumerate()
        .max_by_key(|&(i, &cost)| (cost, std::cmp::Reverse(i)));
    most.map_or(0, |(i, _)| i as u32)
}
