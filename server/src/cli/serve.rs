//! `headroom serve`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;

use crate::Server;
use crate::accounts::first;
use crate::backend::Pages;
use crate::catalogue::Labs;
use crate::clock::Clock;
use crate::compiler::Compiler;
use crate::config::Config;
use crate::random::Random;
use crate::state::{AppState, Parts};
use crate::{grading, telemetry};

/// What may be said on the command line; the rest is in the settings.
#[derive(Args)]
pub struct Command {
    /// Address to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Folder of lessons to use instead of the built-in ones; reloaded when it changes
    #[arg(long, value_name = "DIR")]
    content: Option<PathBuf>,
    /// Settings file [default: headroom.toml, if there is one]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs it.
pub fn run(command: Command) -> anyhow::Result<()> {
    let mut flags = Vec::new();
    if let Some(listen) = command.listen {
        flags.push(("server.listen", listen.to_string()));
    }
    if let Some(dir) = &command.content {
        flags.push(("content.dir", dir.display().to_string()));
    }
    let config = Config::load(command.config.as_deref(), super::env(), &flags)?;
    let _telemetry = telemetry::start(&config)?;
    super::raise_file_limit();
    super::runtime()?.block_on(serve(config))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    if !config.server.jobs && !super::is_shared(&config) {
        anyhow::bail!(
            "server.jobs = false needs workers, and they PostgreSQL: set database.url to \
             postgres://…, or leave server.jobs at true"
        );
    }
    let wanted = config.server.listen;
    let listener = TcpListener::bind(wanted)
        .await
        .map_err(|error| anyhow::anyhow!("cannot listen on {wanted}: {error}"))?;
    let address = listener.local_addr()?;
    let url = config.site(address);
    let dir = config.content.dir.clone();
    let compiler = Compiler::start(&config.compiler, &config.data.dir).await?;
    // A grader tests itself meanwhile.
    let (folder, site) = (dir.clone(), url.clone());
    let pages = tokio::task::spawn_blocking(move || Pages::load(folder.as_deref(), site));
    let grader = async {
        match config.server.jobs {
            true => grading::start(&config, std::env::current_exe()?).await,
            false => grading::elsewhere(&config),
        }
    };
    let (pages, grader) = tokio::join!(pages, grader);
    let mut pages = pages??;
    pages.edit_at(config.content.source_url.clone());
    pages.keep_offline(config.server.offline);
    if compiler.is_some() {
        pages.compile("rust");
    }
    let pages = Arc::new(pages);
    let parts = Parts {
        site: pages.clone(),
        catalogue: Arc::new(Labs),
        grader: grader?,
        compiler,
        clock: Clock::System,
        random: Random::system(),
    };
    let server = Server::build(config, parts, listener).await?;
    let _watch = match dir {
        Some(dir) => Some(super::authoring::watch(dir, pages, server.state())?),
        None => None,
    };
    tokio::spawn(stop_on_signal(server.state()));
    say(&format!("Headroom is at {url} (Ctrl-C stops it)"));
    invite(&server.state(), &url).await?;
    server.run().await;
    Ok(())
}

/// Says it to whoever started the server. They may have gone, and the server goes on.
fn say(line: &str) {
    let _nobody_listens = writeln!(std::io::stdout(), "{line}");
}

/// Says how the first administrator is made, as long as there is none.
async fn invite(state: &AppState, url: &str) -> anyhow::Result<()> {
    let Some(code) = first::invitation(state).await? else {
        return Ok(());
    };
    let code = code.shown();
    say(&format!(
        "Nobody administers it yet. Make the first administrator at {url}/setup\n\
         with the code {code}"
    ));
    tracing::warn!(
        code,
        "nobody administers this site yet: {url}/setup, code {code}"
    );
    Ok(())
}

pub(super) async fn stop_on_signal(state: AppState) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            },
            Err(error) => {
                tracing::warn!(%error, "cannot hear SIGTERM: {error}");
                drop(tokio::signal::ctrl_c().await);
            }
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
    tracing::info!("stopping: requests in flight are finished first");
    state.drain.cancel();
    tokio::time::sleep(state.config.server.drain()).await;
    state.stop.cancel();
}
