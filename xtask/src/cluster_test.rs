//! What several processes promise together: whatever of them dies, nothing that was accepted is
//! lost, and whoever is told to end does so without a failed request.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::Value;

use crate::cluster::{Cluster, until};
use crate::command::{say, work};
use crate::kill_test::{LAB, Solution};
use crate::mail_sink::{self, Sink};
use crate::{http, test};

const LESSON: &str = "/lessons/reliability/retries";
/// Messages that are in flight at once.
const CONNECTIONS: usize = 4;
/// Between two of a client's requests.
const PAUSE: Duration = Duration::from_millis(40);
/// Load before and after each disturbance.
const CALM: Duration = Duration::from_millis(700);
/// A client tries one request again this long.
const TRIES: Duration = Duration::from_secs(60);
/// PostgreSQL is away this long.
const OUTAGE: Duration = Duration::from_secs(3);
/// Once it is back, all is well within this time.
const RECOVERY_MAX: Duration = Duration::from_secs(5);

pub fn run(arguments: &[String]) -> Result<()> {
    if arguments == ["--browser"] {
        return browse(&test::release_binary()?);
    }
    let (mut rounds, mut drains) = (5, 50);
    for pair in arguments.chunks(2) {
        match pair {
            [flag, value] if flag == "--rounds" => rounds = value.parse()?,
            [flag, value] if flag == "--drains" => drains = value.parse()?,
            other => {
                bail!("cluster-test takes --rounds N and --drains N, or --browser, not {other:?}")
            }
        }
    }
    drive(&test::release_binary()?, rounds, drains)
}

/// The browser's journeys, with their requests spread over both servers.
fn browse(binary: &Path) -> Result<()> {
    let folder = work().join("cluster-browser");
    let smtp_port = TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port()
        .to_string();
    let cluster = Cluster::start(binary, &folder, test::for_journeys(&smtp_port)?)?;
    let [one, two, _] = &cluster.nodes;
    test::journeys(binary, &cluster.address, &smtp_port, &folder.join("web1"))
        .env("DATABASE_URL", &cluster.postgres.url)
        .run()?;
    let served = "headroom_http_request_duration_seconds_count";
    let counts = [one.metric(served, "")?, two.metric(served, "")?];
    ensure!(
        counts.iter().all(|count| *count > 100.0),
        "answers: {counts:?}"
    );
    say(&format!(
        "the servers gave {} and {} answers",
        counts[0], counts[1]
    ));
    Ok(())
}

/// What clients were told, and how often they were not served.
#[derive(Default)]
struct Book {
    over: AtomicBool,
    /// Whether a client tries a failed request again.
    patient: AtomicBool,
    asked: AtomicU32,
    failures: AtomicU32,
    said: Mutex<Vec<String>>,
    /// The modules of accepted submissions, by id.
    submissions: Mutex<BTreeMap<String, Vec<u8>>>,
    /// Addresses whose subscriptions were accepted.
    subscribers: Mutex<Vec<String>>,
}

/// Kills each process and restarts PostgreSQL `rounds` times under load, then drains `drains`
/// times.
pub fn drive(binary: &Path, rounds: u32, drains: u32) -> Result<()> {
    let folder = work().join("cluster-test");
    let sink = Sink::start(0)?;
    let mail = mail_sink::settings(sink.port, CONNECTIONS).into_iter();
    let mail = mail.map(|(name, value)| (name.to_owned(), value));
    let mut cluster = Cluster::start(binary, &folder, mail)?;
    let solution = Solution::undisturbed(binary, &folder)?;
    let book = Book::default();
    let address = cluster.address.clone();
    say(&format!(
        "cluster: {rounds} rounds of kills, {drains} drains"
    ));
    std::thread::scope(|scope| {
        scope.spawn(|| book.read(&address));
        scope.spawn(|| book.submit(&address, &solution));
        scope.spawn(|| book.subscribe(&address));
        let done = disturb(&mut cluster, &book, rounds)
            .and_then(|()| drain(&mut cluster, &book, drains))
            .and_then(|()| spread(&cluster));
        book.over.store(true, Ordering::SeqCst);
        done
    })?;
    settle(&cluster, &sink, &book, &solution)
}

