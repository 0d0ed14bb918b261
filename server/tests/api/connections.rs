//! Slow and many connections; stopping.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::test_app::{MODULE, TestApp};

#[tokio::test]
async fn half_open_and_idle_connections_are_closed() {
    let app = TestApp::start("[server]\nheader_timeout_ms = 300").await;
    for start in [
        "",
        "GET / HTTP/1.1\r\nhost: a\r\n",
        "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n",
    ] {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream.write_all(start.as_bytes()).await.unwrap();
        let started = Instant::now();
        let mut rest = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest));
        let _closed_or_reset = read.await.expect("closed in time");
        assert!(started.elapsed() >= Duration::from_millis(250), "{start:?}");
    }
}

#[tokio::test]
async fn a_body_that_drips_is_cut_off() {
    let app = TestApp::start("[server]\nbody_timeout_ms = 300").await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = "POST /api/v1/labs/rate_limiter/submissions HTTP/1.1\r\nhost: a\r\n\
                content-type: application/wasm\r\ncontent-length: 100\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer));
    let length = read.await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&answer[..length]);
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
}

#[tokio::test]
async fn one_client_cannot_take_every_connection() {
    let app = TestApp::start("[server]\nmax_connections_per_client = 3").await;
    let mut open = Vec::new();
    for _ in 0..3 {
        open.push(TcpStream::connect(app.address).await.unwrap());
    }
    let mut fourth = TcpStream::connect(app.address).await.unwrap();
    let mut rest = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), fourth.read_to_end(&mut rest));
    let _closed_or_reset = read.await.expect("the fourth is closed");
    drop(open);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(app.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn stopping_finishes_what_was_begun() {
    let app = TestApp::gated("").await;
    let location = app
        .submit(&[], MODULE)
        .await
        .header("location")
        .unwrap()
        .to_owned();
    // One request waits for its grade, another has sent half of its head.
    let mut half = TcpStream::connect(app.address).await.unwrap();
    half.write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n")
        .await
        .unwrap();
    let path = format!("{location}?wait=30");
    let waiting = app.get(&path);
    let stop = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        app.stop.cancel();
        app.gate.add_permits(10);
        half.write_all(b"\r\n").await.unwrap();
        let mut rest = Vec::new();
        half.read_to_end(&mut rest).await.unwrap();
        rest
    };
    let (answer, rest) = tokio::join!(waiting, stop);
    assert_eq!(answer.status, 200);
    assert!(
        rest.is_empty() || rest.starts_with(b"HTTP/1.1 200"),
        "{rest:?}"
    );
    tokio::time::timeout(Duration::from_secs(15), app.ended)
        .await
        .unwrap()
        .unwrap();
    assert!(
        TcpStream::connect(app.address).await.is_err(),
        "no longer listening"
    );
}

#[tokio::test]
async fn a_stalled_request_does_not_hold_up_the_stop() {
    let app = TestApp::start("[server]\ndrain_timeout_ms = 300").await;
    let mut stalled = TcpStream::connect(app.address).await.unwrap();
    let head = "POST /api/v1/labs/rate_limiter/submissions HTTP/1.1\r\nhost: a\r\n\
                content-type: application/wasm\r\ncontent-length: 100\r\n\r\n";
    stalled.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    app.stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), app.ended)
        .await
        .unwrap()
        .unwrap();
}

/// A proxy may not repeat a POST whose connection was reset.
#[tokio::test]
async fn connections_that_nobody_has_taken_yet_are_answered_before_the_stop() {
    let app = TestApp::start("").await;
    // On one thread the server does not run meanwhile: these wait in the kernel's backlog.
    let connect = |_| std::net::TcpStream::connect(app.address).unwrap();
    let waiting: Vec<_> = (0..20).map(connect).collect();
    app.stop.cancel();
    for stream in waiting {
        stream.set_nonblocking(true).unwrap();
        let mut stream = TcpStream::from_std(stream).unwrap();
        stream
            .write_all(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{answer:?}");
    }
}
