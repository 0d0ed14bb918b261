//! What a policy was asked and what it answered: a window of calls around an instant.
//!
//! A [`Taped`] host runs another host and writes on a [`Tape`]. The tape keeps a few calls around
//! the wanted place, however long the run is, and compares each with the reference's answers to
//! the same call. It outlives the run, so that it can also be read after a fault.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::engine::rng::mix;
use crate::guest::{FaultKind, Guest, Host, Native, Reply};
use crate::lab::Lab;
use crate::spec::{Scenario, Spec};

/// Calls kept before the wanted place, and from it on.
const BEFORE: usize = 6;
const AFTER: usize = 10;
/// Answers of the reference that are remembered; later calls are not compared.
const ANSWERS: usize = 1 << 21;

/// A place in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// This many nanoseconds after the first call that was told the time.
    At(i64),
    /// A call, counted from 1.
    Call(u64),
}

/// A call and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Number of the call, from 1.
    pub call: u64,
    /// Which instance was asked.
    pub instance: usize,
    /// Which export.
    pub export: usize,
    /// Arguments.
    pub args: Vec<i64>,
    /// The answer; none if the call did not return.
    pub value: Option<i64>,
    /// Metered operations.
    pub ops: u64,
    /// What the reference answered to this call; none if its run had no such call.
    pub reference: Option<i64>,
    /// Nanoseconds since the first call that was told the time.
    pub at: i64,
}

/// What a tape holds after a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Calls made in the whole run.
    pub total: u64,
    /// From the first to the last instant that calls were told, ns; 0 where none is told.
    pub length: i64,
    /// The calls around the wanted place.
    pub calls: Vec<Taken>,
    /// The first call that both runs had and answered differently.
    pub parted: Option<Taken>,
}

/// What the reference was asked and answered: a hash of the question, and the answer.
pub type Answers = Vec<(u64, i64)>;

/// Written on by a [`Taped`] host.
#[derive(Default)]
pub struct Tape {
    /// Which parameter of each export is the time, and its unit in nanoseconds.
    clocks: Vec<Option<(usize, i64)>>,
    place: Option<Place>,
    reference: Rc<Answers>,
    own: Answers,
    keep_own: bool,
    first: Option<i64>,
    latest: i64,
    reached: usize,
    open: VecDeque<Taken>,
    total: u64,
    parted: Option<Taken>,
}

impl Tape {
    /// A tape that keeps the calls around `place` and compares with `reference`.
    #[must_use]
    pub fn around(spec: &Spec, place: Place, reference: Rc<Answers>) -> Self {
        Self {
            place: Some(place),
            reference,
            keep_own: false,
            ..Self::answers(spec)
        }
    }

    /// A tape that keeps every answer and no window.
    fn answers(spec: &Spec) -> Self {
        let clock = |e: &crate::spec::Export| {
            let mut params = e.params.iter().enumerate();
            params.find_map(|(i, param)| Some((i, clock_ns(&param.name)?)))
        };
        Self {
            clocks: spec.exports.iter().map(clock).collect(),
            keep_own: true,
            ..Self::default()
        }
    }

    /// What was kept.
    #[must_use]
    pub fn window(&self) -> Window {
        Window {
            total: self.total,
            length: self.first.map_or(0, |first| self.latest - first),
            calls: self.open.iter().cloned().collect(),
            parted: self.parted.clone(),
        }
    }