fn disturb(cluster: &mut Cluster, book: &Book, rounds: u32) -> Result<()> {
    book.patient.store(true, Ordering::SeqCst);
    let mut slowest = Duration::ZERO;
    for _ in 0..rounds {
        for node in &mut cluster.nodes {
            std::thread::sleep(CALM);
            node.kill()?;
            std::thread::sleep(CALM);
            node.start()?;
        }
        std::thread::sleep(CALM);
        cluster.postgres.stop()?;
        let start = Instant::now();
        while start.elapsed() < OUTAGE {
            let [one, two, _] = &cluster.nodes;
            for web in [one, two]
                .into_iter()
                .filter_map(|node| node.address.as_ref())
            {
                let answer = http::get(web, LESSON)?;
                ensure!(
                    answer.status == 200,
                    "without the database: {}",
                    answer.status
                );
            }
            std::thread::sleep(PAUSE);
        }
        cluster.postgres.start_again()?;
        let back = Instant::now();
        for node in &mut cluster.nodes {
            node.ready()?;
        }
        slowest = slowest.max(back.elapsed());
    }
    ensure!(
        slowest <= RECOVERY_MAX,
        "ready {slowest:?} after PostgreSQL"
    );
    let asked = book.asked.load(Ordering::SeqCst);
    let failures = book.failures.load(Ordering::SeqCst);
    say(&format!(
        "through the kills {failures} of {asked} requests failed and were tried again; ready \
         {slowest:?} after PostgreSQL at the latest"
    ));
    Ok(())
}

/// One server after the other is told to end, ends, and starts again: nobody notices.
fn drain(cluster: &mut Cluster, book: &Book, drains: u32) -> Result<()> {
    std::thread::sleep(CALM);
    book.patient.store(false, Ordering::SeqCst);
    let count = |counter: &AtomicU32| counter.load(Ordering::SeqCst);
    let (asked, failed) = (count(&book.asked), count(&book.failures));
    for drain in 0..drains {
        let node = &mut cluster.nodes[drain as usize % 2];
        let status = node.terminate()?;
        ensure!(status.success(), "ended with {status}");
        node.start()?;
    }
    std::thread::sleep(CALM);
    let (asked, failed) = (count(&book.asked) - asked, count(&book.failures) - failed);
    let said = lock(&book.said);
    let last = said.last().map_or("", String::as_str);
    ensure!(failed == 0, "{failed} of {asked} requests failed: {last}");
    ensure!(asked > drains, "only {asked} requests in {drains} drains");
    say(&format!("{drains} drains: {asked} requests, none failed"));
    Ok(())
}

/// Both that serve did serve, and the worker counted jobs.
fn spread(cluster: &Cluster) -> Result<()> {
    for _ in 0..40 {
        http::get(&cluster.address, LESSON)?;
    }
    let [one, two, worker] = &cluster.nodes;
    let served = "headroom_http_request_duration_seconds_count";
    let [one, two] = [
        one.metric(served, "/lessons/")?,
        two.metric(served, "/lessons/")?,
    ];
    ensure!(one > 0.0 && two > 0.0, "lessons served: {one} and {two}");
    let nodes = worker.metric("headroom_nodes", "")?;
    ensure!(nodes >= 3.0, "{nodes} processes are known");
    let jobs = worker.metric("headroom_job_duration_seconds_count", "grade-submission")?;
    ensure!(jobs > 0.0, "the worker graded nothing");
    Ok(())
}

