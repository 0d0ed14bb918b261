//! The world: clients, a queue, workers, and time-outs that cancel nothing.

use std::collections::VecDeque;

use super::ON_RESULT;
use super::books::Books;
use super::faults::Plan;
use super::policy::{GIVE_UP, OK, PERMANENT, REJECTED, TIMEOUT, TRANSIENT};
use crate::engine::dist::exponential;
use crate::engine::queue::Events;
use crate::engine::rng::{Draws, mix};
use crate::engine::{DAY, MS, SEC};
use crate::guest::{FaultKind, Run};
use crate::lab::{Outcome, Setting};

/// Client processes: one instance of the policy each.
const CLIENTS: usize = 20;
/// The run goes on for this long after the last arrival.
const TAIL: i64 = 10 * SEC;
/// Starts of calls are spread over this, so that a herd has an order.
const SPREAD: u64 = MS as u64;

/// Streams of draws; service times, errors and the policy's draws are numbered by call and attempt,
/// so that one more retry changes nothing else.
mod stream {
    pub const ARRIVALS: u64 = 1;
    pub const SERVICE: u64 = 2;
    pub const ERRORS: u64 = 3;
    pub const PERMANENT: u64 = 4;
    pub const START: u64 = 5;
    pub const POLICY: u64 = 6;
    pub const EPOCH: u64 = 7;
}

/// Index of a call.
type Id = usize;

#[derive(Debug, Clone, Copy)]
enum Event {
    /// The next call of the open stream.
    Arrival,
    /// One call of a herd.
    Herd,
    /// An attempt starts.
    Try(Id),
    /// A worker has finished.
    Done(Id, i64),
    /// Workers have come back.
    Return,
    /// An attempt ends for its caller.
    Result(Id, i64, i64),
}

struct Call {
    /// Numbers its draws; the same whatever the policy does.
    entity: u64,
    started: i64,
    deadline: i64,
    timeout: i64,
    instance: usize,
    attempts: i64,
    tried: i64,
    /// Whether its current attempt waits for an end.
    open: bool,
    permanent: bool,
    /// The call of the first tier, and its attempt, that this one works for.
    parent: Option<(Id, i64)>,
}

struct World<'r, 'h> {
    seed: u64,
    plan: Plan,
    run: &'r mut Run<'h>,
    events: Events<Event>,
    calls: Vec<Call>,
    waiting: VecDeque<(Id, i64, i64)>,
    busy: i64,
    arrivals: Draws,
    first_tier: u64,
    epoch: i64,
    books: Books,
}

/// Runs a scenario once.
pub fn simulate(setting: &Setting<'_>, run: &mut Run<'_>) -> Result<Outcome, FaultKind> {
    let plan = Plan::new(setting.scenario);
    let tiers = if plan.inner_timeout > 0 { 2 } else { 1 };
    for _ in 0..CLIENTS * tiers {
        run.spawn()?;
    }
    let mut world = World {
        seed: setting.seed,
        books: Books::new(&plan, setting.plots),
        run,
        events: Events::new(),
        calls: Vec::new(),
        waiting: VecDeque::new(),
        busy: 0,
        arrivals: Draws::new(setting.seed, stream::ARRIVALS, 0),
        first_tier: 0,
        epoch: SEC + (Draws::new(setting.seed, stream::EPOCH, 0).below(1 << 50) as i64),
        plan,
    };
    world.schedule();
    world.play()?;
    Ok(world.books.close())
}

impl World<'_, '_> {
    fn schedule(&mut self) {
        let first = exponential(&mut self.arrivals, self.plan.gap_at(0));
        self.events.push(first, Event::Arrival);
        for at in self.plan.returns() {
            self.events.push(at, Event::Return);
        }
        for at in self.plan.herds {
            for _ in 0..self.plan.herd_calls {
                self.events.push(at, Event::Herd);
            }
        }
    }

    fn play(&mut self) -> Result<(), FaultKind> {
        while let Some((now, event)) = self.events.pop() {
            if now > self.plan.end + TAIL {
                break;
            }
            match event {
                Event::Arrival => {
                    let next = now + exponential(&mut self.arrivals, self.plan.gap_at(now));
                    if next < self.plan.end {
                        self.events.push(next, Event::Arrival);
                    }
                    self.arrive(now);
                }
                Event::Herd => self.arrive(now),
                Event::Try(id) => self.attempt(now, id),
                Event::Done(id, attempt) => self.done(now, id, attempt),
                Event::Return => self.work(now),
                Event::Result(id, attempt, outcome) => self.result(now, id, attempt, outcome)?,
            }
        }
        Ok(())
    }

    fn arrive(&mut self, now: i64) {
        let entity = self.first_tier;
        self.first_tier += 1;
        let permanent =
            Draws::new(self.seed, stream::PERMANENT, entity).chance(self.plan.permanent_ppm);
        let id = self.open(Call {
            entity,
            started: now,
            deadline: self.plan.deadline,
            timeout: self.plan.timeout,
            instance: (entity % CLIENTS as u64) as usize,
            attempts: 0,
            tried: now,
            open: false,
            permanent,
            parent: None,
        });
        let delay = Draws::new(self.seed, stream::START, entity).below(SPREAD) as i64;
        self.events.push(now + delay, Event::Try(id));
        self.books.first(now);
    }

    fn open(&mut self, call: Call) -> Id {
        self.calls.push(call);
        self.calls.len() - 1
    }

