//! Our own accept loop. `axum::serve` installs no timer, so hyper's limit on a slow head never
//! fires there, and it counts no connections. Here half-open connections are closed in time, one
//! client cannot take every connection, a connection that is quiet costs next to nothing, and a
//! drain has a deadline.

mod clients;
mod pulse;

use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Future, ready};
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use self::clients::Clients;
pub use self::clients::client_key;
use self::pulse::{Held, Pulse, Turn, Wire};
use crate::config::ServerConfig;
use crate::metrics::Metrics;
use crate::tls::{Shaken, Tls};

/// The address at the other end of the connection; a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// hyper refuses longer heads with 431.
const HEAD_BYTES: usize = 64 * 1024;
/// A reader who takes nothing for this long is gone.
const STALLED_WRITE: Duration = Duration::from_secs(30);

/// Requests that one connection may have in flight.
const STREAMS: u32 = 100;
/// The longest head over HTTP/2, unpacked.
const HEAD_LIST_BYTES: u32 = 64 * 1024;
/// An HTTP/2 connection that nothing was asked on for this long is told to end, and one whose other
/// end is silent is asked this often whether it is still there.
const IDLE: Duration = Duration::from_secs(60);
const PING_EVERY: Duration = Duration::from_secs(20);

/// Whoever connects asks something within this time, or is not waited for at the stop.
const FIRST_REQUEST: Duration = Duration::from_secs(1);

/// Answers what needs no waiting.
pub type AtOnce = Arc<dyn Fn(&http::Request<Incoming>) -> Option<Response> + Send + Sync>;

/// What answers on a listener.
#[derive(Clone)]
pub struct App {
    /// Asked first.
    pub at_once: AtOnce,
    /// Answers the rest.
    pub router: Router,
    /// What the connections are wrapped in.
    pub tls: Option<Tls>,
}

/// Serves until `stop`, then finishes the requests in flight, at most for the drain timeout.
/// Returns the number of connections that had to be cut.
pub async fn serve(
    listener: TcpListener,
    app: App,
    config: ServerConfig,
    metrics: &Metrics,
    stop: CancellationToken,
) -> usize {
    let open = Arc::new(Semaphore::new(config.max_connections));
    let clients = Arc::new(Clients::new(config.max_connections_per_client));
    let connections = TaskTracker::new();
    let drain_timeout = config.drain_timeout();
    let config = Arc::new(config);
    let take = |stream, peer: SocketAddr, permit| {
        let place = match config.is_trusted(peer.ip()) {
            true => None,
            false => match clients.enter(peer.ip()) {
                Some(place) => Some(place),
                None => return,
            },
        };
        let (app, config, stop) = (app.clone(), Arc::clone(&config), stop.clone());
        let connected = metrics.connected();
        connections.spawn(async move {
            connection(stream, peer, app, &config, stop).await;
            drop((permit, place, connected));
        });
    };
    while let Some((stream, peer, permit)) = next(&listener, &open, &stop).await {
        take(stream, peer, permit);
    }
    for (stream, peer) in waiting(listener) {
        let Ok(permit) = Arc::clone(&open).try_acquire_owned() else {
            break;
        };
        take(stream, peer, permit);
    }
    connections.close();
    let drained = timeout(drain_timeout, connections.wait()).await;
    if drained.is_ok() {
        0
    } else {
        connections.len()
    }
}

async fn next(
    listener: &TcpListener,
    open: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let accepted = async {
        // At the cap newcomers wait in the kernel's backlog.
        let permit = Arc::clone(open).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return Some((stream, peer, permit)),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection: {error}");
                    // Out of descriptors: a pause lets some close.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        accepted = accepted => accepted,
    }
}

