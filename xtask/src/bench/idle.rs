//! What the server takes while nobody asks anything: time to start, memory, and memory and delay
//! with ten thousand connections held open, beside nginx.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::nginx::Nginx;
use super::{LESSON, median};
use crate::client;
use crate::command::{Run, work};
use crate::served::{Served, memory_mib};
use crate::test::release_binary;

const STARTS: usize = 7;
const CONNECTIONS: usize = 10_000;
/// Requests of the client that goes on.
const REQUESTS: usize = 500;
/// Until memory has settled.
const SETTLE: Duration = Duration::from_secs(18);
const SETTINGS: [(&str, &str); 4] = [
    ("HEADROOM_LOG__FILTER", "warn"),
    ("HEADROOM_SERVER__HEADER_TIMEOUT_MS", "300000"),
    ("HEADROOM_SERVER__MAX_CONNECTIONS", "12000"),
    ("HEADROOM_SERVER__MAX_CONNECTIONS_PER_CLIENT", "12000"),
];

pub fn run() -> Result<()> {
    let binary = release_binary()?;
    let folder = work().join("bench");
    client::empty(&folder)?;
    let own = std::process::id().to_string();
    Run::new("prlimit")
        .args(["--pid", &own, "--nofile=12000:"])
        .run()?;
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let served = Served::start_with(&binary, &folder, Stdio::null(), &SETTINGS)?;
        starts.push(start.elapsed().as_secs_f64() * 1e3);
        served.kill()?;
    }
    println!(
        "from nothing to ready: {:.0} ms, the median of {STARTS}",
        median(starts)
    );
    let ours = Served::start_with(&binary, &folder, Stdio::null(), &SETTINGS)?;
    let nginx = Nginx::start(&folder, &ours.address)?;
    std::thread::sleep(SETTLE);
    hold("Headroom", &ours.address, &[ours.id()])?;
    hold("nginx", &nginx.address, &nginx.workers()?)
}

/// Opens the connections, asks once on each, keeps them, and looks what that changed.
fn hold(name: &str, address: &str, processes: &[u32]) -> Result<()> {
    let [resident, private] = memory(processes)?;
    let before = delays(address)?;
    let mut held = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut client = Client::connect(address)?;
        client.get()?;
        held.push(client);
    }
    // Idle is who has said nothing for a while.
    std::thread::sleep(SETTLE);
    let [resident_then, private_then] = memory(processes)?;
    let after = delays(address)?;
    for client in held.iter_mut().step_by(100) {
        client.get().context("a connection that was held")?;
    }
    println!(
        "{name}: {resident:.0} MiB resident, of it {private:.0} MiB private; with {CONNECTIONS} \
         idle connections {:.0} MiB more, {:.0} of it private; p50 and p99 of a lesson {:.2} and \
         {:.2} ms before, {:.2} and {:.2} ms with them",
        resident_then - resident,
        private_then - private,
        before[0],
        before[1],
        after[0],
        after[1],
    );
    Ok(())
}

/// Resident and private memory, MiB.
fn memory(processes: &[u32]) -> Result<[f64; 2]> {
    let mut sums = [0.0, 0.0];
    for id in processes {
        for (sum, line) in sums.iter_mut().zip(["VmRSS", "RssAnon"]) {
            *sum += memory_mib(*id, line)?;
        }
    }
    Ok(sums)
}

/// The median and the 99th percentile of one client's requests, ms.
fn delays(address: &str) -> Result<[f64; 2]> {
    let mut client = Client::connect(address)?;
    client.get()?;
    let mut all = Vec::new();
    for _ in 0..REQUESTS {
        let start = Instant::now();
        client.get()?;
        all.push(start.elapsed().as_secs_f64() * 1e3);
    }
    all.sort_by(f64::total_cmp);
    Ok([all[REQUESTS / 2], all[REQUESTS * 99 / 100]])
}

/// A connection that is kept alive.
struct Client(TcpStream);

impl Client {
    fn connect(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        Ok(Self(stream))
    }

    /// Asks for the lesson and reads the whole answer.
    fn get(&mut self) -> Result<()> {
        let request = format!("GET {LESSON} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n");
        self.0.write_all(request.as_bytes())?;
        let (mut bytes, mut buffer) = (Vec::new(), [0; 32 << 10]);
        loop {
            let count = self.0.read(&mut buffer)?;
            ensure!(count > 0, "the server closed a connection");
            bytes.extend_from_slice(&buffer[..count]);
            if length(&bytes).is_some_and(|length| bytes.len() >= length) {
                ensure!(bytes.starts_with(b"HTTP/1.1 200 "), "not 200");
                return Ok(());
            }
        }
    }
}

/// Bytes of an answer, head and body, once its head is there.
fn length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end])
        .ok()?
        .to_ascii_lowercase();
    let body = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))?;
    Some(end + 4 + body.trim().parse::<usize>().ok()?)
}