/// All that was accepted comes to its end, once, with the bytes of an undisturbed run.
fn settle(cluster: &Cluster, sink: &Sink, book: &Book, solution: &Solution) -> Result<()> {
    let submissions = lock(&book.submissions);
    let subscribers = lock(&book.subscribers);
    ensure!(
        !submissions.is_empty() && !subscribers.is_empty(),
        "nothing was accepted"
    );
    for (id, module) in submissions.iter() {
        let path = format!("/api/v1/submissions/{id}");
        until("a submission is graded", || {
            let answer = http::get(&cluster.address, &path)?;
            ensure!(answer.status == 200, "{id} was lost ({})", answer.status);
            let record: Value = serde_json::from_slice(&answer.body)?;
            ensure!(record["status"] != "failed", "{id} failed: {record}");
            Ok(record["status"] == "graded")
        })?;
        let report = http::get(&cluster.address, &format!("{path}/report"))?.body;
        let same = report == solution.report_of(module);
        ensure!(same, "{id} has other bytes than an undisturbed run");
    }
    until("every subscriber has mail", || {
        let taken = sink.taken();
        Ok(subscribers
            .iter()
            .all(|address| taken.contains_key(address)))
    })?;
    let counts = cluster.postgres.ask(
        "SELECT (SELECT count(*) FROM submissions) - (SELECT count(*) FROM grades), \
         (SELECT count(*) FROM jobs WHERE state = 'dead')",
    )?;
    ensure!(
        counts.trim() == "0|0",
        "submissions without grade | dead jobs: {counts}"
    );
    say(&format!(
        "{} submissions graded once, as expected; {} subscribers have their mail",
        submissions.len(),
        subscribers.len()
    ));
    Ok(())
}

impl Book {
    fn read(&self, address: &str) {
        while !self.over.load(Ordering::SeqCst) {
            self.ask(200, || http::get(address, LESSON));
            std::thread::sleep(PAUSE);
        }
    }

    fn submit(&self, address: &str, solution: &Solution) {
        let path = format!("/api/v1/labs/{LAB}/submissions");
        for number in 0.. {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let module = solution.variant(number);
            let key = format!("cluster-{number}");
            let headers = [
                ("content-type", "application/wasm"),
                ("idempotency-key", key.as_str()),
            ];
            let answer = self.ask(202, || http::post(address, &path, &headers, &module));
            let record = answer.and_then(|body| serde_json::from_slice::<Value>(&body).ok());
            if let Some(id) = record.as_ref().and_then(|record| record["id"].as_str()) {
                lock(&self.submissions).insert(id.to_owned(), module);
            }
            std::thread::sleep(PAUSE * 8);
        }
    }

    fn subscribe(&self, address: &str) {
        let path = "/api/v1/newsletter/subscriptions";
        let headers = [("content-type", "application/json")];
        for number in 0.. {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let reader = format!("reader-{number}@example.org");
            let body = format!("{{\"email\":\"{reader}\"}}");
            let post = || http::post(address, path, &headers, body.as_bytes());
            if self.ask(202, post).is_some() {
                lock(&self.subscribers).push(reader);
            }
            std::thread::sleep(PAUSE * 4);
        }
    }

    /// Asks until the answer has this status, or once, if clients are not patient now.
    fn ask(&self, want: u16, send: impl Fn() -> Result<http::Answer>) -> Option<Vec<u8>> {
        let start = Instant::now();
        while start.elapsed() < TRIES {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let problem = match send() {
                Ok(answer) if answer.status == want => return Some(answer.body),
                Ok(answer) => {
                    let text = String::from_utf8_lossy(&answer.body).into_owned();
                    format!("{}: {text}", answer.status)
                }
                Err(error) => format!("{error:#}"),
            };
            self.failures.fetch_add(1, Ordering::SeqCst);
            lock(&self.said).push(problem);
            if !self.patient.load(Ordering::SeqCst) {
                return None;
            }
            std::thread::sleep(PAUSE);
        }
        None
    }
}

fn lock<T>(of: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