/// Those that the kernel has connected and nobody has taken yet: closing the listener would reset
/// them, and a proxy may not send a POST again whose connection was reset. The listener is closed
/// when the last of them is out.
fn waiting(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let Ok(listener) = listener.into_std() else {
        return Vec::new();
    };
    let mut taken = Vec::new();
    loop {
        match listener.accept() {
            Ok((stream, peer)) => {
                let stream = stream.set_nonblocking(true).map(|()| stream);
                if let Ok(stream) = stream.and_then(TcpStream::from_std) {
                    taken.push((stream, peer));
                }
            }
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            // It does not block: none waits.
            Err(_) => return taken,
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    app: App,
    config: &ServerConfig,
    stop: CancellationToken,
) {
    prepare(&stream);
    let patience = config.header_timeout();
    let mut opened = tokio::time::Instant::now();
    let mut silent = Some(stream);
    // Who is connected and says nothing costs next to nothing: hyper reads into 8 KB.
    while let Some(stream) = silent {
        let heard = tokio::select! {
            heard = timeout(patience, stream.readable()) => matches!(heard, Ok(Ok(()))),
            () = stop.cancelled() => {
                let first = tokio::time::timeout_at(opened + FIRST_REQUEST, stream.readable());
                matches!(first.await, Ok(Ok(())))
            }
        };
        if !heard {
            return;
        }
        // What is heard is read, also while the server stops.
        opened = tokio::time::Instant::now();
        let talk = Talk {
            peer,
            opened,
            asked: Arc::default(),
            stop: stop.clone(),
        };
        silent = Box::pin(converse(stream, talk, app.clone(), patience)).await;
    }
}

/// Speaks with who has begun to, by TLS or plainly, in HTTP/1.1 or 2, until the end. Gives the
/// connection back where it is only quiet.
async fn converse(
    stream: TcpStream,
    talk: Talk,
    app: App,
    patience: Duration,
) -> Option<TcpStream> {
    let pulse = Arc::new(Pulse::default());
    let tls = app.tls.clone();
    let service = Asked {
        app,
        peer: talk.peer,
        heard: Arc::clone(&talk.asked),
        pulse: Arc::clone(&pulse),
    };
    let mut one = http1::Builder::new();
    one.timer(TokioTimer::new())
        .header_read_timeout(patience)
        .max_header_size(HEAD_BYTES);
    let Some(tls) = tls else {
        let wire = |head, stream| TokioIo::new(Wire::new(head, stream, Arc::clone(&pulse)));
        let connection = one.serve_connection(wire(Bytes::new(), stream), service);
        let mut connection = Box::pin(connection);
        if talk.until(&mut connection, pulse.quiet()).await {
            return None;
        }
        let parts = Pin::into_inner(connection).into_parts();
        let stream = parts.io.into_inner().into_stream();
        if parts.read_buf.is_empty() {
            return Some(stream);
        }
        // The head of a request has begun: the end of it is waited for, once.
        let connection = one.serve_connection(wire(parts.read_buf, stream), parts.service);
        talk.until(&mut Box::pin(connection), std::future::pending())
            .await;
        return None;
    };
    // In a room of its own: connections without TLS shall not keep one for it.
    let secret = async {
        match timeout(patience, tls.accept(stream)).await {
            Ok(Ok(Shaken::One(stream))) => {
                let connection = one.serve_connection(TokioIo::new(stream), service);
                talk.until(&mut Box::pin(connection), std::future::pending())
                    .await;
            }
            Ok(Ok(Shaken::Two(stream))) => {
                let connection = http2::Builder::new(TokioExecutor::new())
                    .timer(TokioTimer::new())
                    .keep_alive_interval(PING_EVERY)
                    .keep_alive_timeout(patience)
                    .max_concurrent_streams(STREAMS)
                    .max_header_list_size(HEAD_LIST_BYTES)
                    .serve_connection(TokioIo::new(stream), service);
                talk.until_idle(Box::pin(connection)).await;
            }
            Ok(Ok(Shaken::Challenge)) => {
                tracing::info!(peer = %talk.peer, "an authority asked whether it is us");
            }
            Ok(Err(error)) => tracing::debug!(peer = %talk.peer, %error, "no handshake: {error}"),
            Err(_) => tracing::debug!(peer = %talk.peer, "no handshake in time"),
        }
    };
    Box::pin(secret).await;
    None
}

/// Answers the requests of one connection.
struct Asked {
    app: App,
    peer: SocketAddr,
    heard: Arc<Notify>,
    pulse: Arc<Pulse>,
}

impl Service<http::Request<Incoming>> for Asked {
    type Response = http::Response<Held>;
    type Error = Infallible;
    // hyper keeps room for this future in every connection, idle ones too: only those that are
    // asked something shall have it.
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn call(&self, mut request: http::Request<Incoming>) -> Self::Future {
        self.heard.notify_one();
        request.extensions_mut().insert(Peer(self.peer));
        let turn = self.pulse.begin();
        match (self.app.at_once)(&request) {
            Some(response) => Box::pin(ready(Ok(held(response, turn)))),
            None => {
                let answer = self.app.router.clone().oneshot(request);
                Box::pin(async move { answer.await.map(|response| held(response, turn)) })
            }
        }
    }
}

fn held(response: Response, turn: Turn) -> http::Response<Held> {
    response.map(|body| Held { body, _turn: turn })
}

/// What is known of a connection beside its protocol.
struct Talk {
    peer: SocketAddr,
    opened: tokio::time::Instant,
    /// Told of every request.
    asked: Arc<Notify>,
    stop: CancellationToken,
}

impl Talk {
    /// Serves it until its end, or the server's, and answers true; or until `quiet` comes.
    async fn until<C>(&self, connection: &mut Pin<Box<C>>, quiet: impl Future<Output = ()>) -> bool
    where
        C: GracefulConnection,
        C::Error: Display,
    {
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = quiet => return false,
            () = self.stop.cancelled() => {
                // hyper closes at once what has read nothing yet; a request may be on its way.
                let first = tokio::time::timeout_at(self.opened + FIRST_REQUEST, self.next());
                tokio::select! {
                    ended = connection.as_mut() => ended,
                    _ = first => {
                        connection.as_mut().graceful_shutdown();
                        connection.await
                    }
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(peer = %self.peer, %error, "connection ended: {error}");
        }
        true
    }

    /// Serves it until its end, or the server's, or until nothing is asked for long.
    async fn until_idle<C>(&self, mut connection: Pin<Box<C>>)
    where
        C: GracefulConnection,
        C::Error: Display,
    {
        let idle = async { while timeout(IDLE, self.next()).await.is_ok() {} };
        if !self.until(&mut connection, idle).await {
            // What is being answered is answered; the next request finds another connection.
            connection.as_mut().graceful_shutdown();
            self.until(&mut connection, std::future::pending()).await;
        }
    }

    /// Comes with the next request.
    fn next(&self) -> impl Future<Output = ()> + use<> {
        Arc::clone(&self.asked).notified_owned()
    }
}

fn prepare(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    let set = socket.set_tcp_nodelay(true);
    #[cfg(target_os = "linux")]
    let set = set.and(socket.set_tcp_user_timeout(Some(STALLED_WRITE)));
    if let Err(error) = set {
        tracing::debug!(%error, "cannot set socket options: {error}");
    }
}
