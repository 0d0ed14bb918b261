//! How fast an issue leaves, with ledger, merge fields and List headers, beside Postfix's own
//! generator, which keeps nothing and sends the same bytes to everybody, and nodemailer's pool. All
//! three send to Postfix's sink in turn, five times. Ours does so again with every copy signed by
//! an RSA key of 2,048 bits.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::median;
use crate::command::{Run, say, work};
use crate::served::{Served, memory_mib};
use crate::test::release_binary;
use crate::{apt, client, mail_check, mail_sink};

const ROUNDS: usize = 5;
const MESSAGES: usize = 5_000;
const CONNECTIONS: usize = 16;
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK_EVERY: Duration = Duration::from_millis(50);
const NODEMAILER: &str = "nodemailer@10.6.1";
const SCRIPT: &str = r#"
import nodemailer from "nodemailer";
import { readFileSync } from "node:fs";
const [port, count, connections, file] = process.argv.slice(2);
const body = readFileSync(file, "utf8");
const mailer = nodemailer.createTransport({
  host: "127.0.0.1", port: Number(port), pool: true, ignoreTLS: true,
  maxConnections: Number(connections), maxMessages: 100,
});
const began = performance.now();
await Promise.all(Array.from({ length: Number(count) }, (_, n) => mailer.sendMail({
  from: "news@course.example", to: `reader${n}@d${n % 50}.example`, subject: "A test",
  text: body, html: `<p>${body}</p>`,
  list: { unsubscribe: `https://course.example/newsletter/unsubscribe?key=${n}` },
})));
console.log((performance.now() - began) / 1000);
mailer.close();
"#;

pub fn run() -> Result<()> {
    let binary = release_binary()?;
    let folder = work().join("bench-mail");
    client::empty(&folder)?;
    let postfix = Postfix::find()?;
    let nodemailer = nodemailer(&folder)?;
    let text = "The simulator shows what reading does not. ".repeat(60);
    std::fs::write(folder.join("text"), &text)?;
    let key = mail_check::rsa_key(&folder)?;
    let (mut ours, mut source, mut node) = (Vec::new(), Vec::new(), Vec::new());
    let mut signed = Vec::new();
    let mut size = 0;
    for round in 0..ROUNDS {
        let sink = postfix.sink()?;
        let place = |name: &str| folder.join(format!("{name}-{round}"));
        let (rate, resident, bytes) = headroom(&binary, &place("plain"), (&sink, &text), None)?;
        size = bytes;
        let (with_key, ..) = headroom(&binary, &place("signed"), (&sink, &text), Some(&key))?;
        let peer = postfix.source(&sink, bytes)?;
        let pool = rate_of(&nodemailer, &folder, &sink)?;
        say(&format!(
            "round {}: ours {rate:.0}/s ({:.0} MiB resident), signed {with_key:.0}/s, smtp-source \
             {peer:.0}/s, nodemailer {pool:.0}/s",
            round + 1,
            resident,
        ));
        ours.push(rate);
        signed.push(with_key);
        source.push(peer);
        node.push(pool);
    }
    let (mine, peer, pool) = (median(ours), median(source), median(node));
    println!("{MESSAGES} messages of {size} bytes over {CONNECTIONS} connections, per second:");
    println!("  Headroom: {mine:.0}");
    println!(
        "  Headroom, each copy signed by DKIM: {:.0}",
        median(signed)
    );
    println!(
        "  smtp-source -d: {peer:.0}; ours is {:.2} of it",
        mine / peer
    );
    println!(
        "  nodemailer, pooled: {pool:.0}; ours is {:.2} of it",
        mine / pool
    );
    Ok(())
}

/// Messages per second, the server's resident memory at its most in MiB, and bytes of a message.
fn headroom(
    binary: &Path,
    data: &Path,
    (sink, text): (&Sink, &str),
    key: Option<&Path>,
) -> Result<(f64, f64, usize)> {
    std::fs::create_dir_all(data)?;
    let mut settings = mail_sink::settings(sink.port, CONNECTIONS);
    if let Some(key) = key {
        settings.push(("HEADROOM_MAIL__DKIM_SELECTOR", "bench".to_owned()));
        settings.push(("HEADROOM_MAIL__DKIM_KEY_FILE", path(key)?.to_owned()));
    }
    let settings: Vec<_> = settings.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let newsletter = |arguments: &[&str]| -> Result<String> {
        let run = Run::new(binary).env("HEADROOM_DATA__DIR", data);
        let done = run.args(["newsletter"]).args(arguments).output()?;
        Ok(done.trim().to_owned())
    };
    let table = data.join("readers.csv");
    std::fs::write(&table, mail_sink::readers(MESSAGES))?;
    newsletter(&["import", path(&table)?, "--consent", "made for a benchmark"])?;
    let issue = data.join("issue.md");
    std::fs::write(
        &issue,
        format!("+++\nsubject = \"A test\"\ntopic = \"labs\"\n+++\n\n{text}\n"),
    )?;
    let number = newsletter(&["draft", path(&issue)?])?;
    newsletter(&["test", &number, "somebody@example.org"])?;
    let outbox = std::fs::read_dir(data.join("outbox"))?.next();
    let bytes = outbox
        .context("no message in the outbox")??
        .metadata()?
        .len();
    let log = Stdio::from(std::fs::File::create(data.join("server.log"))?);
    let served = Served::start_with(binary, data, log, &settings)?;
    newsletter(&["send", &number])?;
    let began = Instant::now();
    let seconds = loop {
        if let Some(seconds) = took(&data.join("headroom.db"))? {
            break seconds;
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "the issue does not come to its end"
        );
        std::thread::sleep(LOOK_EVERY);
    };
    let resident = memory_mib(served.id(), "VmHWM")?;
    served.kill()?;
    let count = f64::from(u32::try_from(MESSAGES)?);
    Ok((count / seconds, resident, usize::try_from(bytes)?))
}

