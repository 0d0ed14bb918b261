//! A server from its settings to its end.

use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::accept;
use crate::config::Config;
use crate::jobs::deliver_webhook::DeliverWebhook;
use crate::jobs::mail_account::MailAccount;
use crate::jobs::mail_newsletter::MailNewsletter;
use crate::jobs::newsletter_clock::NewsletterClock;
use crate::jobs::send_issue::SendIssue;
use crate::jobs::{self, Crew, Runner, RunnerConfig, Running};
use crate::mail::Mailer;
use crate::routes;
use crate::sessions::Sessions;
use crate::state::{AppState, Parts};
use crate::store::Db;
use crate::webhooks::sender::Sender;

/// How often to look for jobs that nothing in this process announced, milliseconds.
const POLL_MS: u64 = 1000;

/// A server that is ready to run.
pub struct Server {
    state: AppState,
    listener: TcpListener,
    jobs: Running,
}

impl Server {
    /// Opens and migrates the database and starts the jobs. The listener is bound already, so
    /// clients that come early wait in its backlog.
    ///
    /// # Errors
    /// When the data folder or the database cannot be used.
    pub async fn build(
        config: Config,
        parts: Parts,
        listener: TcpListener,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&config.data.dir)?;
        let db = Db::open(&config.database_url()).await?;
        db.migrate().await?;
        let site = config.site(listener.local_addr()?);
        let mailer = Mailer::new(&config, parts.clock.clone())?;
        let random = || parts.random.clone();
        let crew = Crew {
            grader: parts.grader.clone(),
            grader_workers: config.grader.worker_count(),
            account: MailAccount::new(mailer.clone(), random(), site.clone()),
            newsletter: MailNewsletter::new(mailer.clone(), random(), site.clone()),
            issues: SendIssue::new(mailer, random(), site, &config.mail),
            clock: NewsletterClock::new(parts.site.clone()),
            webhooks: DeliverWebhook::new(Sender::new(config.webhooks.allow_private)),
        };
        let state = AppState::new(config, parts, db.clone(), CancellationToken::new())?;
        let runner = Runner::new(RunnerConfig {
            db,
            clock: state.parts.clock.clone(),
            ids: state.ids.clone(),
            random: state.parts.random.clone(),
            poll_ms: POLL_MS,
        });
        runner.recover().await?;
        let now_ms = state.parts.clock.now_ms();
        let mut tx = state.db.write().await?;
        NewsletterClock::enqueue(&mut tx, &state.ids, (now_ms, now_ms)).await?;
        tx.commit().await?;
        let jobs = jobs::all(runner, crew).start();
        Ok(Self {
            state,
            listener,
            jobs,
        })
    }

    /// What requests can reach; for authors' tools and tests.
    pub fn state(&self) -> AppState {
        self.state.clone()
    }

    /// Cancel it to stop the server.
    pub fn stopper(&self) -> CancellationToken {
        self.state.stop.clone()
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the operating system does not say.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until stopped: then takes no more connections, finishes requests, then jobs, then
    /// closes the database.
    pub async fn run(self) {
        let config = self.state.config.server.clone();
        let grace = config.drain_timeout();
        let app = routes::router(self.state.clone());
        let sessions = Sessions::new(self.state.db.clone(), self.state.parts.clock.clone());
        let sweep = tokio::spawn(sessions.sweep(self.state.stop.clone()));
        let (db, stop) = (self.state.db.clone(), self.state.stop.clone());
        let relay = tokio::spawn(async move { db.relay(stop).await });
        let cut = accept::serve(self.listener, app, config, self.state.stop.clone()).await;
        if cut > 0 {
            tracing::warn!(
                connections.cut = cut,
                "{cut} connections did not end in time"
            );
        }
        self.jobs.stop(grace).await;
        if let Err(error) = sweep.await {
            tracing::error!(%error, "the sweep of sessions failed: {error}");
        }
        if let Err(error) = relay.await {
            tracing::error!(%error, "the word between processes failed: {error}");
        }
        self.state.db.close().await;
    }
}