    fn asked(&mut self, instance: usize, export: usize, args: &[i64]) {
        self.total += 1;
        let clock = self.clocks.get(export).copied().flatten();
        if let Some(now) = clock.and_then(|(i, unit)| Some(args.get(i)?.saturating_mul(unit))) {
            self.first.get_or_insert(now);
            self.latest = self.latest.max(now);
        }
        let at = self.first.map_or(0, |first| self.latest - first);
        let known = match usize::try_from(self.total - 1) {
            Ok(index) => self.reference.get(index),
            Err(_) => None,
        };
        let same = known.filter(|(question, _)| *question == hash(instance, export, args));
        let taken = Taken {
            call: self.total,
            instance,
            export,
            args: args.to_vec(),
            value: None,
            ops: 0,
            reference: same.map(|(_, answer)| *answer),
            at,
        };
        if self.keep_own && self.own.len() < ANSWERS {
            self.own.push((hash(instance, export, args), 0));
        }
        let there = match self.place {
            None => return,
            Some(Place::At(wanted)) => self.first.is_some() && at >= wanted,
            Some(Place::Call(wanted)) => self.total >= wanted,
        };
        if there || self.reached > 0 {
            self.reached += 1;
        }
        if self.reached <= AFTER {
            self.open.push_back(taken);
        } else if self.parted.is_none() {
            // Looked at by `answered`, then dropped again.
            self.open.push_back(taken);
            return;
        }
        if self.reached == 0 && self.open.len() > BEFORE + AFTER {
            self.open.pop_front();
        }
        if self.reached == 1 {
            while self.open.len() > BEFORE + 1 {
                self.open.pop_front();
            }
        }
    }

    fn answered(&mut self, reply: &Reply) {
        if self.keep_own
            && let Some(last) = self.own.last_mut()
            && usize::try_from(self.total).is_ok_and(|n| n <= ANSWERS)
        {
            last.1 = reply.value;
        }
        let Some(last) = self.open.back_mut().filter(|t| t.call == self.total) else {
            return;
        };
        last.value = Some(reply.value);
        last.ops = reply.ops;
        if self.parted.is_none() && last.reference.is_some_and(|r| r != reply.value) {
            self.parted = Some(last.clone());
        }
        if self.reached > AFTER {
            self.open.pop_back();
        }
    }
}

/// Nanoseconds in the unit of a parameter that tells the time; none where it does not.
fn clock_ns(param: &str) -> Option<i64> {
    match param {
        "now_min" => Some(60_000_000_000),
        "now" => Some(1),
        name => name.starts_with("now_").then_some(1),
    }
}

fn hash(instance: usize, export: usize, args: &[i64]) -> u64 {
    let start = mix(export as u64 ^ ((instance as u64) << 32));
    args.iter()
        .fold(start, |hash, &arg| mix(hash ^ arg.cast_unsigned()))
}

/// What the reference is asked in a case, and answers.
#[must_use]
pub fn reference(lab: &Lab, scenario: &Scenario, seed: u64) -> Answers {
    let tape = Rc::new(RefCell::new(Tape::answers(lab.spec())));
    let mut native = Native(lab.reference().make);
    let mut host = Taped::new(&mut native, Rc::clone(&tape));
    // Only the tape is wanted.
    let _ = crate::run_case(lab, scenario, seed, &mut host, false);
    tape.take().own
}

/// A host whose guests' calls are written on a tape.
pub struct Taped<'h> {
    host: &'h mut dyn Host,
    tape: Rc<RefCell<Tape>>,
    instances: usize,
}

impl<'h> Taped<'h> {
    /// `host`, with every call written on `tape`.
    pub fn new(host: &'h mut dyn Host, tape: Rc<RefCell<Tape>>) -> Self {
        Self {
            host,
            tape,
            instances: 0,
        }
    }
}

impl Host for Taped<'_> {
    fn spawn(&mut self, seed: u64) -> Result<Box<dyn Guest>, FaultKind> {
        let instance = self.instances;
        self.instances += 1;
        Ok(Box::new(Heard {
            guest: self.host.spawn(seed)?,
            tape: Rc::clone(&self.tape),
            instance,
        }))
    }

    fn metered(&self) -> bool {
        self.host.metered()
    }
}

struct Heard {
    guest: Box<dyn Guest>,
    tape: Rc<RefCell<Tape>>,
    instance: usize,
}

impl Guest for Heard {
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind> {
        self.tape.borrow_mut().asked(self.instance, export, args);
        let reply = self.guest.call(export, args)?;
        self.tape.borrow_mut().answered(&reply);
        Ok(reply)
    }

    fn pages(&self) -> u32 {
        self.guest.pages()
    }
}
