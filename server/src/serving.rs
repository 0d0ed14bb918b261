//! A server, or a worker, from its settings to its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::accept::{self, App};
use crate::config::Config;
use crate::edge;
use crate::jobs::deliver_webhook::DeliverWebhook;
use crate::jobs::forget::Forget;
use crate::jobs::mail_account::MailAccount;
use crate::jobs::mail_newsletter::MailNewsletter;
use crate::jobs::newsletter_clock::NewsletterClock;
use crate::jobs::send_issue::SendIssue;
use crate::jobs::{self, Crew, Runner, RunnerConfig, Running, enqueue_sole};
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::node::{self, Role};
use crate::routes;
use crate::sessions::Sessions;
use crate::state::{AppState, Parts};
use crate::store::Db;
use crate::tls::{Keeper, Tls};
use crate::webhooks::sender::Sender;

/// How often to look for jobs that nothing in this process announced, milliseconds.
const POLL_MS: u64 = 1000;
/// How often memory that is free is given back.
const GIVE_BACK_EVERY: Duration = Duration::from_secs(15);

/// A process that is ready to run: a server, or a worker.
pub struct Server {
    state: AppState,
    /// Where the site answers; a worker has none.
    site: Option<TcpListener>,
    /// What its connections are wrapped in.
    tls: Option<(Tls, Keeper)>,
    /// Where plain HTTP is answered with the way to the site.
    redirect: Option<TcpListener>,
    /// Where operators' tools are answered.
    ops: Option<TcpListener>,
    jobs: Option<Running>,
    /// How readers reach the site.
    url: String,
}

impl Server {
    /// Opens and migrates the database and starts the jobs, unless the settings leave them to
    /// workers. The listener is bound already, so clients that come early wait in its backlog.
    ///
    /// # Errors
    /// When the data folder, the database or an address cannot be used.
    pub async fn build(
        config: Config,
        parts: Parts,
        listener: TcpListener,
    ) -> anyhow::Result<Self> {
        let site = config.site(listener.local_addr()?);
        Self::start(config, parts, (Role::Serve, site), Some(listener)).await
    }

    /// The same without a site: jobs only. `site` is how readers reach it, for links in mails.
    ///
    /// # Errors
    /// As for [`Server::build`].
    pub async fn worker(config: Config, parts: Parts, site: String) -> anyhow::Result<Self> {
        Self::start(config, parts, (Role::Worker, site), None).await
    }

    async fn start(
        config: Config,
        parts: Parts,
        (role, url): (Role, String),
        site: Option<TcpListener>,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&config.data.dir)?;
        let db = Db::open(&config.database_url()).await?;
        db.migrate().await?;
        let state = AppState::new(config, parts, db, role)?;
        let config = &state.config;
        let ops = listen("metrics.listen", config.metrics.listen).await?;
        let (mut tls, mut redirect) = (None, None);
        if site.is_some() {
            tls = Tls::start(config)?;
            redirect = listen("tls.redirect_from", config.tls.redirect_from).await?;
        }
        let jobs = match role == Role::Worker || state.config.server.jobs {
            true => Some(hire(&state, &url).await?),
            false => None,
        };
        Ok(Self {
            state,
            site,
            tls,
            redirect,
            ops,
            jobs,
            url,
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
    /// When the operating system does not say, and for a worker.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        let none = || std::io::Error::other("a worker has no address");
        self.site.as_ref().ok_or_else(none)?.local_addr()
    }

    /// Runs until stopped: then takes no more connections, finishes requests, then jobs, then
    /// closes the database.
    pub async fn run(self) {
        let state = self.state;
        let (config, stop) = (state.config.server.clone(), state.stop.clone());
        let grace = config.drain_timeout();
        let clock = state.parts.clock.clone();
        let mut aside = JoinSet::new();
        aside.spawn(Sessions::new(state.db.clone(), clock.clone()).sweep(stop.clone()));
        aside.spawn(node::beat(
            state.db.clone(),
            clock,
            state.node.clone(),
            stop.clone(),
        ));
        aside.spawn(give_back(stop.clone()));
        let (db, stopped) = (state.db.clone(), stop.clone());
        aside.spawn(async move { db.relay(stopped).await });
        let ops = routes::ops::router(state.clone());
        let beside = [
            self.ops.map(|listener| (listener, ops)),
            (self.redirect).map(|listener| (listener, routes::redirect::router(self.url))),
        ];
        for (listener, router) in beside.into_iter().flatten() {
            let app = App {
                at_once: Arc::new(|_| None),
                router,
                tls: None,
            };
            let config = config.clone();
            let (stopped, own) = (stop.clone(), Metrics::default());
            aside.spawn(async move {
                accept::serve(listener, app, config, &own, stopped).await;
            });
        }
        let (tls, keeper) = self.tls.unzip();
        if let Some(keeper) = keeper {
            aside.spawn(keeper.run(stop.clone()));
        }
        match self.site {
            Some(listener) => {
                let app = App {
                    at_once: {
                        let state = state.clone();
                        Arc::new(move |request: &_| edge::at_once(&state, request))
                    },
                    router: routes::router(state.clone()),
                    tls,
                };
                let cut = accept::serve(listener, app, config, &state.metrics, stop).await;
                if cut > 0 {
                    tracing::warn!(
                        connections.cut = cut,
                        "{cut} connections did not end in time"
                    );
                }
            }
            None => stop.cancelled().await,
        }
        if let Some(jobs) = self.jobs {
            jobs.stop(grace).await;
        }
        while let Some(ended) = aside.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "something that ran beside failed: {error}");
            }
        }
        state.db.close().await;
    }
}

