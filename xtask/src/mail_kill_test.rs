//! kill -9 of the server, again and again, while it sends an issue of the newsletter: nobody is
//! missed; who gets it twice was in flight at a kill, gets the same Message-ID, and is shown as
//! uncertain.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::client;
use crate::command::{Run, say, work};
use crate::kill_test::mix;
use crate::mail_sink::{self, Sink};
use crate::served::Served;
use crate::test;

/// Messages that are in flight at once.
const CONNECTIONS: usize = 16;
/// How long the mail server thinks over each, so that the issue outlives its senders.
const THINKS_MS: u64 = 120;
const LIFE_MS_MAX: u64 = 700;
const PATIENCE: Duration = Duration::from_secs(300);
const ISSUE: &str = "+++\nsubject = \"A test\"\ntopic = \"labs\"\n+++\n\nSee [the labs](/labs).\n";

pub fn run(arguments: &[String]) -> Result<()> {
    let (mut kills, mut readers, mut seed) = (200, 10_000, u64::from(std::process::id()));
    for pair in arguments.chunks(2) {
        match pair {
            [flag, value] if flag == "--kills" => kills = value.parse()?,
            [flag, value] if flag == "--readers" => readers = value.parse()?,
            [flag, value] if flag == "--seed" => seed = value.parse()?,
            other => bail!("mail-kill-test takes --kills, --readers and --seed, not {other:?}"),
        }
    }
    drive(&test::release_binary()?, (kills, readers), seed)
}

/// Sends one issue to `readers` readers through `kills` deaths of the server.
pub fn drive(binary: &Path, (kills, readers): (u32, usize), seed: u64) -> Result<()> {
    let folder = work().join("mail-kill-test");
    let data = folder.join("data");
    client::empty(&folder)?;
    std::fs::create_dir_all(&data)?;
    let sink = Sink::start(THINKS_MS)?;
    say(&format!(
        "newsletter: {readers} readers, {kills} kills, seed {seed}"
    ));
    let settings = mail_sink::settings(sink.port, CONNECTIONS);
    let settings: Vec<_> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let newsletter = |arguments: &[&str]| -> Result<String> {
        let mut run = Run::new(binary).args(["newsletter"]).args(arguments);
        run = run.env("HEADROOM_DATA__DIR", &data);
        Ok(run.output()?.trim().to_owned())
    };
    let table = folder.join("readers.csv");
    std::fs::write(&table, mail_sink::readers(readers))?;
    let table = table.to_str().context("the folder's name is no text")?;
    say(&newsletter(&[
        "import",
        table,
        "--consent",
        "made for a test",
    ])?);
    let issue = folder.join("issue.md");
    std::fs::write(&issue, ISSUE)?;
    let number = newsletter(&["draft", issue.to_str().unwrap_or_default()])?;
    newsletter(&["send", &number])?;

    let start = || {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.join("server.log"))?;
        Served::start_with(binary, &data, Stdio::from(log), &settings)
    };
    for kill in 0..kills {
        let server = start()?;
        let life = mix(seed.wrapping_add(u64::from(kill))) % LIFE_MS_MAX;
        std::thread::sleep(Duration::from_millis(life));
        server.kill()?;
    }
    let before = sink.taken().len();
    sink.think(0);
    let last = start()?;
    let began = Instant::now();
    while !newsletter(&["list"])?.starts_with(&format!("{number}\tsent\t")) {
        ensure!(
            began.elapsed() < PATIENCE,
            "the issue does not come to its end"
        );
        std::thread::sleep(Duration::from_millis(500));
    }
    last.kill()?;
    say(&format!(
        "{before} of {readers} had it when the last kill came"
    ));
    judge(&newsletter(&["who", &number])?, &sink, (kills, readers))
}

/// Compares the ledger with what the mail server has.
fn judge(ledger: &str, sink: &Sink, (kills, readers): (u32, usize)) -> Result<()> {
    let taken = sink.taken();
    ensure!(
        ledger.lines().count() == readers,
        "the ledger has other readers"
    );
    let (mut repeated, mut uncertain) = (0, 0);
    for line in ledger.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [email, state, _, doubts, _] = fields.as_slice() else {
            bail!("a line of the ledger: {line:?}");
        };
        ensure!(*state == "sent", "{line:?}");
        let ids = taken
            .get(*email)
            .with_context(|| format!("{email} was missed"))?;
        ensure!(ids.iter().all(|id| *id == ids[0]), "{email}: {ids:?}");
        let doubts: usize = doubts.parse()?;
        ensure!(
            ids.len() == 1 || doubts > 0,
            "{email} got it twice, and nobody would know"
        );
        repeated += ids.len() - 1;
        uncertain += doubts;
    }
    // At a kill each connection has one in flight. What landed before is noted (decision 65).
    let most = CONNECTIONS * usize::try_from(kills)?;
    ensure!(
        repeated <= most,
        "{repeated} copies too many; {most} were possible"
    );
    ensure!(
        uncertain > 0,
        "no kill met a message in flight: nothing was tested"
    );
    say(&format!(
        "nobody missed; {repeated} got a second copy under the same Message-ID, of {uncertain} in \
         doubt and {most} possible"
    ));
    Ok(())
}