/// Seconds from the list of recipients, which the peers are given too, to the last report in the
/// ledger. The list is complete when the job that sends is queued; until a server takes notice of
/// the command line, up to a second passes in which nobody works.
fn took(database: &Path) -> Result<Option<f64>> {
    const LOOK: &str = "
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
state, = db.execute('SELECT state FROM issues').fetchone()
first, = db.execute(\"SELECT MAX(created_at) FROM jobs WHERE kind = 'send-issue'\").fetchone()
last, = db.execute('SELECT finished_at FROM issues').fetchone()
print((last - first) / 1000 if state == 'sent' else '')
";
    let seen = Run::new("python3")
        .args(["-c".as_ref(), LOOK.as_ref(), database.as_os_str()])
        .output()?;
    Ok(seen.trim().parse().ok())
}

fn path(of: &Path) -> Result<&str> {
    of.to_str().context("a folder's name is no text")
}

/// Postfix's test programs, unpacked: nothing of it is installed or runs by itself.
struct Postfix(PathBuf);

struct Sink {
    child: Child,
    port: u16,
}

impl Drop for Sink {
    fn drop(&mut self) {
        // Already dead is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Postfix {
    fn find() -> Result<Self> {
        let folder = work().join("postfix");
        if !folder.join("usr/sbin/smtp-sink").exists() {
            say("unpacking Debian's postfix for smtp-sink and smtp-source");
            client::empty(&folder)?;
            apt::program("apt-get", &["apt"])?;
            Run::new("apt-get")
                .within(&folder)
                .args(["download", "-qq", "postfix"])
                .run()?;
            let package = std::fs::read_dir(&folder)?
                .next()
                .context("no package")??
                .path();
            Run::new("dpkg")
                .args(["-x".as_ref(), package.as_os_str(), folder.as_os_str()])
                .run()?;
        }
        Ok(Self(folder))
    }

    fn program(&self, name: &str) -> Run {
        Run::new(self.0.join("usr/sbin").join(name))
            .env("LD_LIBRARY_PATH", self.0.join("usr/lib/postfix"))
    }

    fn sink(&self) -> Result<Sink> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?
            .local_addr()?
            .port();
        let child = self
            .program("smtp-sink")
            // Asked for by the sink where it is started as root.
            .args(["-u", "nobody", &format!("127.0.0.1:{port}"), "1000"])
            .into_command()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(began.elapsed() < PATIENCE, "smtp-sink does not listen");
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(Sink { child, port })
    }

    /// Messages per second.
    fn source(&self, sink: &Sink, bytes: usize) -> Result<f64> {
        let began = Instant::now();
        self.program("smtp-source")
            .args([
                "-d",
                "-s",
                &CONNECTIONS.to_string(),
                "-m",
                &MESSAGES.to_string(),
            ])
            .args(["-l", &bytes.to_string(), "-f", "news@course.example"])
            .args([
                "-t",
                "reader@d.example",
                &format!("127.0.0.1:{}", sink.port),
            ])
            .run()?;
        Ok(f64::from(u32::try_from(MESSAGES)?) / began.elapsed().as_secs_f64())
    }
}

fn nodemailer(folder: &Path) -> Result<PathBuf> {
    let script = folder.join("pool.mjs");
    std::fs::write(&script, SCRIPT)?;
    std::fs::write(folder.join("package.json"), "{\"private\":true}")?;
    Run::new("npm")
        .within(folder)
        .args(["install", "--silent", "--no-audit", "--no-fund", NODEMAILER])
        .run()?;
    Ok(script)
}

fn rate_of(script: &Path, folder: &Path, sink: &Sink) -> Result<f64> {
    let took = Run::new("node")
        .within(folder)
        .arg(script)
        .args([
            sink.port.to_string(),
            MESSAGES.to_string(),
            CONNECTIONS.to_string(),
        ])
        .arg(folder.join("text"))
        .output()?;
    let seconds: f64 = took.trim().parse()?;
    Ok(f64::from(u32::try_from(MESSAGES)?) / seconds)
}
