//! The API as strangers use it: every block of its guide is run, and schemathesis, which knows
//! nothing but the description, tries to break it.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::command::{Run, root, say, work};
use crate::served::Served;
use crate::{client, kill_test, python};

const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// Examples for each operation and phase: together more than five thousand cases.
const EXAMPLES: &str = "150";
const SEED: &str = "1";

/// Starts a server, makes a key, runs the guide, then the tool.
pub fn drive(binary: &Path) -> Result<()> {
    let data = work().join("api-data");
    client::empty(&data)?;
    let log = data.join("server.log");
    let mut settings = kill_test::CAPS.to_vec();
    settings.push(("HEADROOM_LIMITS__ACCOUNT_SUBMISSIONS_PER_MINUTE", "60000"));
    settings.push(("HEADROOM_LIMITS__ACCOUNT_SUBMISSIONS_BURST", "100000"));
    settings.push(("HEADROOM_WEBHOOKS__ENABLED", "true"));
    let out = Stdio::from(std::fs::File::create(&log)?);
    let served = Served::start_with(binary, &data, out, &settings)?;
    let key = key(binary, &data)?;
    let server = format!("http://{}", served.address);
    guide(binary, &data, (&server, &key))?;
    hidden_verdict(binary, &data)?;
    schemathesis(&data, (&server, &key))
        .with_context(|| format!("the server's log is {}", log.display()))?;
    let log = std::fs::read_to_string(&log)?;
    let broken = log.lines().find(|line| line.contains("internal error"));
    ensure!(broken.is_none(), "the server says: {broken:?}");
    Ok(())
}

fn key(binary: &Path, data: &Path) -> Result<String> {
    let user = |arguments: &[&str]| {
        Run::new(binary)
            .env("HEADROOM_DATA__DIR", data)
            .args(["user"])
            .args(arguments)
            .output()
    };
    user(&["add", "program@example.org"])?;
    Ok(user(&["key", "program@example.org"])?.trim().to_owned())
}

/// Runs the blocks of `docs/api.md` in their order, as a reader would.
fn guide(binary: &Path, data: &Path, (server, key): (&str, &str)) -> Result<()> {
    let folder = data.join("guide");
    client::empty(&folder)?;
    let module = work().join("fixtures/gcra-rust.wasm");
    std::fs::copy(module, folder.join("policy.wasm"))?;
    let text = std::fs::read_to_string(root().join("docs/api.md"))?;
    let path = std::env::var("PATH").unwrap_or_default();
    let programs = binary.parent().unwrap_or(binary).display();
    let mut ran = 0;
    for (language, block) in blocks(&text) {
        let (program, file, flags): (_, _, &[&str]) = match language {
            "sh" => ("sh", "block.sh", &["-e"]),
            "python" => ("python3", "block.py", &[]),
            "js" => ("node", "block.mjs", &[]),
            other => bail!("docs/api.md has a block of {other:?}, which nobody runs"),
        };
        std::fs::write(folder.join(file), block)?;
        Run::new(program)
            .within(&folder)
            .args(flags)
            .arg(file)
            .env("PATH", format!("{programs}:{path}"))
            .env("HEADROOM_SERVER", server)
            .env("HEADROOM_KEY", key)
            .output()
            .with_context(|| format!("docs/api.md, in this block:\n{block}"))?;
        ran += 1;
    }
    ensure!(ran >= 7, "only {ran} blocks were found in docs/api.md");
    say(&format!("the {ran} blocks of docs/api.md work"));
    Ok(())
}

/// The receipt that the guide left, with the hidden seeds: of this instance, which give what it
/// states, and of another, which are told apart and not run.
fn hidden_verdict(binary: &Path, data: &Path) -> Result<()> {
    let folder = data.join("guide");
    let other = data.join("another");
    client::empty(&other)?;
    for (name, instance) in [("ours.json", data), ("theirs.json", other.as_path())] {
        let reveal = Run::new(binary).args(["receipt", "reveal", "rate_limiter"]);
        let opening = reveal.env("HEADROOM_DATA__DIR", instance).output()?;
        std::fs::write(folder.join(name), opening)?;
    }
    let verify = |opening: &str| -> Result<Vec<(String, bool)>> {
        let arguments = ["verify", "receipt.json", "policy.wasm", "--json"];
        let run = Run::new(binary).within(&folder).args(arguments);
        let run = run.args(["--opening", opening]).into_command().output()?;
        let found: Vec<Value> = serde_json::from_slice(&run.stdout)?;
        let found = found.iter().map(|finding| {
            let check = finding["check"].as_str().unwrap_or_default();
            (check.to_owned(), finding["holds"] == true)
        });
        Ok(found.collect())
    };
    let ours = verify("ours.json")?;
    for check in ["opening", "report", "hidden", "verdict", "stars"] {
        let holds = ours.iter().any(|(name, holds)| name == check && *holds);
        ensure!(holds, "{check} does not hold: {ours:?}");
    }
    let theirs = verify("theirs.json")?;
    let refused = theirs.contains(&("opening".to_owned(), false));
    let ran = theirs.iter().any(|(name, _)| name == "verdict");
    ensure!(refused && !ran, "another instance's seeds pass: {theirs:?}");
    say("a receipt's hidden verdict is found again by the revealed seeds");
    Ok(())
}

/// Fenced blocks with the language each names.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let parts: Vec<&str> = text.split("\n```").collect();
    let inside = parts.iter().skip(1).step_by(2);
    inside.filter_map(|part| part.split_once('\n')).collect()
}

fn schemathesis(data: &Path, (server, key): (&str, &str)) -> Result<()> {
    let python = python::with("schemathesis", "schemathesis", SCHEMATHESIS)?;
    let program = python.with_file_name("schemathesis");
    let report = data.join("schemathesis.log");
    let command = Run::new(&program)
        .within(data)
        .arg("--config-file")
        .arg(root().join("xtask/schemathesis.toml"))
        .arg("run")
        .arg(format!("{server}/api/v1/openapi.json"))
        .args(["--url", server])
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .args(["--phases", "examples,coverage,fuzzing,stateful"])
        .args(["--checks", "all", "--continue-on-failure", "--no-color"])
        .args(["-n", EXAMPLES, "--seed", SEED]);
    let done = command
        .into_command()
        .stdin(Stdio::null())
        .stdout(Stdio::from(std::fs::File::create(&report)?))
        .status()?;
    let text = std::fs::read_to_string(&report)?;
    let cases = text.lines().find(|line| line.contains(" generated, "));
    if !done.success() {
        bail!("schemathesis: {}\n{text}", report.display());
    }
    let cases = cases.context("schemathesis says nothing of cases")?.trim();
    let count: u32 = cases
        .split(' ')
        .next()
        .and_then(|count| count.replace(',', "").parse().ok())
        .with_context(|| cases.to_owned())?;
    ensure!(count >= 5_000, "only {count} cases");
    say(&format!("schemathesis: {cases}"));
    Ok(())
}
