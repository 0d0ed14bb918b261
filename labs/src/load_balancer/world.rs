//! The world: requests arrive at dispatchers, queue at servers and come back.

use super::books::Books;
use super::fleet::Fleet;
use super::plots::Recorder;
use super::traffic::Traffic;
use super::{ON_DONE, PICK};
use crate::engine::SEC;
use crate::engine::queue::Events;
use crate::engine::station::Station;
use crate::guest::{FaultKind, Run};
use crate::lab::{Outcome, Setting};

/// A request under way.
#[derive(Clone, Copy)]
struct Job {
    number: u64,
    arrived: i64,
    dispatcher: u8,
    server: u8,
}

enum Event {
    Arrival(u64),
    Done(Job),
    Failed(Job),
}

/// Runs a scenario once. Times inside are ns since the start; policies see the epoch added.
pub fn simulate(setting: &Setting<'_>, run: &mut Run<'_>) -> Result<Outcome, FaultKind> {
    let fleet = Fleet::new(setting.scenario, setting.seed);
    let traffic = Traffic::new(setting.scenario, &fleet, setting.seed);
    let patience = setting.scenario.param("drain_s") * SEC;
    let mut world = World {
        stations: vec![Station::new(fleet.workers); fleet.servers],
        events: Events::new(),
        books: Books::new(fleet.servers),
        recorder: Recorder::new(&fleet, &traffic, setting.plots),
        hole_ns: setting.scenario.param("hole_ns"),
        instances: Vec::new(),
        fleet: &fleet,
        traffic: &traffic,
    };
    for _ in 0..setting.scenario.param("dispatchers") {
        world.instances.push(run.spawn()?);
    }
    world.events.push(traffic.gap(0), Event::Arrival(0));
    while let Some((now, event)) = world.events.pop() {
        // Whoever has no answer by then has given up.
        if now > traffic.length + patience {
            break;
        }
        world.step(now, event, run)?;
    }
    let metrics = world.books.metrics();
    let plots = world.recorder.finish(&world.books);
    Ok(Outcome { metrics, plots })
}

struct World<'a> {
    fleet: &'a Fleet,
    traffic: &'a Traffic,
    stations: Vec<Station<Job>>,
    events: Events<Event>,
    books: Books,
    recorder: Recorder<'a>,
    hole_ns: i64,
    instances: Vec<usize>,
}

impl World<'_> {
    fn step(&mut self, now: i64, event: Event, run: &mut Run<'_>) -> Result<(), FaultKind> {
        match event {
            Event::Arrival(number) => self.arrival(now, number, run),
            Event::Failed(job) => self.answer(now, job, false, run),
            Event::Done(job) => {
                let next = self.stations[usize::from(job.server)].finish(now, now - job.arrived);
                if let Some((_, next)) = next {
                    self.begin(now, next);
                }
                self.answer(now, job, true, run)
            }
        }
    }

    fn arrival(&mut self, now: i64, number: u64, run: &mut Run<'_>) -> Result<(), FaultKind> {
        let next = now + self.traffic.gap(number + 1);
        if next <= self.traffic.length {
            self.events.push(next, Event::Arrival(number + 1));
        }
        let listed = self.fleet.listed(now);
        let dispatcher = self.traffic.dispatcher(number);
        let rand = self.traffic.rand(number);
        let args = [listed as i64, self.traffic.epoch + now, rand];
        let value = run.call(self.instances[dispatcher], PICK, &args)?;
        let server = match usize::try_from(value) {
            Ok(server) if server < listed => server,
            _ => return Err(FaultKind::BadReturn { value }),
        };
        self.books.sent(server);
        self.recorder.look(now, &self.stations, self.books.errors());
        let job = Job {
            number,
            arrived: now,
            dispatcher: dispatcher as u8,
            server: server as u8,
        };
        if self.fleet.fails(server, now) {
            self.events.push(now + self.hole_ns, Event::Failed(job));
        } else if let Some(job) = self.stations[server].arrive(now, job) {
            self.begin(now, job);
        }
        Ok(())
    }

    /// A worker takes a job; its speed is that of this instant until the job is done.
    fn begin(&mut self, now: i64, job: Job) {
        let pct = self.fleet.speed_pct(usize::from(job.server), now);
        let end = now + self.traffic.work(job.number) * 100 / pct;
        self.events.push(end, Event::Done(job));
    }

    fn answer(&mut self, now: i64, job: Job, ok: bool, run: &mut Run<'_>) -> Result<(), FaultKind> {
        let latency = now - job.arrived;
        self.books.answered(latency, ok);
        let instance = self.instances[usize::from(job.dispatcher)];
        let args = [
            i64::from(job.server),
            latency,
            i64::from(ok),
            self.traffic.epoch + now,
        ];
        run.call(instance, ON_DONE, &args)?;
        Ok(())
    }
}
