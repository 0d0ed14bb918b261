//! Whether anything goes on in a connection: one that is quiet gives its buffers back.
//!
//! hyper keeps 16 KB for a connection that is kept alive, whether anybody speaks or not. Of ten
//! thousand readers nearly all are reading.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use bytes::{Buf as _, Bytes};
use hyper::body::{Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection is quiet when nothing has moved for this long.
const QUIET: Duration = Duration::from_secs(1);

/// What goes on in a connection.
#[derive(Debug, Default)]
pub struct Pulse {
    /// Reads and writes that moved something.
    moves: AtomicU64,
    /// The last write found no room: there is more to write.
    is_stuck: AtomicBool,
    /// Requests whose answers are not handed over to their ends.
    open: AtomicUsize,
}

impl Pulse {
    /// A request has come.
    pub fn begin(self: &Arc<Self>) -> Turn {
        self.open.fetch_add(1, Relaxed);
        Turn(Arc::clone(self))
    }

    /// Comes when nothing is being answered, nothing waits to be written, and nothing has moved
    /// for a while.
    pub async fn quiet(&self) {
        loop {
            let before = self.moves.load(Relaxed);
            tokio::time::sleep(QUIET).await;
            let moved = self.moves.load(Relaxed) != before;
            let busy = self.open.load(Relaxed) > 0 || self.is_stuck.load(Relaxed);
            if !moved && !busy {
                return;
            }
        }
    }

    fn wrote(&self, done: &Poll<io::Result<usize>>) {
        self.is_stuck.store(done.is_pending(), Relaxed);
        if done.is_ready() {
            self.moves.fetch_add(1, Relaxed);
        }
    }
}

/// A request that is being answered.
#[derive(Debug)]
pub struct Turn(Arc<Pulse>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Relaxed);
    }
}

/// The body of an answer; its request is being answered until it is gone.
pub struct Held {
    /// The body.
    pub body: Body,
    /// The request.
    pub _turn: Turn,
}

impl hyper::body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A stream whose pulse is felt.
pub struct Wire {
    /// What was read from it before, and is read again.
    head: Bytes,
    stream: TcpStream,
    pulse: Arc<Pulse>,
}

impl Wire {
    /// The stream, after these bytes.
    pub const fn new(head: Bytes, stream: TcpStream, pulse: Arc<Pulse>) -> Self {
        Self {
            head,
            stream,
            pulse,
        }
    }

    /// The stream alone.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.head.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        } else {
            let count = self.head.len().min(buf.remaining());
            buf.put_slice(&self.head[..count]);
            self.head.advance(count);
        }
        self.pulse.moves.fetch_add(1, Relaxed);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.pulse.wrote(&done);
        done
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, parts);
        self.pulse.wrote(&done);
        done
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
