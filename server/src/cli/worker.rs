//! `headroom worker`: the jobs without the site, on as many machines as it takes.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::serve::stop_on_signal;
use crate::Server;
use crate::backend::Pages;
use crate::catalogue::Labs;
use crate::clock::Clock;
use crate::config::Config;
use crate::random::Random;
use crate::state::Parts;
use crate::{grading, telemetry};

/// Where the settings are.
#[derive(Args)]
pub struct Command {
    /// Settings file [default: headroom.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let config = Config::load(command.config.as_deref(), super::env(), &[])?;
    let _telemetry = telemetry::start(&config)?;
    super::raise_file_limit();
    super::runtime()?.block_on(work(config))
}

async fn work(config: Config) -> anyhow::Result<()> {
    if !super::is_shared(&config) {
        anyhow::bail!(
            "a worker shares PostgreSQL with the site: set database.url to postgres://…; \
             over SQLite `headroom serve` does the jobs itself"
        );
    }
    let Some(url) = config.server.public_url.clone() else {
        anyhow::bail!("a worker writes links into mails: set server.public_url to the site's");
    };
    let pages = Pages::load(config.content.dir.as_deref(), url.clone())?;
    let parts = Parts {
        site: Arc::new(pages),
        catalogue: Arc::new(Labs),
        grader: grading::start(&config, std::env::current_exe()?).await?,
        compiler: None,
        clock: Clock::System,
        random: Random::system(),
    };
    let worker = Server::worker(config, parts, url.clone()).await?;
    tokio::spawn(stop_on_signal(worker.state()));
    println!("Headroom works for {url} (Ctrl-C stops it)");
    worker.run().await;
    Ok(())
}
