//! What parent and child say to each other: frames of a JSON head and a body of bytes.
//!
//! A frame is two little-endian u32, the lengths of head and body, then both. The parent
//! trusts nothing in it: a child that ran hostile code may say anything.

use std::io::{self, Read, Write};

use labs::{Digest, Subject};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::lockdown::Lockdown;
use super::outcome::Refusal;

/// Longest head, bytes.
const HEAD_MAX: u32 = 1 << 20;
/// Longest body, bytes: a module or a report.
const BODY_MAX: u32 = 8 << 20;

/// From parent to child; the body is the module.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Lab id.
    pub lab: String,
    /// Whether the module was assembled from a script, by the parent.
    pub script: bool,
    /// Hidden cases to run. Only seeds travel; the secret they come from does not.
    pub hidden: Vec<HiddenCase>,
    /// Run this case alone, look closely, and grade nothing.
    pub replay: Option<PublicCase>,
}

impl Job {
    /// What the report must be about.
    pub fn subject(&self, module: &[u8]) -> Subject {
        let digest = Digest::of(module);
        if self.script {
            Subject::Script(digest)
        } else {
            Subject::Module(digest)
        }
    }
}

/// A case with a published seed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicCase {
    /// Scenario id.
    pub scenario: String,
    /// Seed of every draw.
    pub seed: u64,
}

/// A hidden case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HiddenCase {
    /// Scenario id.
    pub scenario: String,
    /// Seed of every draw.
    pub seed: u64,
}

/// From child to parent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Answer {
    /// The child tested itself, is locked in and waits.
    Ready {
        /// Which walls stand.
        lockdown: Lockdown,
    },
    /// A grade; the body is the report.
    Graded {
        /// Stars, the hidden scenarios asked.
        stars: u8,
        /// What the hidden scenarios said.
        hidden: Option<labs::Hidden>,
        /// What `env.abort` was told in a public scenario.
        aborted: Option<String>,
        /// Real time for checking, compiling and running, microseconds; for logs.
        wall_us: u64,
        /// Processor time for the same, microseconds; for logs.
        cpu_us: u64,
    },
    /// A case that was run again; the body is its plots.
    Replayed {
        /// What was measured.
        case: Box<labs::Case>,
        /// The first texts that the module logged.
        lines: Vec<String>,
        /// How many more there were.
        more: u64,
    },
    /// A drill's answer: the module was compiled and started.
    Started {
        /// What ended its start.
        fault: Option<labs::FaultKind>,
    },
    /// The module cannot be run.
    Refused {
        /// Why.
        errors: Vec<Refusal>,
    },
    /// The child cannot do its work: its own fault.
    Broken {
        /// Why.
        reason: String,
    },
}

fn invalid(why: impl ToString) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_string())
}

fn pack(head: &impl Serialize, body: &[u8]) -> io::Result<Vec<u8>> {
    let head = serde_json::to_vec(head).map_err(invalid)?;
    let sizes = [head.len(), body.len()].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
    check(sizes)?;
    let mut bytes = Vec::with_capacity(8 + head.len() + body.len());
    sizes
        .iter()
        .for_each(|size| bytes.extend(size.to_le_bytes()));
    bytes.extend(head);
    bytes.extend(body);
    Ok(bytes)
}

fn check([head, body]: [u32; 2]) -> io::Result<()> {
    let fits = head <= HEAD_MAX && body <= BODY_MAX;
    if fits {
        Ok(())
    } else {
        Err(invalid("a frame is too long"))
    }
}

fn sizes(bytes: [u8; 8]) -> io::Result<[u32; 2]> {
    let [a, b, c, d, e, f, g, h] = bytes;
    let sizes = [
        u32::from_le_bytes([a, b, c, d]),
        u32::from_le_bytes([e, f, g, h]),
    ];
    check(sizes).map(|()| sizes)
}

/// Reads a frame; blocks.
pub fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<(T, Vec<u8>)> {
    let mut start = [0; 8];
    from.read_exact(&mut start)?;
    let [head_size, body_size] = sizes(start)?;
    let mut head = vec![0; head_size as usize];
    from.read_exact(&mut head)?;
    let mut body = vec![0; body_size as usize];
    from.read_exact(&mut body)?;
    Ok((serde_json::from_slice(&head).map_err(invalid)?, body))
}

/// Writes a frame; blocks.
pub fn write(to: &mut impl Write, head: &impl Serialize, body: &[u8]) -> io::Result<()> {
    to.write_all(&pack(head, body)?)?;
    to.flush()
}

/// Reads a frame.
pub async fn receive<T: DeserializeOwned>(
    from: &mut (impl AsyncRead + Unpin),
) -> io::Result<(T, Vec<u8>)> {
    let mut start = [0; 8];
    from.read_exact(&mut start).await?;
    let [head_size, body_size] = sizes(start)?;
    let mut head = vec![0; head_size as usize];
    from.read_exact(&mut head).await?;
    let mut body = vec![0; body_size as usize];
    from.read_exact(&mut body).await?;
    Ok((serde_json::from_slice(&head).map_err(invalid)?, body))
}

/// Writes a frame.
pub async fn send(
    to: &mut (impl AsyncWrite + Unpin),
    head: &impl Serialize,
    body: &[u8],
) -> io::Result<()> {
    to.write_all(&pack(head, body)?).await?;
    to.flush().await
}
