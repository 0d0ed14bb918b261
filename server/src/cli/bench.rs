//! `headroom lab bench`: what a call costs, in the simulator, in a policy, and in the same policy
//! as a module.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use labs::guest::MAX_PARAMS;
use labs::{FaultKind, Guest, Host, Lab, Native, Reply, Scenario};

use crate::clock::processor_time;
use labs_wasmtime::{Effort, Engine, Modules};

/// Times that everything is measured; the median counts.
const ROUNDS: usize = 5;

/// A call of a run that was written down.
#[derive(Clone, Copy)]
struct Call {
    instance: usize,
    export: usize,
    args: [i64; MAX_PARAMS],
    arity: usize,
}

/// The calls of a run, in order, and how many instances took part.
#[derive(Default)]
struct Calls {
    list: Vec<Call>,
    instances: usize,
}

/// Prints a table: the reference of each lab on the first seed of each public scenario. Modules are
/// `<guests>/<lab>/<policy>.wasm`, as `cargo xtask test` builds them.
pub fn run(labs: &[&'static Lab], guests: &Path) -> anyhow::Result<()> {
    println!(
        "processor time of one call, ns (median of {ROUNDS}); engine = simulator without policy\n\
         {:<18}{:>10}{:>10}{:>10}{:>10}{:>10}",
        "lab", "calls", "engine", "native", "module", "ratio"
    );
    for lab in labs {
        let path = guests
            .join(lab.id)
            .join(format!("{}.wasm", lab.reference().id));
        let module = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let engine = Engine::new(Effort::Speed)?;
        let checked = labs::abi::check(lab.spec(), &module)
            .map_err(|errors| anyhow::anyhow!("{}: {errors:?}", path.display()))?;
        let mut modules = Modules::compile(&engine, lab.spec(), checked.metered())?;
        line(lab, &mut modules)?;
    }
    Ok(())
}

fn line(lab: &'static Lab, modules: &mut Modules) -> anyhow::Result<()> {
    let mut native = Native(lab.reference().make);
    let (mut calls, mut whole, mut policy, mut module) = (0, 0, 0, 0);
    for (_, scenario) in lab.spec().public() {
        let tape = recorded(lab, scenario);
        calls += tape.list.len() as u128;
        whole += median(|| Ok(timed(|| simulate(lab, scenario))))?;
        policy += median(|| replayed(&tape, &mut native))?;
        module += median(|| replayed(&tape, modules))?;
    }
    let per_call = |ns: u128| ns as f64 / calls.max(1) as f64;
    println!(
        "{:<18}{calls:>10}{:>10.1}{:>10.1}{:>10.1}{:>10.2}",
        lab.id,
        per_call(whole.saturating_sub(policy)),
        per_call(policy),
        per_call(module),
        module as f64 / policy.max(1) as f64
    );
    Ok(())
}

fn seed(scenario: &Scenario) -> u64 {
    scenario.seeds.first().copied().unwrap_or(0)
}

fn simulate(lab: &'static Lab, scenario: &Scenario) {
    let mut host = Native(lab.reference().make);
    let mut run = labs::Run::new(&mut host, seed(scenario));
    let setting = labs::Setting {
        scenario,
        seed: seed(scenario),
        plots: false,
    };
    std::hint::black_box((lab.simulate)(&setting, &mut run).is_ok());
}

/// The calls that the reference gets.
fn recorded(lab: &'static Lab, scenario: &Scenario) -> Calls {
    let calls = Rc::new(RefCell::new(Calls::default()));
    let mut host = Recorder {
        host: Native(lab.reference().make),
        calls: Rc::clone(&calls),
    };
    drop(labs::run_case(
        lab,
        scenario,
        seed(scenario),
        &mut host,
        false,
    ));
    drop(host);
    calls.take()
}

/// Processor time of the same calls on fresh instances, ns.
fn replayed(calls: &Calls, host: &mut dyn Host) -> anyhow::Result<u128> {
    let fresh = (0..calls.instances).map(|at| host.spawn(at as u64));
    let mut instances = fresh.collect::<Result<Vec<_>, _>>()?;
    let mut ended = Ok(());
    let took = timed(|| {
        for call in &calls.list {
            let Some(instance) = instances.get_mut(call.instance) else {
                continue;
            };
            match instance.call(call.export, &call.args[..call.arity]) {
                Ok(reply) => drop(std::hint::black_box(reply)),
                Err(fault) => ended = Err(fault),
            }
        }
    });
    ended?;
    Ok(took)
}

fn timed(work: impl FnOnce()) -> u128 {
    let start = processor_time();
    work();
    processor_time()
        .saturating_sub(start)
        .max(Duration::from_nanos(1))
        .as_nanos()
}

fn median(mut measure: impl FnMut() -> anyhow::Result<u128>) -> anyhow::Result<u128> {
    let mut found = (0..ROUNDS)
        .map(|_| measure())
        .collect::<Result<Vec<_>, _>>()?;
    found.sort_unstable();
    Ok(found.get(ROUNDS / 2).copied().unwrap_or(0))
}

/// A host that writes down what its guests are asked.
struct Recorder {
    host: Native,
    calls: Rc<RefCell<Calls>>,
}

struct Recorded {
    guest: Box<dyn Guest>,
    instance: usize,
    calls: Rc<RefCell<Calls>>,
}

impl Host for Recorder {
    fn spawn(&mut self, seed: u64) -> Result<Box<dyn Guest>, FaultKind> {
        let guest = self.host.spawn(seed)?;
        let mut calls = self.calls.borrow_mut();
        calls.instances += 1;
        Ok(Box::new(Recorded {
            guest,
            instance: calls.instances - 1,
            calls: Rc::clone(&self.calls),
        }))
    }

    fn metered(&self) -> bool {
        false
    }
}

impl Guest for Recorded {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        let mut call = Call {
            instance: self.instance,
            export,
            args: [0; MAX_PARAMS],
            arity: args.len(),
        };
        call.args[..args.len()].copy_from_slice(args);
        self.calls.borrow_mut().list.push(call);
        self.guest.call(export, args)
    }

    fn pages(&self) -> u32 {
        self.guest.pages()
    }
}
