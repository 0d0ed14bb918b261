//! A lecture hall: 120 people hand in within seconds while others read, then ten times as many as
//! the server takes. Prints what it saw, and fails where something was lost or graded twice.

use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::command::{Run, say, work};
use crate::served::Served;
use crate::{client, http, kill_test, test};

const LAB: &str = "/api/v1/labs/rate_limiter/submissions";
const LESSON: &str = "/lessons/reliability/retries";
/// People in the hall.
const CLIENTS: u32 = 120;
/// People when it is ten times too full.
const CROWD: u32 = 1_200;
/// Submissions that may wait when the crowd comes.
const QUEUE_MAX: &str = "100";
/// Everything that was accepted must be graded within this time.
const DRAIN_LIMIT: Duration = Duration::from_secs(120);
/// How long reading is timed without any grading.
const IDLE: Duration = Duration::from_secs(10);
/// A reader asks this often.
const EVERY: Duration = Duration::from_millis(10);

pub fn run() -> Result<()> {
    let binary = test::release_binary()?;
    let module = std::fs::read(work().join("fixtures/gcra-rust.wasm"))?;
    hall(&binary, &module)?;
    crowd(&binary, &module)
}

/// Every client has an address of its own, as a proxy would say.
fn served(binary: &Path, folder: &Path, queue_max: &str) -> Result<Served> {
    client::empty(folder)?;
    let log = Stdio::from(std::fs::File::create(folder.join("server.log"))?);
    let settings = [
        ("HEADROOM_SERVER__TRUSTED_PROXIES", "127.0.0.1/32"),
        ("HEADROOM_LOG__FILTER", "warn"),
        ("HEADROOM_GRADER__QUEUE_MAX", queue_max),
    ];
    Served::start_with(binary, folder, log, &settings)
}

fn hall(binary: &Path, module: &[u8]) -> Result<()> {
    let folder = work().join("load-test");
    let served = served(binary, &folder, "2000")?;
    http::get(&served.address, LESSON)?;
    let began = Instant::now();
    let idle = read_while(&served.address, || began.elapsed() < IDLE)?;
    let done = AtomicBool::new(false);
    let (busy, drained) = thread::scope(|scope| {
        let reader = scope.spawn(|| read_while(&served.address, || !done.load(Ordering::Relaxed)));
        let drained = drain(&served.address, module, CLIENTS);
        done.store(true, Ordering::Relaxed);
        let busy = reader
            .join()
            .map_err(|_| anyhow::anyhow!("the reader panicked"))?;
        anyhow::Ok((busy?, drained?))
    })?;
    let (idle, busy) = (p99(idle), p99(busy));
    say(&format!(
        "{CLIENTS} submissions from {CLIENTS} clients: graded within {:.0} s",
        drained.as_secs_f64()
    ));
    say(&format!(
        "a lesson, p99: {idle:.2} ms idle, {busy:.2} ms meanwhile ({:.1} times)",
        busy / idle
    ));
    ensure!(drained < DRAIN_LIMIT, "that is too long");
    drop(served);
    kill_test::each_graded(&folder.join("headroom.db"), CLIENTS)
}

/// Hands all in and waits for the last grade.
fn drain(address: &str, module: &[u8], clients: u32) -> Result<Duration> {
    let began = Instant::now();
    let mut ids = Vec::new();
    for client in 0..clients {
        match hand_in(address, module, client)? {
            Handed::Accepted(id) => ids.push(id),
            Handed::Refused(status) => bail!("client {client} was answered {status}"),
        }
    }
    settle(address, &ids, DRAIN_LIMIT)?;
    Ok(began.elapsed())
}

