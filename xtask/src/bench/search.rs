//! What a search costs, beside MiniSearch over the same sections: the time of our handler, from the
//! server's log, and the time of a call there, in turns.

use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;

use super::median;
use crate::command::{root, work};
use crate::served::Served;
use crate::test::release_binary;
use crate::{client, npm};

pub fn run() -> Result<()> {
    npm::install("e2e")?;
    let binary = release_binary()?;
    let folder = work().join("bench");
    client::empty(&folder)?;
    let log = folder.join("server.log");
    let out = Stdio::from(std::fs::File::create(&log)?);
    let json = [("HEADROOM_LOG__FORMAT", "json")];
    let ours = Served::start_with(&binary, &folder, out, &json)?;
    let said = npm::script(&root().join("e2e"), "bench-search")
        .env("BASE_URL", format!("http://{}", ours.address))
        .output()?;
    let found = said.lines().find(|line| line.starts_with('{'));
    let theirs: Value = serde_json::from_str(found.context("no figures from MiniSearch")?)?;
    drop(ours);
    let text = std::fs::read_to_string(&log)?;
    let mine: Vec<f64> = text.lines().filter_map(handler_us).collect();
    let count = mine.len();
    let (mine, peer) = (median(mine), theirs["p50_us"].as_f64().unwrap_or(f64::NAN));
    println!(
        "{} sections, {} queries, {count} searches:",
        theirs["sections"], theirs["queries"]
    );
    println!("  Headroom's handler: p50 {mine:.0} us");
    println!("  MiniSearch {}: p50 {peer:.0} us", theirs["version"]);
    println!("  ratio {:.2}", mine / peer);
    Ok(())
}

/// Microseconds of a search, from a line of the log.
fn handler_us(line: &str) -> Option<f64> {
    let entry: Value = serde_json::from_str(line).ok()?;
    let fields = entry.get("fields").unwrap_or(&entry);
    let path = fields.get("url.path")?.as_str()?;
    path.contains("/api/v1/search")
        .then(|| fields.get("duration_us")?.as_f64())?
}
