//! The world: hands the trace to a policy and meters what it admits.

use super::meter::ExactMeter;
use super::plots::Recorder;
use super::trace::{Contract, Request, Trace};
use super::{ALLOW, CONFIGURE};
use crate::engine::PPM;
use crate::engine::rng::Draws;
use crate::guest::{FaultKind, Run};
use crate::lab::{Outcome, Setting};

/// Runs a scenario once.
///
/// `over` is the admitted cost that an exact meter, fed with what was admitted, would have
/// dropped, over all admitted cost. `under` is, summed over tenants, how much less conforming
/// cost was admitted than an exact meter admits from what was offered. Both by volume, so a
/// limiter that is late by one request is not punished a hundred times while an abuser
/// hammers.
pub fn simulate(setting: &Setting<'_>, run: &mut Run<'_>) -> Result<Outcome, FaultKind> {
    let trace = Trace::new(setting.scenario, setting.seed);
    let instance = run.spawn()?;
    let mut told = Told::new(&trace, setting);
    let mut books = Books::new(&trace);
    let mut recorder = Recorder::new(&trace, setting.plots);
    let mut clock = i64::MIN;
    for request in &trace.requests {
        clock = clock.max(request.at);
        let tenant = request.tenant;
        let id = trace.ids[tenant as usize];
        let idle = books.offered.is_idle(tenant, clock);
        if let Some(contract) = told.news(&trace, tenant, clock, idle) {
            let args = [id, contract.interval_ns, contract.burst];
            run.call(instance, CONFIGURE, &args)?;
        }
        let contract = told.contract(tenant);
        let answer = run.call(instance, ALLOW, &[id, request.at, request.cost])?;
        let admitted = match answer {
            0 => false,
            1 => true,
            value => return Err(FaultKind::BadReturn { value }),
        };
        books.enter(contract, clock, request, admitted);
        let pages = if setting.plots {
            run.pages_of(instance)
        } else {
            0
        };
        recorder.enter(contract, clock, request, admitted, pages, &books.offered);
    }
    let (over, under) = books.ratios_ppm();
    let plots = recorder.finish(&books.per_tenant_ppm());
    Ok(Outcome {
        metrics: vec![("over", over), ("under", under)],
        plots,
    })
}

/// Stream of the draws that decide when a contract is repeated.
const REPEATS: u64 = 8;

/// Which contracts the policy has been told.
struct Told {
    current: Vec<Option<Contract>>,
    repeat_idle: bool,
    repeat_ppm: i64,
    draws: Draws,
}

impl Told {
    fn new(trace: &Trace, setting: &Setting<'_>) -> Self {
        Self {
            current: vec![None; trace.contracts.len()],
            repeat_idle: setting.scenario.param("repeat_idle") > 0,
            repeat_ppm: setting.scenario.param("repeat_ppm"),
            draws: Draws::new(setting.seed, REPEATS, 0),
        }
    }

    /// The contract to tell before this request, if there is one to tell: a tenant's first,
    /// a changed one, where tenants are many one that may have been forgotten because its
    /// tenant owes nothing, and now and then the same once more.
    fn news(&mut self, trace: &Trace, tenant: u32, clock: i64, idle: bool) -> Option<Contract> {
        let index = tenant as usize;
        let valid = match &trace.change {
            Some((at, second)) if clock >= *at => second[index],
            _ => trace.contracts[index],
        };
        let known = self.current[index] == Some(valid);
        self.current[index] = Some(valid);
        let again = self.repeat_ppm > 0 && self.draws.chance(self.repeat_ppm);
        (!known || again || (self.repeat_idle && idle)).then_some(valid)
    }

    fn contract(&self, tenant: u32) -> Contract {
        self.current[tenant as usize].unwrap_or(Contract {
            interval_ns: 1,
            burst: 1,
        })
    }
}

/// What the contracts allow against what the policy admitted.
struct Books {
    /// Exact meter on what was offered.
    offered: ExactMeter,
    /// Exact meter on what was admitted.
    admitted: ExactMeter,
    ideal: Vec<i64>,
    conforming: Vec<i64>,
    excess: Vec<i64>,
}

impl Books {
    fn new(trace: &Trace) -> Self {
        let n = trace.contracts.len();
        Self {
            offered: ExactMeter::new(n),
            admitted: ExactMeter::new(n),
            ideal: vec![0; n],
            conforming: vec![0; n],
            excess: vec![0; n],
        }
    }

    fn enter(&mut self, contract: Contract, clock: i64, request: &Request, admitted: bool) {
        let Request { tenant, cost, .. } = *request;
        let index = tenant as usize;
        if self.offered.conforms(tenant, contract, clock, cost) {
            self.ideal[index] += cost;
        }
        if !admitted {
            return;
        }
        if self.admitted.conforms(tenant, contract, clock, cost) {
            self.conforming[index] += cost;
        } else {
            self.excess[index] += cost;
        }
    }

    fn ratios_ppm(&self) -> (i64, i64) {
        let excess: i64 = self.excess.iter().sum();
        let conforming: i64 = self.conforming.iter().sum();
        let ideal: i64 = self.ideal.iter().sum();
        let pairs = self.ideal.iter().zip(&self.conforming);
        let short: i64 = pairs.map(|(ideal, got)| (ideal - got).max(0)).sum();
        (
            share_ppm(excess, excess + conforming),
            share_ppm(short, ideal),
        )
    }

    /// `[over, under]` in ppm per tenant that sent anything.
    fn per_tenant_ppm(&self) -> Vec<[i64; 2]> {
        (0..self.ideal.len())
            .filter(|&i| self.ideal[i] + self.excess[i] > 0)
            .map(|i| {
                let short = (self.ideal[i] - self.conforming[i]).max(0);
                [
                    share_ppm(self.excess[i], self.excess[i] + self.conforming[i]),
                    share_ppm(short, self.ideal[i]),
                ]
            })
            .collect()
    }
}

fn share_ppm(part: i64, whole: i64) -> i64 {
    (i128::from(part) * i128::from(PPM) / i128::from(whole.max(1))) as i64
}
