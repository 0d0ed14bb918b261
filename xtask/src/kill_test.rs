//! kill -9 of the server, again and again, while it grades: what was accepted must be graded, with
//! the bytes of an undisturbed run, and a grade once given must never change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::command::{say, work};
use crate::served::Served;
use crate::{client, http, test};

const LAB: &str = "rate_limiter";
/// Different modules, so that graders cannot answer from a cache of results alone.
const VARIANTS: usize = 8;
const LIFE_MS_MAX: u64 = 300;
const DRAIN_LIMIT: Duration = Duration::from_secs(300);
/// The caps on submissions, raised: this test is about loss, another one is about caps.
const CAPS: [(&str, &str); 5] = [
    ("HEADROOM_LIMITS__SUBMISSIONS_PER_MINUTE", "100000"),
    ("HEADROOM_LIMITS__SUBMISSIONS_BURST", "100000"),
    ("HEADROOM_LIMITS__GLOBAL_SUBMISSIONS_PER_MINUTE", "100000"),
    ("HEADROOM_LIMITS__GLOBAL_SUBMISSIONS_BURST", "100000"),
    ("HEADROOM_GRADER__QUEUE_MAX", "100000"),
];

pub fn run(arguments: &[String]) -> Result<()> {
    let kills = match arguments {
        [] => 200,
        [flag, count] if flag == "--kills" => count.parse().context("--kills takes a number")?,
        other => bail!("kill-test takes --kills N, not {other:?}"),
    };
    drive(&test::release_binary()?, kills)
}

/// Starts, feeds and kills the server `kills` times, then lets it finish and compares.
pub fn drive(binary: &Path, kills: u32) -> Result<()> {
    let folder = work().join("kill-test");
    client::empty(&folder.join("data"))?;
    let modules = variants(&folder)?;
    let expected = expected(binary, &modules)?;
    let seed = u64::from(std::process::id()) ^ u64::from(kills) << 32;
    say(&format!("kill test: {kills} kills, seed {seed}"));
    let mut session = Session {
        binary,
        folder,
        accepted: BTreeMap::new(),
        seen: BTreeMap::new(),
    };
    for kill in 0..kills {
        let draw = mix(seed.wrapping_add(u64::from(kill)));
        session.live_and_die(&modules, kill, Duration::from_millis(draw % LIFE_MS_MAX))?;
    }
    session.settle(&expected)
}

struct Session<'a> {
    binary: &'a Path,
    folder: PathBuf,
    /// Submission id → which module it was.
    accepted: BTreeMap<String, usize>,
    /// Submission id → the report bytes first seen.
    seen: BTreeMap<String, Vec<u8>>,
}

impl Session<'_> {
    fn start(&self) -> Result<Served> {
        let path = self.folder.join("server.log");
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)?;
        Served::start_with(
            self.binary,
            &self.folder.join("data"),
            Stdio::from(log),
            &CAPS,
        )
    }

    /// Submits until the moment of death; only an answered 202 counts as accepted.
    fn live_and_die(&mut self, modules: &[PathBuf], kill: u32, life: Duration) -> Result<()> {
        let server = self.start()?;
        let start = Instant::now();
        for (variant, module) in modules.iter().enumerate() {
            if start.elapsed() >= life && variant > 0 {
                break;
            }
            let key = format!("kill-{kill}-{variant}");
            let headers = [
                ("content-type", "application/wasm"),
                ("idempotency-key", key.as_str()),
            ];
            let path = format!("/api/v1/labs/{LAB}/submissions");
            let answer = http::post(&server.address, &path, &headers, &std::fs::read(module)?)?;
            match answer.status {
                202 => {
                    let submission: Value = serde_json::from_slice(&answer.body)?;
                    let id = submission["id"]
                        .as_str()
                        .context("a submission without id")?;
                    self.accepted.insert(id.to_owned(), variant);
                }
                429 | 503 => break,
                other => bail!("{other}: {}", String::from_utf8_lossy(&answer.body)),
            }
        }
        std::thread::sleep(life.saturating_sub(start.elapsed()));
        server.kill()
    }

    /// A last, undisturbed life: all that was accepted ends graded as expected.
    fn settle(mut self, expected: &[Vec<u8>]) -> Result<()> {
        let server = self.start()?;
        let deadline = Instant::now() + DRAIN_LIMIT;
        for (id, variant) in &self.accepted {
            let report = wait_for_report(&server.address, id, deadline)?;
            let want = expected.get(*variant).context("no expected report")?;
            ensure!(
                &report == want,
                "{id} was graded with other bytes than an undisturbed run"
            );
            self.seen.insert(id.clone(), report);
        }
        server.kill()?;
        let server = self.start()?;
        for (id, report) in &self.seen {
            let again = http::get(&server.address, &format!("/api/v1/submissions/{id}/report"))?;
            ensure!(
                &again.body == report,
                "{id} was graded a second time, and differently"
            );
        }
        say(&format!(
            "{} accepted submissions, all graded, all as expected",
            self.accepted.len()
        ));
        ensure!(
            !self.accepted.is_empty(),
            "no submission was accepted: nothing was tested"
        );
        Ok(())
    }
}

fn wait_for_report(address: &str, id: &str, deadline: Instant) -> Result<Vec<u8>> {
    loop {
        let answer = http::get(address, &format!("/api/v1/submissions/{id}?wait=10"))?;
        ensure!(
            answer.status == 200,
            "submission {id} was lost ({})",
            answer.status
        );
        let submission: Value = serde_json::from_slice(&answer.body)?;
        match submission["status"].as_str() {
            Some("graded") => break,
            Some("failed") => bail!("{id} failed: {}", submission["problem"]),
            _ if Instant::now() > deadline => bail!("{id} was not graded in time: {submission}"),
            _ => {}
        }
    }
    Ok(http::get(address, &format!("/api/v1/submissions/{id}/report"))?.body)
}

/// The same solution with a different custom section each: other bytes, other digests.
fn variants(folder: &Path) -> Result<Vec<PathBuf>> {
    let solution = std::fs::read(work().join("fixtures/gcra-rust.wasm"))
        .context("build the fixtures first: cargo xtask fixtures")?;
    (0..VARIANTS)
        .map(|variant| {
            let path = folder.join(format!("{variant}.wasm"));
            let mut module = solution.clone();
            // Section 0 (custom), 3 bytes long: a name of one byte, then the number.
            module.extend_from_slice(&[0, 3, 1, b'v', u8::try_from(variant)?]);
            std::fs::write(&path, module)?;
            Ok(path)
        })
        .collect()
}

fn expected(binary: &Path, modules: &[PathBuf]) -> Result<Vec<Vec<u8>>> {
    modules
        .iter()
        .map(|module| {
            let report = test::offline_report(binary, LAB, module)?;
            Ok(report.trim_end().as_bytes().to_vec())
        })
        .collect()
}

/// splitmix64's finaliser.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
