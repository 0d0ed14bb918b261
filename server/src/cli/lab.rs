//! `headroom lab check`: whether labs measure what they say; `headroom lab bench`: what it costs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use clap::{Args, Subcommand, value_parser};
use labs::soundness::{self, Spread};
use labs::{Lab, Native, Subject};

use crate::clock;
use crate::grader::points;

/// What to do with labs.
#[derive(Args)]
pub struct Command {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Prove labs sound: order of policies over many seeds, no blind policy rewarded, closed forms,
    /// running time
    Check {
        /// Lab, such as rate_limiter; all of them, where none is named
        lab: Option<String>,
        /// Seeds of each scenario, at least 2
        #[arg(long, default_value_t = 32, value_parser = value_parser!(u64).range(2..=10_000))]
        seeds: u64,
    },
    /// Measure what a call costs in the simulator, in the reference, and in it as a module
    Bench {
        /// Lab, such as rate_limiter; all of them, where none is named
        lab: Option<String>,
        /// Folder of `<lab>/<policy>.wasm`
        #[arg(long, default_value = ".headroom/guests")]
        guests: PathBuf,
    },
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match &command.action {
        Action::Check { lab, seeds } => check_all(&chosen(lab.as_deref())?, *seeds),
        Action::Bench { lab, guests } => {
            super::bench::run(&chosen(lab.as_deref())?, guests)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn chosen(lab: Option<&str>) -> anyhow::Result<Vec<&'static Lab>> {
    match lab {
        Some(id) => Ok(vec![super::grade::lab(id)?]),
        None => Ok(labs::ALL.to_vec()),
    }
}

fn check_all(labs: &[&'static Lab], seeds: u64) -> anyhow::Result<ExitCode> {
    let mut wrong = Vec::new();
    for lab in labs {
        wrong.extend(check(lab, seeds));
    }
    if wrong.is_empty() {
        println!("sound");
        return Ok(ExitCode::SUCCESS);
    }
    anyhow::bail!("not sound:\n  {}", wrong.join("\n  "))
}

fn check(lab: &'static Lab, seeds: u64) -> Vec<String> {
    println!("{} version {}, {seeds} seeds", lab.id, lab.spec().version);
    let spreads = soundness::spreads(lab, seeds, &scores(lab, seeds));
    let mut wrong = soundness::disorder(lab, &spreads);
    wrong.extend(bands(lab, &spreads));
    for (name, quality) in soundness::blind(lab) {
        if quality >= lab.spec().stars.one {
            wrong.push(format!("{name} earns {} points blindly", points(quality)));
        }
    }
    for agreement in (lab.theory)() {
        let verdict = if agreement.holds() {
            "agrees"
        } else {
            "DIFFERS"
        };
        println!(
            "  {verdict}: {}: {:.3}, expected {:.3} within {:.3}",
            agreement.says, agreement.found, agreement.expected, agreement.tolerance
        );
        if !agreement.holds() {
            wrong.push(format!("{} differs from theory", agreement.says));
        }
    }
    wrong.extend(running_time(lab));
    wrong
        .iter()
        .map(|text| format!("{}: {text}", lab.id))
        .collect()
}

/// The scores of all cases, on all cores.
fn scores(lab: &'static Lab, seeds: u64) -> BTreeMap<(usize, u64), Vec<i64>> {
    let scenarios = lab.spec().scenarios.len();
    let cases = (0..scenarios).flat_map(|scenario| (0..seeds).map(move |seed| (scenario, seed)));
    let queue = Mutex::new(cases);
    let next = || queue.lock().ok().and_then(|mut queue| queue.next());
    let work = || {
        let mut done = Vec::new();
        while let Some((number, seed)) = next() {
            if let Some(scenario) = lab.spec().scenarios.get(number) {
                let scores = soundness::scores(lab, scenario, soundness::seed(seed));
                done.push(((number, seed), scores));
            }
        }
        done
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().flat_map(thread::ScopedJoinHandle::join);
        done.flatten().collect()
    })
}

/// Prints a line for each policy; what misses its band on the published seeds is wrong.
fn bands(lab: &'static Lab, spreads: &[Spread]) -> Vec<String> {
    println!(
        "  {:<32}{:>8}{:>14}{:>8}{:>16}{:>8}",
        "policy", "points", "band", "mean", "least..most", "hidden"
    );
    let mut wrong = Vec::new();
    for (policy, spread) in lab.policies.iter().zip(spreads) {
        let subject = Subject::Policy(policy.id.into());
        let report = labs::grade(lab, subject, &mut Native(policy.make));
        let found = report.quality as f64 / 10_000.0;
        let band = lab.spec().calibration.get(policy.id);
        let shown = band.map_or("none".into(), |[low, high]| format!("{low}..{high}"));
        let range = |values: &[i64]| {
            let least = values.iter().min().copied().unwrap_or(0);
            let most = values.iter().max().copied().unwrap_or(0);
            format!("{}..{}", points(least), points(most))
        };
        println!(
            "  {:<32}{found:>8.1}{shown:>14}{:>8}{:>16}{:>8}",
            policy.id,
            points(mean(&spread.public)),
            range(&spread.public),
            points(mean(&spread.hidden)),
        );
        if !band.is_some_and(|[low, high]| (*low..=*high).contains(&found)) {
            wrong.push(format!(
                "{} has {found:.2} points, its band is {shown}",
                policy.id
            ));
        }
    }
    wrong
}

fn mean(values: &[i64]) -> i64 {
    let count = i64::try_from(values.len()).unwrap_or(1);
    values.iter().sum::<i64>() / count.max(1)
}

/// Prints the processor time of a public grading of the native reference.
fn running_time(lab: &Lab) -> Option<String> {
    let reference = lab.reference();
    let start = clock::processor_time();
    let subject = Subject::Policy(reference.id.into());
    let report = labs::grade(lab, subject, &mut Native(reference.make));
    let took = clock::processor_time().saturating_sub(start);
    let cases = report.scenarios.iter().flat_map(|s| &s.cases);
    let calls: u64 = cases.map(|case| case.calls).sum();
    println!("  a public grading: {} ms, {calls} calls", took.as_millis());
    let limit = Duration::from_millis(lab.spec().soundness.grade_ms);
    (took > limit).then(|| {
        format!(
            "grading the reference takes {} ms of processor time; the budget is {} ms",
            took.as_millis(),
            limit.as_millis()
        )
    })
}
