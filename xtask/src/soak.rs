//! Hours of mixed load on one server: what it accepts is done, it never fails, and at the end it
//! takes no more memory and holds no more descriptors than after its first minutes.

use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::command::{say, work};
use crate::kill_test::{self, LAB, Solution};
use crate::mail_sink::{self, Sink};
use crate::served::{Served, memory_mib};
use crate::{client, http, test};

/// The server is looked at this often, after the load has rested for `REST`, so that what is under
/// way does not count.
const EVERY: Duration = Duration::from_secs(15);
const REST: Duration = Duration::from_secs(2);
/// What was accepted last is graded within this time.
const SETTLE_MAX: Duration = Duration::from_secs(120);
/// This share of the time it may still grow: pages are made once, pools fill.
const WARM_UP: f64 = 0.25;
/// What it may grow after that, MiB in an hour.
const GROWTH_MAX: f64 = 1.0;
/// A shorter run says nothing about growth.
const JUDGED_FROM: Duration = Duration::from_secs(30 * 60);
/// Graders come and go with their three pipes each; so do connections to the mail server.
const DESCRIPTORS_MORE: f64 = 12.0;
/// What readers ask for, in turn.
const PAGES: [&str; 11] = [
    "/",
    "/course",
    "/lessons/reliability/retries",
    "/labs/retry",
    "/search?q=retry%20storm",
    "/glossary",
    "/articles",
    "/feed.xml",
    "/api/v1/labs",
    "/status",
    "/healthz",
];

pub fn run(arguments: &[String]) -> Result<()> {
    let minutes = match arguments {
        [] => 120,
        [flag, minutes] if flag == "--minutes" => minutes.parse()?,
        other => bail!("soak takes --minutes N or nothing, not {other:?}"),
    };
    drive(&test::release_binary()?, Duration::from_secs(60 * minutes))
}

fn drive(binary: &Path, time: Duration) -> Result<()> {
    let folder = work().join("soak");
    client::empty(&folder)?;
    let sink = Sink::start(5)?;
    let mail = mail_sink::settings(sink.port, 4);
    let mut settings = kill_test::CAPS.to_vec();
    settings.extend(mail.iter().map(|(name, value)| (*name, value.as_str())));
    settings.extend([
        ("HEADROOM_LOG__FILTER", "warn"),
        ("HEADROOM_LIMITS__SIGN_INS_PER_MINUTE", "60000"),
        ("HEADROOM_LIMITS__SIGN_INS_BURST", "60000"),
    ]);
    let log = Stdio::from(std::fs::File::create(folder.join("server.log"))?);
    let served = Served::start_with(binary, &folder, log, &settings)?;
    let solution = Solution::undisturbed(binary, &folder)?;
    let load = Load::new(&served.address);
    say(&format!("soak: {} minutes", time.as_secs() / 60));
    let looks = std::thread::scope(|scope| {
        scope.spawn(|| load.read());
        scope.spawn(|| load.submit(&solution));
        scope.spawn(|| load.subscribe());
        scope.spawn(|| load.err());
        scope.spawn(|| load.leave());
        let looks = watch(&served, &load, time);
        load.over.store(true, Ordering::SeqCst);
        looks
    })?;
    let problems = load.problems.into_inner();
    let problems = problems.unwrap_or_else(PoisonError::into_inner);
    ensure!(
        problems.is_empty(),
        "{} answers were wrong: {}",
        problems.len(),
        problems[0]
    );
    settle(&folder, load.accepted.load(Ordering::SeqCst))?;
    judge(&looks, time)
}

/// How the server was at a moment.
#[derive(Clone, Copy)]
struct Look {
    hours: f64,
    resident_mib: f64,
    descriptors: f64,
}

fn watch(served: &Served, load: &Load, time: Duration) -> Result<Vec<Look>> {
    let start = Instant::now();
    let mut looks = Vec::new();
    while start.elapsed() < time {
        std::thread::sleep(EVERY);
        load.rests.store(true, Ordering::SeqCst);
        std::thread::sleep(REST);
        let look = Look {
            hours: start.elapsed().as_secs_f64() / 3_600.0,
            resident_mib: memory_mib(served.id(), "VmRSS")?,
            descriptors: f64::from(u32::try_from(served.descriptors()?)?),
        };
        load.rests.store(false, Ordering::SeqCst);
        say(&format!(
            "{:.1} min: {:.1} MiB resident, {:.1} private, {} descriptors, {} requests",
            look.hours * 60.0,
            look.resident_mib,
            memory_mib(served.id(), "RssAnon")?,
            look.descriptors,
            load.asked.load(Ordering::SeqCst)
        ));
        looks.push(look);
    }
    Ok(looks)
}

