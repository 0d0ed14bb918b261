//! The world: tells a policy of each minute and judges its answers.

use super::books::Verdict;
use super::trace::Trace;
use super::{ON_MINUTE, plots};
use crate::guest::{FaultKind, Run};
use crate::lab::{Outcome, Setting};

/// Runs a scenario once.
pub fn simulate(setting: &Setting<'_>, run: &mut Run<'_>) -> Result<Outcome, FaultKind> {
    let trace = Trace::new(setting.scenario, setting.seed);
    let instance = run.spawn()?;
    let mut levels = Vec::with_capacity(trace.minutes.len());
    for (k, minute) in trace.minutes.iter().enumerate() {
        let args = [
            minute.total - minute.bad,
            minute.total,
            trace.start_min + k as i64,
        ];
        let level = match run.call(instance, ON_MINUTE, &args)? {
            level @ 0..=2 => level as u8,
            value => return Err(FaultKind::BadReturn { value }),
        };
        levels.push(level);
    }
    let verdict = Verdict::new(&trace, &levels);
    let plots = match setting.plots {
        true => plots::draw(&trace, &levels, setting.scenario.param("budget_ppm")),
        false => Vec::new(),
    };
    Ok(Outcome {
        metrics: metrics(&verdict),
        plots,
    })
}

/// The scored metrics, then what helps to understand them.
fn metrics(verdict: &Verdict) -> Vec<(&'static str, i64)> {
    let detected = verdict.detected_min.iter();
    let slowest = detected.clone().flatten().max().copied();
    let mut metrics = vec![
        ("spent", verdict.spent_ppm),
        ("false_alarms", verdict.false_per_1000_weeks),
        ("reset", verdict.reset_min),
        ("missed", detected.filter(|d| d.is_none()).count() as i64),
        ("pages", verdict.pages),
        ("tickets", verdict.tickets),
    ];
    metrics.extend(slowest.map(|minutes| ("detected_min", minutes)));
    metrics
}
