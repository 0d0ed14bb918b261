//! Rust that learners write in the page: rustc, inside bubblewrap.
//!
//! The source is hostile. The compiler sees it on standard input, with no network, no files but
//! those of the system and the toolchain, an empty environment, and bounds on processor time,
//! memory, file size and output; the module comes back on standard output. Nothing that was
//! compiled is run here: it goes back to the browser, and is graded like any other module.

mod cage;
#[cfg(target_os = "linux")]
mod filter;
mod messages;
mod toolchain;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use tokio::sync::Semaphore;

use self::cage::{Cage, Ended};
pub use self::messages::Diagnostic;
use self::toolchain::Toolchain;
use crate::config::CompilerConfig;
use crate::error::Error;

/// The longest source, bytes.
pub const SOURCE_MAX_BYTES: usize = 64 << 10;
/// How long a compilation waits for its turn.
const PATIENCE: Duration = Duration::from_secs(20);
/// What is compiled when the server starts, to see that it can.
const TRIAL: &str = "headroom::policy!();";

/// The compilers of this server.
pub struct Compiler {
    cage: Cage,
    toolchain: Toolchain,
    cpu_s: u64,
    memory_mib: u64,
    /// One permit for each compilation at once.
    turns: Semaphore,
    /// One permit for each that works or waits.
    places: Semaphore,
}

impl Compiler {
    /// The compilers that the settings ask for, having compiled once; `None` if none.
    ///
    /// # Errors
    /// What is missing of bubblewrap, rustc and its target.
    pub async fn start(config: &CompilerConfig, data: &Path) -> anyhow::Result<Option<Arc<Self>>> {
        if !config.rust {
            return Ok(None);
        }
        let folder = data.join("compiler");
        std::fs::create_dir_all(&folder)?;
        let folder = folder.canonicalize()?;
        let toolchain = Toolchain::find(&config.rustc, &folder).await?;
        let workers = config.workers.max(1);
        let compiler = Self {
            cage: Cage::new(&folder, &toolchain, config)?,
            toolchain,
            cpu_s: config.cpu_s,
            memory_mib: config.memory_mib,
            turns: Semaphore::new(workers as usize),
            places: Semaphore::new((workers + config.queue_max) as usize),
        };
        let trial = compiler.rust(TRIAL.as_bytes()).await;
        trial.context("compiler.rust is on, and the server cannot compile")?;
        Ok(Some(Arc::new(compiler)))
    }

    /// The module of a source in Rust.
    ///
    /// # Errors
    /// What the compiler says of it, or that there is no turn.
    pub async fn rust(&self, source: &[u8]) -> Result<Bytes, Error> {
        let _place = self.places.try_acquire().map_err(|_| Error::CompilerBusy)?;
        let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(Error::CompilerBusy);
        };
        match self.cage.run(&self.toolchain.command(), source).await? {
            Ended::Made(module) => Ok(module),
            Ended::Refused(said) => Err(Error::CompilationFailed(messages::read(&said))),
            Ended::Stopped => Err(Error::CompilationFailed(vec![Diagnostic::whole(format!(
                "the compiler was stopped: one compilation may take {} s of processor time, {} MiB \
                 of memory and make a module of 1 MiB; look for a constant or a type that never \
                 ends",
                self.cpu_s, self.memory_mib
            ))])),
        }
    }
}