    fn attempt(&mut self, now: i64, id: Id) {
        let call = &mut self.calls[id];
        call.attempts += 1;
        call.tried = now;
        call.open = true;
        let attempt = call.attempts;
        let (entity, timeout, first_tier) = (call.entity, call.timeout, call.parent.is_none());
        if first_tier {
            self.books.attempt(now);
        }
        if call.permanent {
            self.events
                .push(now + self.plan.rtt, Event::Result(id, attempt, PERMANENT));
        } else if first_tier && self.plan.inner_timeout > 0 {
            self.events
                .push(now + timeout, Event::Result(id, attempt, TIMEOUT));
            self.ask_second_tier(now, id, attempt);
        } else if self.errs(now, entity, attempt) {
            let (at, outcome) = if self.plan.silent {
                (now + timeout, TIMEOUT)
            } else {
                (now + self.plan.rtt, TRANSIENT)
            };
            self.events.push(at, Event::Result(id, attempt, outcome));
        } else if self.waiting.len() >= self.plan.queue {
            self.events
                .push(now + self.plan.rtt, Event::Result(id, attempt, REJECTED));
        } else {
            self.waiting.push_back((id, attempt, now));
            self.events
                .push(now + timeout, Event::Result(id, attempt, TIMEOUT));
            self.work(now);
        }
        self.books.queue(
            now,
            self.waiting.len(),
            self.waiting.front().map_or(now, |w| w.2),
        );
    }

    fn errs(&self, now: i64, entity: u64, attempt: i64) -> bool {
        let ppm = self.plan.error_ppm(now);
        let draw = Draws::new(self.seed, stream::ERRORS, entity).at(attempt as u64);
        ppm > 0 && Draws::new(draw, 0, 0).chance(ppm)
    }

    /// The process behind the first tier makes a call of its own, with the time that is left.
    fn ask_second_tier(&mut self, now: i64, id: Id, attempt: i64) {
        let parent = &self.calls[id];
        let call = Call {
            entity: mix(parent.entity ^ ((attempt as u64) << 48)),
            started: now,
            deadline: parent.timeout,
            timeout: self.plan.inner_timeout,
            instance: CLIENTS + parent.instance,
            attempts: 0,
            tried: now,
            open: false,
            permanent: false,
            parent: Some((id, attempt)),
        };
        let inner = self.open(call);
        self.events.push(now, Event::Try(inner));
    }

    /// Hands waiting jobs to idle workers.
    fn work(&mut self, now: i64) {
        while self.busy < self.plan.workers_at(now) {
            let Some((id, attempt, _)) = self.waiting.pop_front() else {
                return;
            };
            self.busy += 1;
            let draws = Draws::new(self.seed, stream::SERVICE, self.calls[id].entity);
            let mut draw = Draws::new(draws.at(attempt as u64), 0, 0);
            let took = exponential(&mut draw, self.plan.service);
            self.events.push(now + took, Event::Done(id, attempt));
        }
    }

    fn done(&mut self, now: i64, id: Id, attempt: i64) {
        self.busy -= 1;
        let call = &self.calls[id];
        let awaited = call.open && call.attempts == attempt;
        self.books.served(awaited);
        if awaited {
            self.events
                .push(now + self.plan.rtt, Event::Result(id, attempt, OK));
        }
        self.work(now);
    }

    fn result(&mut self, now: i64, id: Id, attempt: i64, outcome: i64) -> Result<(), FaultKind> {
        let call = &mut self.calls[id];
        if !call.open || call.attempts != attempt {
            return Ok(());
        }
        call.open = false;
        let answer = self.ask(now, id, outcome)?;
        let call = &self.calls[id];
        let in_time = now - call.started <= call.deadline;
        if outcome == OK {
            match call.parent {
                None if in_time => self.books.success(call.started, now),
                None => {}
                Some((parent, attempt)) => {
                    self.events
                        .push(now + self.plan.rtt, Event::Result(parent, attempt, OK));
                }
            }
        } else if answer == GIVE_UP || attempt >= self.plan.attempts_max {
            if let Some((parent, attempt)) = call.parent {
                let at = now + self.plan.rtt;
                self.events
                    .push(at, Event::Result(parent, attempt, TRANSIENT));
            }
        } else {
            if outcome == PERMANENT {
                self.books.unsafe_repeat();
            }
            if call.parent.is_none() {
                self.books.retry(now + answer);
            }
            self.events.push(now + answer, Event::Try(id));
        }
        Ok(())
    }

    /// Asks the policy of the call's process. Whatever it answers to a success is no mistake.
    fn ask(&mut self, now: i64, id: Id, outcome: i64) -> Result<i64, FaultKind> {
        let call = &self.calls[id];
        let rand = Draws::new(self.seed, stream::POLICY, call.entity).at(call.attempts as u64);
        let hint = if outcome == REJECTED {
            self.plan.hint
        } else {
            0
        };
        let args = [
            (mix(call.entity ^ self.seed) >> 12) as i64,
            call.attempts,
            outcome,
            now - call.tried,
            call.started + call.deadline - now,
            hint,
            self.epoch + now,
            (rand >> 11) as i64,
        ];
        let answer = self.run.call(call.instance, ON_RESULT, &args)?;
        if answer < GIVE_UP && outcome != OK {
            return Err(FaultKind::BadReturn { value: answer });
        }
        Ok(answer.min(DAY))
    }
}