fn judge(looks: &[Look], time: Duration) -> Result<()> {
    let warm_until = time.as_secs_f64() / 3_600.0 * WARM_UP;
    let warm: Vec<Look> = looks
        .iter()
        .copied()
        .filter(|look| look.hours >= warm_until)
        .collect();
    let (first, last) = (
        warm.first().context("too short")?,
        warm.last().context("too short")?,
    );
    let growth = slope(&warm);
    say(&format!(
        "after warming up {growth:.2} MiB an hour; {} descriptors at first, {} at last",
        first.descriptors, last.descriptors
    ));
    ensure!(
        last.descriptors <= first.descriptors + DESCRIPTORS_MORE,
        "descriptors are lost"
    );
    if time < JUDGED_FROM {
        say("too short to judge growth by");
        return Ok(());
    }
    ensure!(growth <= GROWTH_MAX, "that is more than {GROWTH_MAX}");
    Ok(())
}

/// MiB an hour, by least squares.
fn slope(looks: &[Look]) -> f64 {
    let count = looks.len() as f64;
    let mean = |of: fn(&Look) -> f64| looks.iter().map(of).sum::<f64>() / count;
    let (at, mib) = (mean(|look| look.hours), mean(|look| look.resident_mib));
    let together: f64 = looks
        .iter()
        .map(|look| (look.hours - at) * (look.resident_mib - mib))
        .sum();
    let alone: f64 = looks.iter().map(|look| (look.hours - at).powi(2)).sum();
    together / alone
}

/// Whatever was accepted gets its one grade.
fn settle(folder: &Path, accepted: u32) -> Result<()> {
    let start = Instant::now();
    while let Err(error) = kill_test::each_graded(&folder.join("headroom.db"), accepted) {
        ensure!(start.elapsed() < SETTLE_MAX, "{error}");
        std::thread::sleep(Duration::from_secs(1));
    }
    say(&format!(
        "{accepted} submissions accepted, each graded once"
    ));
    Ok(())
}

struct Load {
    address: String,
    over: AtomicBool,
    /// Nobody asks anything now.
    rests: AtomicBool,
    asked: AtomicU32,
    accepted: AtomicU32,
    problems: Mutex<Vec<String>>,
}

impl Load {
    fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            over: AtomicBool::new(false),
            rests: AtomicBool::new(false),
            asked: AtomicU32::new(0),
            accepted: AtomicU32::new(0),
            problems: Mutex::default(),
        }
    }

    /// Waits, and says whether to go on.
    fn after(&self, pause: Duration) -> bool {
        std::thread::sleep(pause);
        while self.rests.load(Ordering::SeqCst) && !self.over.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(20));
        }
        !self.over.load(Ordering::SeqCst)
    }

    /// Whether the answer is one of those; another one is a problem.
    fn expect(&self, what: &str, answer: Result<http::Answer>, wanted: &[u16]) -> bool {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let problem = match answer {
            Ok(answer) if wanted.contains(&answer.status) => return true,
            Ok(answer) => format!("{what}: {}", answer.status),
            Err(error) => format!("{what}: {error:#}"),
        };
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        problems.push(problem);
        false
    }

    fn read(&self) {
        for page in PAGES.iter().cycle() {
            if !self.after(Duration::from_millis(15)) {
                return;
            }
            self.expect(page, http::get(&self.address, page), &[200]);
        }
    }

    fn submit(&self, solution: &Solution) {
        let path = format!("/api/v1/labs/{LAB}/submissions?wait=20");
        let kind = [("content-type", "application/wasm")];
        for number in 0.. {
            if !self.after(Duration::from_millis(500)) {
                return;
            }
            let answer = http::post(&self.address, &path, &kind, &solution.variant(number));
            if self.expect("a submission", answer, &[202]) {
                self.accepted.fetch_add(1, Ordering::SeqCst);
            }
        }
    }

    fn subscribe(&self) {
        let path = "/api/v1/newsletter/subscriptions";
        let kind = [("content-type", "application/json")];
        for number in 0.. {
            if !self.after(Duration::from_millis(300)) {
                return;
            }
            let body = format!("{{\"email\":\"soak-{number}@example.org\"}}");
            let answer = http::post(&self.address, path, &kind, body.as_bytes());
            self.expect("a subscription", answer, &[202]);
        }
    }

    /// Asks for what is not there, and hands in what is no module.
    fn err(&self) {
        let path = format!("/api/v1/labs/{LAB}/submissions");
        let kind = [("content-type", "application/wasm")];
        for number in 0.. {
            if !self.after(Duration::from_millis(200)) {
                return;
            }
            let page = format!("/lessons/nowhere/number-{number}");
            self.expect(&page, http::get(&self.address, &page), &[404]);
            let junk = vec![0; number % 50_000];
            let answer = http::post(&self.address, &path, &kind, &junk);
            self.expect("junk", answer, &[422, 400]);
        }
    }

    /// Connects, says half of something, and goes away or waits to be thrown out.
    fn leave(&self) {
        let mut waiting = Vec::new();
        while self.after(Duration::from_millis(100)) {
            let Ok(mut stream) = TcpStream::connect(&self.address) else {
                continue;
            };
            // What becomes of it is the server's to decide.
            let _ = stream.write_all(b"GET /course HTTP/1.1\r\nhost: ");
            waiting.push(stream);
            if waiting.len() > 40 {
                waiting.drain(..20);
            }
        }
    }
}
