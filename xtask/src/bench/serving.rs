//! What it costs to serve a lesson, beside nginx with `gzip_static`: CPU time per request, in pairs
//! that take turns.

use std::process::Stdio;

use anyhow::{Context, Result};

use super::nginx::Nginx;
use super::{LESSON, median};
use crate::command::{Run, work};
use crate::served::Served;
use crate::test::release_binary;
use crate::{apt, client};

const PAIRS: usize = 7;
/// Length of one measurement.
const SECONDS: &str = "5s";
/// Clock ticks per second in `/proc`, on every Linux.
const TICKS_PER_S: f64 = 100.0;

pub fn run() -> Result<()> {
    apt::program("wrk", &["wrk"])?;
    let binary = release_binary()?;
    let folder = work().join("bench");
    client::empty(&folder)?;
    let quiet = [("HEADROOM_LOG__FILTER", "warn")];
    let ours = Served::start_with(&binary, &folder, Stdio::null(), &quiet)?;
    let nginx = Nginx::start(&folder, &ours.address)?;
    let mut pairs = Vec::new();
    println!("CPU time per request of {LESSON}, gzip, 32 connections kept alive, {SECONDS} each:");
    for pair in 1..=PAIRS {
        let mine = measure(&ours.address, &[ours.id()])?;
        let theirs = measure(&nginx.address, &nginx.workers()?)?;
        println!(
            "  pair {pair}: Headroom {:.1} us ({:.0}/s), nginx {:.1} us ({:.0}/s), ratio {:.2}",
            mine.cpu_us,
            mine.per_s,
            theirs.cpu_us,
            theirs.per_s,
            mine.cpu_us / theirs.cpu_us
        );
        pairs.push(mine.cpu_us / theirs.cpu_us);
    }
    println!("  median ratio {:.2}", median(pairs));
    Ok(())
}

struct Measured {
    cpu_us: f64,
    per_s: f64,
}

fn measure(address: &str, processes: &[u32]) -> Result<Measured> {
    let before = cpu_s(processes)?;
    let url = format!("http://{address}{LESSON}");
    let said = Run::new("wrk")
        .args(["-t1", "-c32", "-d", SECONDS, "-H", "Accept-Encoding: gzip"])
        .arg(&url)
        .output()?;
    let used_s = cpu_s(processes)? - before;
    let requests = number_before(&said, " requests in ").context("wrk says no requests")?;
    let per_s = number_after(&said, "Requests/sec:").context("wrk says no rate")?;
    Ok(Measured {
        cpu_us: used_s / requests * 1e6,
        per_s,
    })
}

/// User and system time of processes so far.
fn cpu_s(processes: &[u32]) -> Result<f64> {
    let mut ticks = 0.0;
    for id in processes {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        let (_, fields) = stat.rsplit_once(')').context("/proc/PID/stat")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        for at in [11, 12] {
            let field = fields.get(at).context("/proc/PID/stat")?;
            ticks += field.parse::<f64>()?;
        }
    }
    Ok(ticks / TICKS_PER_S)
}

fn number_before(text: &str, mark: &str) -> Option<f64> {
    let (before, _) = text.split_once(mark)?;
    before.split_whitespace().last()?.parse().ok()
}

fn number_after(text: &str, mark: &str) -> Option<f64> {
    let (_, after) = text.split_once(mark)?;
    after.split_whitespace().next()?.parse().ok()
}