/// Gives back now and then what memory is free, until `stop`.
async fn give_back(stop: CancellationToken) {
    let again = async || {
        tokio::time::sleep(GIVE_BACK_EVERY).await;
        tokio::task::spawn_blocking(trim::give_back).await.is_ok()
    };
    let always = async {
        if again().await {
            // The start is over.
            let _bytes = trim::let_go_of_program();
        }
        while again().await {}
    };
    tokio::select! { () = stop.cancelled() => {} () = always => {} }
}

async fn listen(setting: &str, address: Option<SocketAddr>) -> anyhow::Result<Option<TcpListener>> {
    let Some(address) = address else {
        return Ok(None);
    };
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) => anyhow::bail!("{setting}: cannot listen on {address}: {error}"),
    }
}

/// Sets the jobs to work.
async fn hire(state: &AppState, site: &str) -> anyhow::Result<Running> {
    let (config, parts) = (&state.config, &state.parts);
    let mailer = Mailer::new(config, parts.clock.clone())?
        .watched(state.metrics.clone(), state.breakers.clone());
    let (random, site) = (|| parts.random.clone(), || site.to_owned());
    let sender = Sender::new(config.webhooks.allow_private);
    let sending = (&config.mail, config.data.dir.join("sending"));
    let crew = Crew {
        grader: parts.grader.clone(),
        grader_workers: config.grader.worker_count(),
        desk: state.desk.clone(),
        account: MailAccount::new(mailer.clone(), random(), site()),
        newsletter: MailNewsletter::new(mailer.clone(), random(), site()),
        issues: SendIssue::new(mailer, random(), (site(), parts.site.clone()), sending),
        clock: NewsletterClock::new(parts.site.clone()),
        forget: Forget::new(config.retention.clone()),
        webhooks: DeliverWebhook::new(sender, state.breakers.clone()),
    };
    let runner = Runner::new(RunnerConfig {
        db: state.db.clone(),
        clock: parts.clock.clone(),
        ids: state.ids.clone(),
        random: random(),
        poll_ms: POLL_MS,
        metrics: state.metrics.clone(),
    });
    runner.recover().await?;
    let now_ms = parts.clock.now_ms();
    let mut tx = state.db.write().await?;
    enqueue_sole::<NewsletterClock>(&mut tx, &state.ids, (now_ms, now_ms)).await?;
    enqueue_sole::<Forget>(&mut tx, &state.ids, (now_ms, now_ms)).await?;
    tx.commit().await?;
    Ok(jobs::all(runner, crew).start())
}