fn crowd(binary: &Path, module: &[u8]) -> Result<()> {
    let folder = work().join("load-test");
    let served = served(binary, &folder, QUEUE_MAX)?;
    let mut accepted = Vec::new();
    let (mut busy, mut too_fast) = (0, 0);
    for client in 0..CROWD {
        match hand_in(&served.address, module, client)? {
            Handed::Accepted(id) => accepted.push(id),
            Handed::Refused(429) => too_fast += 1,
            Handed::Refused(503) => busy += 1,
            Handed::Refused(other) => bail!("client {client} was answered {other}"),
        }
    }
    say(&format!(
        "{CROWD} clients, room for {QUEUE_MAX}: {} accepted, {too_fast} told 429, {busy} told 503",
        accepted.len()
    ));
    ensure!(busy + too_fast > 0, "nobody was refused");
    settle(&served.address, &accepted, DRAIN_LIMIT * 2)?;
    let graded = u32::try_from(accepted.len())?;
    drop(served);
    kill_test::each_graded(&folder.join("headroom.db"), graded)?;
    say("every accepted submission was graded once, nothing else is in the database");
    Ok(())
}

enum Handed {
    Accepted(String),
    Refused(u16),
}

fn hand_in(address: &str, module: &[u8], client: u32) -> Result<Handed> {
    let mut module = module.to_vec();
    module.extend([0, 6, 1, b'n']);
    module.extend(client.to_le_bytes());
    let from = Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 1).to_bits() + client).to_string();
    let headers = [
        ("content-type", "application/wasm"),
        ("x-forwarded-for", from.as_str()),
    ];
    let answer = http::post(address, LAB, &headers, &module)?;
    if answer.status != 202 {
        let told = answer.header("retry-after");
        ensure!(told.is_some(), "{} without Retry-After", answer.status);
        return Ok(Handed::Refused(answer.status));
    }
    let document: Value = serde_json::from_slice(&answer.body)?;
    let id = document["id"].as_str().context("no id")?;
    Ok(Handed::Accepted(id.to_owned()))
}

/// Waits until each is graded.
fn settle(address: &str, ids: &[String], limit: Duration) -> Result<()> {
    let began = Instant::now();
    for id in ids {
        loop {
            ensure!(
                began.elapsed() < limit,
                "{id} is not graded after {limit:?}"
            );
            let path = format!("/api/v1/submissions/{id}?wait=30");
            let answer: Value = serde_json::from_slice(&http::get(address, &path)?.body)?;
            match answer["status"].as_str() {
                Some("graded") => break,
                Some("queued" | "running") => {}
                other => bail!("{id} is {other:?}: {answer}"),
            }
        }
    }
    Ok(())
}

/// Puts this thread before all others, for readers sit at machines of their own: what is timed is
/// the server behind a grader, and not this thread behind it.
fn go_first() {
    let thread = std::fs::read_link("/proc/thread-self").ok();
    let name = thread
        .as_deref()
        .and_then(|path| path.file_name()?.to_str());
    let first = name.map(|id| Run::new("chrt").args(["-f", "-p", "5", id]).run());
    if !matches!(first, Some(Ok(()))) {
        say("the reader could not be put first (chrt, as root): it is timed with its own waits");
    }
}

/// Milliseconds of each reading.
fn read_while(address: &str, go_on: impl Fn() -> bool + Send) -> Result<Vec<f64>> {
    let reader = || {
        go_first();
        read(address, go_on)
    };
    let read = thread::scope(|scope| scope.spawn(reader).join());
    read.map_err(|_| anyhow::anyhow!("the reader panicked"))?
}

fn read(address: &str, go_on: impl Fn() -> bool) -> Result<Vec<f64>> {
    let mut took = Vec::new();
    while go_on() {
        let began = Instant::now();
        let answer = http::get(address, LESSON)?;
        ensure!(answer.status == 200, "{}", answer.status);
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
        thread::sleep(EVERY);
    }
    Ok(took)
}

fn p99(mut took: Vec<f64>) -> f64 {
    took.sort_by(f64::total_cmp);
    let at = took.len() * 99 / 100;
    took.get(at.min(took.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}
