//! What a submission costs beyond its simulation, beside the judge of DMOJ, and how many are graded
//! in a second.
//!
//! Ours: from the request's arrival until the grade is committed, less the time that the child took
//! for compiling and simulating, all by the server's log; and, by the client's clock, until it has
//! the answer. DMOJ's: from the command to the verdict on a program of one line, compiler included,
//! for that is what its users wait for.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::median;
use crate::command::{Run, say, work};
use crate::served::Served;
use crate::test::release_binary;
use crate::{apt, client, http, kill_test};

const LAB: &str = "/api/v1/labs/rate_limiter/submissions";
/// Submissions that are timed one by one, after some that warm up.
const TIMED: u32 = 200;
const WARM_UP: u32 = 20;
/// Submissions that come all at once.
const AT_ONCE: u32 = 200;
/// Rounds of the other judge.
const ROUNDS: usize = 7;
/// What the times are taken from.
const FILTER: &str = "warn,headroom::grader=debug,headroom::jobs=debug,headroom::edge=info";
const DMOJ: &str = "dmoj==4.1.0";

pub fn run() -> Result<()> {
    let binary = release_binary()?;
    let folder = work().join("bench");
    client::empty(&folder)?;
    let module = work().join("fixtures/gcra-rust.wasm");
    let module = std::fs::read(&module).with_context(|| module.display().to_string())?;
    let ours = ours(&binary, &folder, &module)?;
    println!("A submission, beyond compiling and simulating, warm, on SQLite, one at a time:");
    let [committed, answered] = [ours.committed, ours.answered].map(median);
    println!("  Headroom: p50 {committed:.2} ms of {TIMED} until the grade is committed");
    println!("  until its client has the answer: p50 {answered:.2} ms");
    match theirs(&folder) {
        Ok(theirs) => {
            let peer = median(theirs);
            let (most, least) = (peer / committed, peer / answered);
            println!("  DMOJ: p50 {peer:.0} ms of {ROUNDS}, compiler included");
            println!("  DMOJ takes {most:.0} times as long, or {least:.0} times the answer");
        }
        Err(error) => println!("  DMOJ could not be run: {error:#}"),
    }
    Ok(())
}

/// Milliseconds beyond the child's.
struct Beyond {
    /// From the request's arrival until the grade was committed.
    committed: Vec<f64>,
    /// From the request until the answer was there.
    answered: Vec<f64>,
}

/// Those of each submission, and prints how many go in a second.
fn ours(binary: &Path, folder: &Path, module: &[u8]) -> Result<Beyond> {
    let log = folder.join("server.log");
    let out = Stdio::from(std::fs::File::create(&log)?);
    let mut settings = kill_test::CAPS.to_vec();
    settings.push(("HEADROOM_LOG__FORMAT", "json"));
    settings.push(("HEADROOM_LOG__FILTER", FILTER));
    settings.push(("HEADROOM_GRADER__WORKERS", "2"));
    let served = Served::start_with(binary, folder, out, &settings)?;
    let mut took_ms = Vec::new();
    for number in 0..WARM_UP + TIMED {
        let body = another(module, number);
        let began = Instant::now();
        let answer = post(&served.address, "?wait=30", &body)?;
        let ms = began.elapsed().as_secs_f64() * 1_000.0;
        ensure!(answer["status"] == "graded", "{answer}");
        took_ms.push(ms);
    }
    let told = told(&std::fs::read_to_string(&log)?);
    ensure!(
        told.len() == took_ms.len(),
        "{} of {}",
        told.len(),
        took_ms.len()
    );
    let pairs = || took_ms.iter().zip(&told).skip(WARM_UP as usize);
    let beyond = Beyond {
        committed: pairs()
            .map(|(_, told)| told.committed - told.child)
            .collect(),
        answered: pairs().map(|(all, told)| all - told.child).collect(),
    };
    let began = Instant::now();
    let mut last = String::new();
    for number in 0..AT_ONCE {
        let body = another(module, 1_000_000 + number);
        let answer = post(&served.address, "", &body)?;
        last = answer["id"].as_str().context("no id")?.to_owned();
    }
    loop {
        let path = format!("/api/v1/submissions/{last}?wait=30");
        let answer: Value = serde_json::from_slice(&http::get(&served.address, &path)?.body)?;
        if answer["status"] == "graded" {
            break;
        }
    }
    let per_s = f64::from(AT_ONCE) / began.elapsed().as_secs_f64();
    let child = median(told.iter().map(|told| told.child).collect());
    println!(
        "Grades of rate_limiter, {AT_ONCE} at once, two graders: {per_s:.1} per second; \
         a child takes {child:.0} ms"
    );
    Ok(beyond)
}

fn post(address: &str, query: &str, body: &[u8]) -> Result<Value> {
    let kind = [("content-type", "application/wasm")];
    let answer = http::post(address, &format!("{LAB}{query}"), &kind, body)?;
    ensure!(answer.status == 202, "{}", answer.status);
    Ok(serde_json::from_slice(&answer.body)?)
}

