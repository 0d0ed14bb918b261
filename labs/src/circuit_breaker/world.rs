//! The world: callers want calls, the policy sends or refuses, shards answer.

use super::books::{Books, Decision};
use super::bound::Clairvoyant;
use super::faults::Faults;
use super::plots::Recorder;
use super::shards::Shards;
use super::traffic::Traffic;
use super::{ALLOW, ON_RESULT};
use crate::engine::queue::Events;
use crate::guest::{FaultKind, Run};
use crate::lab::{Outcome, Setting};

enum Event {
    /// Call `k` is wanted.
    Call(u64),
    /// Call `k`, sent some time ago, has ended.
    Ended { k: u64, ok: bool, latency: i64 },
}

/// Runs a scenario once. Times inside are ns since the start; policies see the epoch added.
pub fn simulate(setting: &Setting<'_>, run: &mut Run<'_>) -> Result<Outcome, FaultKind> {
    let traffic = Traffic::new(setting.scenario, setting.seed);
    let faults = Faults::new(setting.scenario, &traffic, setting.seed);
    let idle = Shards::new(&faults, &traffic);
    let mut world = World {
        shards: idle.clone(),
        without: idle.clone(),
        clairvoyant: Clairvoyant::new(idle),
        events: Events::new(),
        books: Books::default(),
        recorder: Recorder::new(&faults, &traffic, setting.plots),
        instances: Vec::new(),
        traffic: &traffic,
    };
    for _ in 0..traffic.callers() {
        world.instances.push(run.spawn()?);
    }
    world.want(0, 0);
    while let Some((now, event)) = world.events.pop() {
        match event {
            Event::Call(k) => world.call(now, k, run)?,
            Event::Ended { k, ok, latency } => world.ended(now, k, ok, latency, run)?,
        }
    }
    let metrics = world.books.metrics(traffic.length);
    let plots = world.recorder.finish(&world.books);
    Ok(Outcome { metrics, plots })
}

struct World<'a> {
    traffic: &'a Traffic,
    /// The shards that the policy's calls meet.
    shards: Shards<'a>,
    /// The shards if every call were sent.
    without: Shards<'a>,
    clairvoyant: Clairvoyant<'a>,
    events: Events<Event>,
    books: Books,
    recorder: Recorder<'a>,
    instances: Vec<usize>,
}

impl World<'_> {
    /// Schedules call `k`, unless the run is over by then.
    fn want(&mut self, now: i64, k: u64) {
        let at = now + self.traffic.gap(k);
        if at <= self.traffic.length {
            self.events.push(at, Event::Call(k));
        }
    }

    fn call(&mut self, now: i64, k: u64, run: &mut Run<'_>) -> Result<(), FaultKind> {
        self.want(now, k + 1);
        let instance = self.instances[self.traffic.caller(k)];
        let shard = self.traffic.shard(k);
        let args = [shard as i64, self.traffic.epoch + now, self.traffic.rand(k)];
        let sent = match run.call(instance, ALLOW, &args)? {
            0 => None,
            1 => Some(self.send(now, k)),
            value => return Err(FaultKind::BadReturn { value }),
        };
        let decision = Decision {
            possible: self.clairvoyant.succeeds(now, k),
            fails_without: !self.without.send(now, k).ok,
            sent,
        };
        self.books.decided(decision);
        self.recorder
            .decided(now, shard, decision, self.books.under_way());
        Ok(())
    }

    /// Whether the call will succeed.
    fn send(&mut self, now: i64, k: u64) -> bool {
        let ending = self.shards.send(now, k);
        let (ok, latency) = (ending.ok, ending.latency);
        self.events
            .push(now + latency, Event::Ended { k, ok, latency });
        self.books.held(now, 1);
        ok
    }

    fn ended(
        &mut self,
        now: i64,
        k: u64,
        ok: bool,
        latency: i64,
        run: &mut Run<'_>,
    ) -> Result<(), FaultKind> {
        self.books.held(now, -1);
        let args = [
            self.traffic.shard(k) as i64,
            i64::from(ok),
            latency,
            self.traffic.epoch + now,
        ];
        run.call(self.instances[self.traffic.caller(k)], ON_RESULT, &args)?;
        Ok(())
    }
}
