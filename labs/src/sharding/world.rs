//! The world: tells a policy who joins and leaves, has it place keys, and compares.

use super::books::Books;
use super::plots::Recorder;
use super::policy::Member;
use super::script::{Change, Script};
use super::{ADD_NODE, PLACE, REMOVE_NODE};
use crate::engine::PPM;
use crate::engine::rng::{Draws, mix};
use crate::guest::{FaultKind, Run};
use crate::lab::{Outcome, Setting};

/// Of each so many keys, one is placed a second time, after all the others.
const ASK_AGAIN: usize = 97;
/// Of each so many keys, one is placed by the other instances too.
const COMPARE: usize = 10;
/// Stream of the draws that make a witness's history.
const DETOURS: u64 = 8;

/// Runs a scenario once: after every step of the script all keys are placed, and load, movement
/// and agreement are taken down.
pub fn simulate(setting: &Setting<'_>, run: &mut Run<'_>) -> Result<Outcome, FaultKind> {
    let script = Script::new(setting.scenario, setting.seed);
    let client = run.spawn()?;
    let mut witness = Witness::new(setting, run)?;
    let mut books = Books::new(&script);
    let mut recorder = Recorder::new(&script, setting.plots, run.metered());
    let mut agreement = Agreement::default();
    for step in &script.steps {
        let spent = (run.ops().total(), run.calls());
        for change in step {
            books.change(change);
            tell(run, client, &script, change)?;
            witness.follow(run, &script, &books.members(), change)?;
        }
        place_all(run, client, &script, &mut books)?;
        let calls = run.calls() - spent.1;
        let ops_milli = (run.ops().total() - spent.0) * 1000 / calls.max(1);
        ask_again(run, client, &script, &books, &mut agreement.again)?;
        witness.compare(run, &script, &books, &mut agreement.witness)?;
        let loads = books.relative_ppm();
        let measured = books.measure();
        recorder.enter(&books, &measured, loads, ops_milli);
    }
    newcomer(run, setting.seed, &script, &books, &mut agreement.newcomer)?;
    Ok(Outcome {
        metrics: metrics(&books, &agreement),
        plots: recorder.finish(&books),
    })
}

/// `imbalance` and `movement` are ratios, 1,000,000 being ideal; `agreement` is the least of the
/// shares of equal answers, of the instance asked again, of a newcomer, and of a witness.
fn metrics(books: &Books, agreement: &Agreement) -> Vec<(&'static str, i64)> {
    vec![
        ("imbalance", books.imbalance_ppm()),
        ("movement", books.movement_ppm()),
        ("agreement", agreement.least_ppm()),
        ("worst_imbalance", books.worst_ppm()),
        ("moved", books.moved_ppm()),
    ]
}

/// Equal answers among comparisons.
#[derive(Default)]
struct Tally {
    equal: i64,
    all: i64,
}

impl Tally {
    fn enter(&mut self, is_equal: bool) {
        self.equal += i64::from(is_equal);
        self.all += 1;
    }

    const fn ppm(&self) -> i64 {
        if self.all == 0 {
            return PPM;
        }
        self.equal * PPM / self.all
    }
}

/// The three ways to disagree.
#[derive(Default)]
struct Agreement {
    again: Tally,
    newcomer: Tally,
    witness: Tally,
}

impl Agreement {
    fn least_ppm(&self) -> i64 {
        let shares = [&self.again, &self.newcomer, &self.witness].map(Tally::ppm);
        shares.into_iter().min().unwrap_or(PPM)
    }
}

/// Tells an instance one change.
fn tell(
    run: &mut Run<'_>,
    instance: usize,
    script: &Script,
    change: &Change,
) -> Result<(), FaultKind> {
    match *change {
        Change::Join(node, weight) => {
            run.call(instance, ADD_NODE, &[script.ids[node], i64::from(weight)])?;
        }
        Change::Leave(node) => {
            run.call(instance, REMOVE_NODE, &[script.ids[node]])?;
        }
    }
    Ok(())
}

fn place_all(
    run: &mut Run<'_>,
    client: usize,
    script: &Script,
    books: &mut Books,
) -> Result<(), FaultKind> {
    for (at, &key) in script.keys.iter().enumerate() {
        let answer = run.call(client, PLACE, &[key])?;
        if !books.enter(at, answer) {
            return Err(FaultKind::BadReturn { value: answer });
        }
    }
    Ok(())
}

/// Asks some keys a second time.
fn ask_again(
    run: &mut Run<'_>,
    client: usize,
    script: &Script,
    books: &Books,
    tally: &mut Tally,
) -> Result<(), FaultKind> {
    for (at, &key) in script.keys.iter().enumerate().step_by(ASK_AGAIN) {
        let answer = run.call(client, PLACE, &[key])?;
        tally.enter(answer == books.holder(at));
    }
    Ok(())
}

/// A fresh instance that is told today's members in an order of its own.
fn newcomer(
    run: &mut Run<'_>,
    seed: u64,
    script: &Script,
    books: &Books,
    tally: &mut Tally,
) -> Result<(), FaultKind> {
    let instance = run.spawn()?;
    let mut members = books.members();
    members.sort_unstable_by_key(|m| mix(m.id as u64 ^ seed));
    for Member { id, weight } in members {
        run.call(instance, ADD_NODE, &[id, i64::from(weight)])?;
    }
    for (at, &key) in script.keys.iter().enumerate().step_by(COMPARE) {
        let answer = run.call(instance, PLACE, &[key])?;
        tally.enter(answer == books.holder(at));
    }
    Ok(())
}

/// A second instance with another history of the same membership, where the scenario has one:
/// before each change, an arbitrary member leaves and returns.
struct Witness {
    instance: Option<usize>,
    draws: Draws,
}

impl Witness {
    fn new(setting: &Setting<'_>, run: &mut Run<'_>) -> Result<Self, FaultKind> {
        let wanted = setting.scenario.param("witness") > 0;
        Ok(Self {
            instance: wanted.then(|| run.spawn()).transpose()?,
            draws: Draws::new(setting.seed, DETOURS, 0),
        })
    }

    /// Hears a change after a detour. `members` is the membership after the change.
    fn follow(
        &mut self,
        run: &mut Run<'_>,
        script: &Script,
        members: &[Member],
        change: &Change,
    ) -> Result<(), FaultKind> {
        let Some(instance) = self.instance else {
            return Ok(());
        };
        tell(run, instance, script, change)?;
        let at = self.draws.below(members.len().max(1) as u64) as usize;
        let Some(&Member { id, weight }) = members.get(at) else {
            return Ok(());
        };
        run.call(instance, REMOVE_NODE, &[id])?;
        run.call(instance, ADD_NODE, &[id, i64::from(weight)])?;
        Ok(())
    }

    fn compare(
        &self,
        run: &mut Run<'_>,
        script: &Script,
        books: &Books,
        tally: &mut Tally,
    ) -> Result<(), FaultKind> {
        let Some(instance) = self.instance else {
            return Ok(());
        };
        for (at, &key) in script.keys.iter().enumerate().step_by(COMPARE) {
            let answer = run.call(instance, PLACE, &[key])?;
            tally.enter(answer == books.holder(at));
        }
        Ok(())
    }
}
