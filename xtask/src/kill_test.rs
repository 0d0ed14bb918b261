//! kill -9 of the server, again and again, while it grades: what was accepted must be graded, once,
//! with the bytes of an undisturbed run, and a grade once given must never change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::command::{Run, say, work};
use crate::served::Served;
use crate::{client, fingerprint, http, test};

pub const LAB: &str = "rate_limiter";
/// Lives last up to this long: some end before a grading does, some after several.
const LIFE_MS_MAX: u64 = 2_500;
/// Longest time without any grading coming to its end.
const PATIENCE: Duration = Duration::from_secs(120);
/// The caps on submissions, raised: other tests are about caps.
pub const CAPS: [(&str, &str); 5] = [
    ("HEADROOM_LIMITS__SUBMISSIONS_PER_MINUTE", "100000"),
    ("HEADROOM_LIMITS__SUBMISSIONS_BURST", "100000"),
    ("HEADROOM_LIMITS__GLOBAL_SUBMISSIONS_PER_MINUTE", "100000"),
    ("HEADROOM_LIMITS__GLOBAL_SUBMISSIONS_BURST", "100000"),
    ("HEADROOM_GRADER__QUEUE_MAX", "100000"),
];

/// Counts that the database must agree on: submissions, grades, and jobs that are not done.
const COUNTS: &str = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
one = lambda sql: db.execute(sql).fetchone()[0]
print(one('SELECT count(*) FROM submissions'), one('SELECT count(*) FROM grades'),
      one(\"SELECT count(*) FROM jobs WHERE kind = 'grade-submission' AND state <> 'done'\"))
";

/// Makes sure that as many submissions were kept as accepted, each with one grade, and that no
/// job of theirs is open.
pub fn each_graded(database: &Path, accepted: impl std::fmt::Display) -> Result<()> {
    let counts = Run::new("python3")
        .args(["-c".as_ref(), COUNTS.as_ref(), database.as_os_str()])
        .output()?;
    let (found, want) = (counts.trim(), format!("{accepted} {accepted} 0"));
    ensure!(
        found == want,
        "submissions, grades, open jobs: {found}; expected {want}"
    );
    Ok(())
}

pub fn run(arguments: &[String]) -> Result<()> {
    let (mut kills, mut seed) = (200, u64::from(std::process::id()));
    for pair in arguments.chunks(2) {
        match pair {
            [flag, value] if flag == "--kills" => kills = value.parse()?,
            [flag, value] if flag == "--seed" => seed = value.parse()?,
            other => bail!("kill-test takes --kills N and --seed N, not {other:?}"),
        }
    }
    drive(&test::release_binary()?, kills, seed)
}

/// Starts, feeds and kills the server `kills` times, then lets it finish and compares.
///
/// The lengths of the lives follow from `seed`; where in a grading each death falls is up to the
/// machine.
pub fn drive(binary: &Path, kills: u32, seed: u64) -> Result<()> {
    let folder = work().join("kill-test");
    client::empty(&folder.join("data"))?;
    say(&format!("kill test: {kills} kills, seed {seed}"));
    let mut session = Session {
        binary,
        solution: Solution::undisturbed(binary, &folder)?,
        folder,
        submissions: BTreeMap::new(),
    };
    let mut before_death = 0;
    for kill in 0..kills {
        let life = Duration::from_millis(mix(seed.wrapping_add(u64::from(kill))) % LIFE_MS_MAX);
        before_death += session.live_and_die(kill, life)?;
    }
    say(&format!("{before_death} gradings ended between two kills"));
    session.settle()
}

/// A submission that was answered with 202.
struct Accepted {
    module: Vec<u8>,
    /// When it was first seen graded: the record as it stood.
    graded: Option<Value>,
}

struct Session<'a> {
    binary: &'a Path,
    solution: Solution,
    folder: PathBuf,
    submissions: BTreeMap<String, Accepted>,
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

    /// One life: a new module, a look at the records, death. Returns how many became graded.
    fn live_and_die(&mut self, kill: u32, life: Duration) -> Result<usize> {
        let server = self.start()?;
        let end = Instant::now() + life;
        self.submit(&server.address, kill)?;
        std::thread::sleep(end.saturating_duration_since(Instant::now()));
        let graded = self.look(&server.address)?;
        server.kill()?;
        Ok(graded)
    }

    fn submit(&mut self, address: &str, kill: u32) -> Result<()> {
        let module = self.solution.variant(kill);
        let key = format!("kill-{kill}");
        let headers = [
            ("content-type", "application/wasm"),
            ("idempotency-key", key.as_str()),
        ];
        let path = format!("/api/v1/labs/{LAB}/submissions");
        let answer = http::post(address, &path, &headers, &module)?;
        let text = || String::from_utf8_lossy(&answer.body).into_owned();
        ensure!(answer.status == 202, "{}: {}", answer.status, text());
        let submission: Value = serde_json::from_slice(&answer.body)?;
        let id = submission["id"].as_str().context("no id")?.to_owned();
        let graded = None;
        self.submissions.insert(id, Accepted { module, graded });
        Ok(())
    }

    /// Reads every record: none is lost or failed, and what was graded stays as it was.
    fn look(&mut self, address: &str) -> Result<usize> {
        let mut new = 0;
        for (id, accepted) in &mut self.submissions {
            let answer = http::get(address, &format!("/api/v1/submissions/{id}"))?;
            ensure!(answer.status == 200, "{id} was lost ({})", answer.status);
            let record: Value = serde_json::from_slice(&answer.body)?;
            ensure!(record["status"] != "failed", "{id} failed: {record}");
            match &accepted.graded {
                Some(before) => ensure!(*before == record, "{before} became {record}"),
                None if record["status"] == "graded" => {
                    accepted.graded = Some(record);
                    new += 1;
                }
                None => {}
            }
        }
        Ok(new)
    }

    /// A last, undisturbed life: all that was accepted ends graded, once, as expected.
    fn settle(mut self) -> Result<()> {
        let server = self.start()?;
        let mut progress = Instant::now();
        while self.submissions.values().any(|s| s.graded.is_none()) {
            if self.look(&server.address)? > 0 {
                progress = Instant::now();
            }
            ensure!(progress.elapsed() < PATIENCE, "gradings do not go on");
            std::thread::sleep(Duration::from_millis(500));
        }
        for (id, accepted) in &self.submissions {
            let path = format!("/api/v1/submissions/{id}/report");
            let report = http::get(&server.address, &path)?.body;
            let want = self.solution.report_of(&accepted.module);
            ensure!(
                report == want,
                "{id} has other bytes than an undisturbed run"
            );
        }
        server.kill()?;
        self.count()
    }

    fn count(&self) -> Result<()> {
        let accepted = self.submissions.len();
        ensure!(accepted > 0, "nothing was accepted: nothing was tested");
        let database = self.folder.join("data/headroom.db");
        each_graded(&database, accepted)?;
        say(&format!(
            "{accepted} accepted, each graded exactly once, all as expected"
        ));
        Ok(())
    }
}

/// A module and its report when nothing disturbs the grading.
pub struct Solution {
    module: Vec<u8>,
    report: String,
}

impl Solution {
    pub fn undisturbed(binary: &Path, folder: &Path) -> Result<Self> {
        let path = work().join("fixtures/gcra-rust.wasm");
        let module =
            std::fs::read(&path).context("build the fixtures first: cargo xtask fixtures")?;
        let first = Self {
            module,
            report: String::new(),
        };
        let file = folder.join("undisturbed.wasm");
        let module = first.variant(u32::MAX);
        std::fs::write(&file, &module)?;
        let report = test::offline_report(binary, LAB, &file)?.trim_end().into();
        let solution = Self { report, ..first };
        ensure!(
            solution.report_of(&module) == solution.report.as_bytes(),
            "the rule for reports of variants is wrong"
        );
        Ok(solution)
    }

    /// The same code under other bytes: no grade of one can answer for another.
    pub fn variant(&self, number: u32) -> Vec<u8> {
        let mut module = self.module.clone();
        // Section 0 (custom), 6 bytes long: a name of one byte, then the number.
        module.extend_from_slice(&[0, 6, 1, b'v']);
        module.extend_from_slice(&number.to_le_bytes());
        module
    }

    /// The undisturbed report with this module as its subject, sealed again.
    pub fn report_of(&self, module: &[u8]) -> Vec<u8> {
        let undisturbed = fingerprint::hex(&self.variant(u32::MAX));
        let subject = self.report.replace(&undisturbed, &fingerprint::hex(module));
        let (body, _) = subject
            .split_once("\"digest\":\"")
            .unwrap_or((&subject, ""));
        let unsealed = format!("{body}\"digest\":\"\"}}");
        let digest = fingerprint::hex(unsealed.as_bytes());
        format!("{body}\"digest\":\"{digest}\"}}").into_bytes()
    }
}

/// splitmix64's finaliser.
pub fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
