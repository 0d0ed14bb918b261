//! A mail server that takes everything and remembers who got what.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;

/// Message-IDs by recipient, one for each message that was taken.
type Taken = BTreeMap<String, Vec<String>>;

/// A running sink; it ends with the process.
#[derive(Clone)]
pub struct Sink {
    pub port: u16,
    taken: Arc<Mutex<Taken>>,
    /// How long it thinks before it says that it has taken a message, milliseconds.
    thinks_ms: Arc<AtomicU64>,
}

impl Sink {
    /// Starts one that thinks that long over each message.
    pub fn start(thinks_ms: u64) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let sink = Self {
            port: listener.local_addr()?.port(),
            taken: Arc::default(),
            thinks_ms: Arc::new(AtomicU64::new(thinks_ms)),
        };
        let serving = sink.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let sink = serving.clone();
                // A client that is killed breaks off; so be it.
                std::thread::spawn(move || sink.converse(stream).ok());
            }
        });
        Ok(sink)
    }

    /// From now on it thinks that long.
    pub fn think(&self, ms: u64) {
        self.thinks_ms.store(ms, Ordering::Relaxed);
    }

    /// Who got what so far.
    pub fn taken(&self) -> Taken {
        self.book().clone()
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn converse(&self, stream: TcpStream) -> Result<()> {
        stream.set_nodelay(true)?;
        let mut to_client = stream.try_clone()?;
        let mut lines = BufReader::new(stream);
        to_client.write_all(b"220 sink ESMTP\r\n")?;
        let (mut to, mut line) = (String::new(), String::new());
        loop {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
            let answer: &[u8] = match verb.as_str() {
                "EHLO" => b"250-sink\r\n250 8BITMIME\r\n",
                "RCPT" => {
                    to = within(&line);
                    b"250 ok\r\n"
                }
                "DATA" => {
                    to_client.write_all(b"354 go\r\n")?;
                    let id = Self::text(&mut lines)?;
                    // It has the message from here on, whether anybody hears the answer or not.
                    self.book()
                        .entry(std::mem::take(&mut to))
                        .or_default()
                        .push(id);
                    std::thread::sleep(Duration::from_millis(
                        self.thinks_ms.load(Ordering::Relaxed),
                    ));
                    b"250 taken\r\n"
                }
                "QUIT" => {
                    to_client.write_all(b"221 bye\r\n")?;
                    return Ok(());
                }
                _ => b"250 ok\r\n",
            };
            to_client.write_all(answer)?;
        }
    }

    /// Reads a message and answers its Message-ID.
    fn text(lines: &mut BufReader<TcpStream>) -> Result<String> {
        let (mut id, mut line) = (String::new(), String::new());
        loop {
            line.clear();
            anyhow::ensure!(lines.read_line(&mut line)? > 0, "it broke off in the text");
            if line == ".\r\n" {
                return Ok(id);
            }
            if let Some(found) = line.strip_prefix("Message-ID:") {
                id = found.trim().to_owned();
            }
        }
    }
}

/// The settings with which a server sends there, over this many connections.
pub fn settings(port: u16, connections: usize) -> Vec<(&'static str, String)> {
    let connections = connections.to_string();
    vec![
        ("HEADROOM_MAIL__TRANSPORT", "smtp".into()),
        ("HEADROOM_MAIL__SMTP_HOST", "127.0.0.1".into()),
        ("HEADROOM_MAIL__SMTP_TLS", "none".into()),
        ("HEADROOM_MAIL__SMTP_PORT", port.to_string()),
        ("HEADROOM_MAIL__CONNECTIONS", connections.clone()),
        ("HEADROOM_MAIL__CONNECTIONS_PER_DOMAIN", connections),
    ]
}

/// A table of this many readers in fifty domains.
pub fn readers(count: usize) -> String {
    let rows = (0..count).map(|n| format!("reader{n}@d{}.example,labs,each\n", n % 50));
    format!("email,topics,frequency\n{}", rows.collect::<String>())
}

fn within(line: &str) -> String {
    let from = line.find('<').map_or(0, |at| at + 1);
    let to = line.find('>').unwrap_or(line.len());
    line.get(from..to).unwrap_or_default().to_owned()
}
