//! The child: tests itself, locks itself in, grades one module, ends.

use std::io::{self, Write, stdin, stdout};
use std::process::ExitCode;
use std::thread;

use labs::abi::Origin;
use labs::{Host as _, Lab, Report, Spec, Subject, abi};

use super::lockdown::{self, Bounds};
use super::outcome::Refusal;
use super::protocol::{self, Answer, HiddenCase, Job, PublicCase};
use super::selftest;
use crate::clock::{Clock, processor_time};
use labs_wasmtime::{Effort, Engine, Log, Modules};

/// Stack of the thread that compiles and runs, bytes: beyond what wasm may take of it.
const STACK: usize = 16 << 20;

/// How a child is started.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Bounds of the process.
    pub bounds: Bounds,
    /// What to try after locking in, instead of work.
    pub drill: Option<Drill>,
}

/// Forbidden things that a child tries on request, to prove that the walls hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Drill {
    /// Open a file.
    Open,
    /// Connect to a TCP port.
    Connect,
    /// Start a program.
    Execute,
    /// Take memory without end.
    Memory,
    /// Compute without end.
    Compute,
    /// Compile and start modules until there are no more, and grade none.
    Start,
}

/// Runs a child to its end.
#[must_use]
pub fn run(options: Options) -> ExitCode {
    let mut state = lockdown::limit(options.bounds);
    // The first look at this clock asks the kernel how; once sealed, that question is deadly.
    let _ = processor_time();
    let work = move || {
        let mut out = stdout().lock();
        let engine = Engine::new(Effort::Speed).map_err(|error| error.to_string());
        let tested = engine.and_then(|engine| selftest::run(&engine).map(|()| engine));
        // Sealed even when broken: the order of these lines must not matter to safety.
        lockdown::seal(&mut state);
        let engine = match tested {
            Ok(engine) => engine,
            Err(reason) => return protocol::write(&mut out, &Answer::Broken { reason }, &[]),
        };
        protocol::write(&mut out, &Answer::Ready { lockdown: state }, &[])?;
        match options.drill {
            Some(Drill::Start) => return start_all(&engine, &mut out),
            Some(drill) => attempt(drill),
            None => (),
        }
        let (job, module) = protocol::read::<Job>(&mut stdin().lock())?;
        let (answer, report) = match &job.replay {
            None => grade(&engine, &job, &module),
            Some(case) => replay(&engine, &job, case, &module),
        };
        protocol::write(&mut out, &answer, &report)
    };
    let thread = thread::Builder::new().stack_size(STACK).spawn(work);
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn grade(engine: &Engine, job: &Job, module: &[u8]) -> (Answer, Vec<u8>) {
    let Some(lab) = labs::by_id(&job.lab) else {
        return broken("no such lab");
    };
    let (began_ns, began) = (Clock::System.monotonic_ns(), processor_time());
    let subject = job.subject(module);
    let mut host = match host(engine, lab, &subject, module) {
        Ok(host) => host,
        Err(errors) => return (Answer::Refused { errors }, Vec::new()),
    };
    let report = labs::grade(lab, subject, &mut host);
    // Asked now: what a module says of hidden scenarios stays hidden.
    let aborted = host.aborted();
    let hidden = hidden(lab, &report, &job.hidden, &mut host);
    let stars = labs::stars(lab, &report, hidden.as_ref());
    let report = report.to_bytes();
    let took = processor_time().saturating_sub(began);
    let wall_ns = Clock::System.monotonic_ns().saturating_sub(began_ns);
    let answer = Answer::Graded {
        stars,
        hidden,
        aborted,
        wall_us: wall_ns / 1_000,
        cpu_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
    };
    (answer, report)
}

/// Runs one case again, with everything that can be seen of it.
fn replay(engine: &Engine, job: &Job, case: &PublicCase, module: &[u8]) -> (Answer, Vec<u8>) {
    let lab = labs::by_id(&job.lab);
    let Some((lab, (_, scenario))) =
        lab.and_then(|lab| Some(lab).zip(lab.spec().scenario(&case.scenario)))
    else {
        return broken("no such lab or scenario");
    };
    let mut host = match host(engine, lab, &job.subject(module), module) {
        Ok(host) => host.listening(),
        Err(errors) => return (Answer::Refused { errors }, Vec::new()),
    };
    let (case, plots) = labs::run_case(lab, scenario, case.seed, &mut host, true);
    let Log { lines, more } = host.heard();
    let Ok(plots) = serde_json::to_vec(&plots) else {
        return broken("plots that are no JSON");
    };
    let case = Box::new(case);
    (Answer::Replayed { case, lines, more }, plots)
}

fn broken(reason: &str) -> (Answer, Vec<u8>) {
    let reason = reason.to_owned();
    (Answer::Broken { reason }, Vec::new())
}

fn host(
    engine: &Engine,
    lab: &Lab,
    subject: &Subject,
    module: &[u8],
) -> Result<Modules, Vec<Refusal>> {
    let origin = match subject {
        Subject::Script(_) => Origin::Ours,
        _ => Origin::Learner,
    };
    prepare(engine, subject.rules(lab), origin, module)
}

/// Checks, meters and compiles a module.
pub(super) fn prepare(
    engine: &Engine,
    rules: &Spec,
    origin: Origin,
    module: &[u8],
) -> Result<Modules, Vec<Refusal>> {
    let checked = abi::check_from(origin, rules, module).map_err(|errors| Refusal::all(&errors))?;
    Modules::compile(engine, rules, checked.metered()).map_err(|error| {
        vec![Refusal {
            code: "compile".into(),
            message: error.to_string(),
            offset: None,
        }]
    })
}

fn hidden(
    lab: &Lab,
    report: &Report,
    cases: &[HiddenCase],
    host: &mut Modules,
) -> Option<labs::Hidden> {
    let runs = cases.iter().filter_map(|case| {
        let (_, scenario) = lab.spec().scenario(&case.scenario)?;
        Some(labs::run_case(lab, scenario, case.seed, host, false).0)
    });
    let runs: Vec<_> = runs.collect();
    (!runs.is_empty()).then(|| labs::assemble_hidden(report, &runs))
}

/// Tries what must not work. Whoever comes back from here has climbed over a wall.
fn attempt(drill: Drill) {
    match drill {
        Drill::Open if std::fs::File::open("/etc/hostname").is_ok() => std::process::exit(0),
        Drill::Open => {}
        Drill::Connect => drop(std::net::TcpStream::connect(("127.0.0.1", 9))),
        Drill::Execute => drop(std::process::Command::new("/bin/true").spawn()),
        Drill::Memory => hoard(),
        Drill::Compute => loop {
            std::hint::spin_loop();
        },
        Drill::Start => {}
    }
}

/// Starts every module that comes, and says how it went; ends with its input.
fn start_all(engine: &Engine, out: &mut impl Write) -> io::Result<()> {
    let mut input = stdin().lock();
    loop {
        let (job, module) = match protocol::read::<Job>(&mut input) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        };
        let lab = labs::by_id(&job.lab).ok_or_else(|| io::Error::other("no such lab"))?;
        let answer = match prepare(engine, lab.spec(), Origin::Learner, &module) {
            Ok(mut host) => Answer::Started {
                fault: host.spawn(1).err(),
            },
            Err(errors) => Answer::Refused { errors },
        };
        protocol::write(out, &answer, &[])?;
    }
}

fn hoard() {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    loop {
        hoard.push(vec![1; 1 << 20]);
        std::hint::black_box(&hoard);
    }
}
