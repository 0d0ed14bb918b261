//! The world: one cache, one request after the other.

use super::cache::Cache;
use super::plots::Recorder;
use super::trace::Trace;
use super::{CONFIGURE, ON_HIT, ON_MISS};
use crate::guest::{FaultKind, Run};
use crate::lab::{Outcome, Setting};

/// Runs a scenario once.
pub fn simulate(setting: &Setting<'_>, run: &mut Run<'_>) -> Result<Outcome, FaultKind> {
    let trace = Trace::new(setting.scenario, setting.seed);
    let mut cache = Cache::new(&trace);
    let mut recorder = Recorder::new(&trace, setting.plots);
    let instance = run.spawn()?;
    run.call(instance, CONFIGURE, &[trace.capacity as i64])?;
    for (at, &id) in (0..).zip(&trace.ids) {
        let key = trace.keys.of(id);
        let hit = cache.hit(id);
        recorder.request(at, id, hit);
        if hit {
            run.call(instance, ON_HIT, &[key])?;
        } else {
            let answer = run.call(instance, ON_MISS, &[key])?;
            if let Some(victim) = cache.admit(id, answer)? {
                recorder.evicted(at, victim);
            }
        }
    }
    Ok(Outcome {
        metrics: cache.metrics(),
        plots: recorder.finish(),
    })
}