/// The same module with another number in a section that nobody reads: a grade of its own.
fn another(module: &[u8], number: u32) -> Vec<u8> {
    let mut bytes = module.to_vec();
    bytes.extend([0, 6, 1, b'n']);
    bytes.extend(number.to_le_bytes());
    bytes
}

/// What the log tells of a submission, milliseconds.
struct Told {
    /// Compiling and simulating.
    child: f64,
    /// From the request's arrival until the grade was committed.
    committed: f64,
}

/// One for each submission; they came one after the other.
fn told(log: &str) -> Vec<Told> {
    let (mut children, mut settled, mut began) = (Vec::new(), Vec::new(), Vec::new());
    for line in log.lines() {
        let Ok(entry) = serde_json::from_str::<Value>(line) else {
            continue;
        };
        let at = entry["timestamp"].as_str().and_then(time_of_day_ms);
        match entry["message"].as_str().unwrap_or_default() {
            "a child graded" => children.extend(entry["wall_us"].as_f64()),
            "job settled" if entry["job.kind"] == "grade-submission" => settled.extend(at),
            _ if entry["url.path"]
                .as_str()
                .is_some_and(|path| path.contains(LAB)) =>
            {
                let took_us = entry["duration_us"].as_f64();
                began.extend(at.zip(took_us).map(|(at, us)| at - us / 1_000.0));
            }
            _ => {}
        }
    }
    // The first children are the server testing itself.
    let tests = children.len().saturating_sub(began.len());
    let times = children.iter().skip(tests).zip(settled.iter().zip(&began));
    let told = times.map(|(child_us, (settled, began))| Told {
        child: child_us / 1_000.0,
        committed: settled - began,
    });
    told.collect()
}

/// Milliseconds since midnight of a time like `2026-01-31T12:00:00.000001Z`.
fn time_of_day_ms(timestamp: &str) -> Option<f64> {
    let clock = timestamp.split_once('T')?.1.strip_suffix('Z')?;
    let mut parts = clock.split(':').map(|part| part.parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    Some(((hours * 60.0 + minutes) * 60.0 + seconds) * 1_000.0)
}

/// Milliseconds of each submission to DMOJ's judge; the judge's own start is not counted.
fn theirs(folder: &Path) -> Result<Vec<f64>> {
    let program = judge()?;
    let home = folder.join("dmoj");
    let problem = home.join("problems/aplusb");
    std::fs::create_dir_all(&problem)?;
    std::fs::write(problem.join("1.in"), "1 2\n")?;
    std::fs::write(problem.join("1.out"), "3\n")?;
    std::fs::write(
        problem.join("init.yml"),
        "test_cases:\n- {in: 1.in, out: 1.out, points: 1}\n",
    )?;
    let source = home.join("a.c");
    std::fs::write(
        &source,
        "#include <stdio.h>\nint main(void) {\n  int a, b;\n  scanf(\"%d%d\", &a, &b);\n  \
         printf(\"%d\\n\", a + b);\n}\n",
    )?;
    let gcc = Run::new("sh").args(["-c", "command -v gcc"]).output()?;
    let config = home.join("judge.yml");
    std::fs::write(
        &config,
        format!(
            "problem_storage_globs: ['{0}/problems/*']\nruntime: {{gcc: {1}}}\n",
            home.display(),
            gcc.trim()
        ),
    )?;
    let timed = |task: &[&str]| -> Result<f64> {
        let mut command = Command::new(&program);
        command.current_dir(&home).arg("-c").arg(&config);
        command.args(["--skip-self-test", "-e", "C"]).args(task);
        let began = Instant::now();
        let done = command.stdin(Stdio::null()).output()?;
        let text = String::from_utf8_lossy(&done.stdout).into_owned();
        let words = String::from_utf8_lossy(&done.stderr);
        ensure!(task.is_empty() || text.contains(" AC "), "{text}{words}");
        Ok(began.elapsed().as_secs_f64() * 1_000.0)
    };
    let submit = [
        "--", "submit", "aplusb", "C", "a.c", "-tl", "2", "-ml", "65536",
    ];
    let mut took = Vec::new();
    for _ in 0..ROUNDS {
        let (all, start) = (timed(&submit)?, timed(&[])?);
        took.push(all - start);
    }
    Ok(took)
}

fn judge() -> Result<std::path::PathBuf> {
    let folder = work().join("dmoj");
    let program = folder.join("bin/dmoj-cli");
    if !program.exists() {
        apt::install(&["libseccomp-dev", "gcc", "python3-dev", "python3-venv"])?;
        say(&format!("installing {DMOJ} into {}", folder.display()));
        Run::new("python3")
            .args(["-m", "venv"])
            .arg(&folder)
            .run()?;
        Run::new(folder.join("bin/pip"))
            .args(["install", "--quiet", DMOJ])
            .run()?;
    }
    Ok(program)
}
