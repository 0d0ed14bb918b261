//! A real PostgreSQL for the length of a test run, from Debian's packages, in a folder of its own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::apt;
use crate::command::Run;

/// A running PostgreSQL; dropping it stops it and removes its data.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Whether what it committed outlives its own death.
    is_durable: bool,
    pub url: String,
}

impl Postgres {
    /// One for tests that keep it running: it is fast, and forgets what it committed when it is
    /// killed.
    pub fn start() -> Result<Self> {
        Self::begin(false)
    }

    /// One that is stopped in the middle of its work.
    pub fn start_durable() -> Result<Self> {
        Self::begin(true)
    }

    fn begin(is_durable: bool) -> Result<Self> {
        let programs = match programs() {
            Some(found) => found,
            None => {
                apt::install(&["postgresql"])?;
                programs().context("postgresql is installed, but where?")?
            }
        };
        let folder = std::env::temp_dir().join(format!("headroom-postgres-{}", std::process::id()));
        std::fs::create_dir(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let url = format!("postgres://headroom@127.0.0.1:{port}/postgres");
        let server = Self {
            programs,
            folder,
            port,
            is_durable,
            url,
        };
        server.initialise()?;
        server.start_again()?;
        Ok(server)
    }

    fn initialise(&self) -> Result<()> {
        if is_root()? {
            Run::new("chown")
                .args(["postgres".as_ref(), self.folder.as_os_str()])
                .run()?;
        }
        let data = self.folder.join("data").display().to_string();
        self.program("initdb")?
            .args([
                "-D",
                &data,
                "-U",
                "headroom",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ])
            .output()
            .map(drop)
    }

    /// Starts it where it was.
    pub fn start_again(&self) -> Result<()> {
        let data = self.folder.join("data").display().to_string();
        let log = self.folder.join("log").display().to_string();
        // The machine does not lose power: what is written without fsync outlives the process.
        let commit = if self.is_durable { "on" } else { "off" };
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={} -c fsync=off \
             -c synchronous_commit={commit} -c full_page_writes=off -c max_connections=300",
            self.port,
            self.folder.display()
        );
        // No pipes: the server would inherit them, and reading them would never end.
        self.program("pg_ctl")?
            .args(["-D", &data, "-l", &log, "-o", &options, "-w", "-s", "start"])
            .run()
    }

    /// Cuts every connection and stops without a word, as a crash does.
    pub fn stop(&self) -> Result<()> {
        let data = self.folder.join("data").display().to_string();
        self.program("pg_ctl")?
            .args(["-D", &data, "-m", "immediate", "-s", "stop"])
            .run()
    }

    /// What it answers to a query: rows of fields between bars.
    pub fn ask(&self, sql: &str) -> Result<String> {
        self.program("psql")?
            .args([&self.url, "-X", "-A", "-t", "-c", sql])
            .output()
    }

    /// PostgreSQL refuses to run as root, so root runs it as `postgres`.
    fn program(&self, name: &str) -> Result<Run> {
        let path = self.programs.join(name);
        let run = if is_root()? {
            Run::new("runuser")
                .args(["-u", "postgres", "--"])
                .args([path])
        } else {
            Run::new(path)
        };
        Ok(run.within(&self.folder))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The tests are over; a server that cannot be stopped is told of by pg_ctl itself.
        let _ = self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> Result<bool> {
    Ok(Run::new("id").args(["-u"]).output()?.trim() == "0")
}

/// The newest of Debian's PostgreSQL versions; they are not on the path.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(Path::new("/usr/lib/postgresql")).ok()?;
    versions
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let programs = entry.path().join("bin");
            programs
                .join("initdb")
                .is_file()
                .then_some((version, programs))
        })
        .max()
        .map(|(_, programs)| programs)
}
