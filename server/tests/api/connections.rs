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

/// Reads one answer, head and body.
async fn answer(stream: &mut TcpStream) -> (String, usize) {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
    loop {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if let Some((head, _)) = text.split_once("\r\n\r\n") {
            let length = head.split("content-length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            if bytes.len() == head.len() + 4 + length {
                return (head.lines().next().unwrap().to_owned(), length);
            }
        }
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer));
        let count = read.await.expect("an answer").unwrap();
        assert!(count > 0, "closed within an answer: {text}");
        bytes.extend_from_slice(&buffer[..count]);
    }
}

#[tokio::test]
async fn a_connection_that_was_quiet_is_taken_up_again() {
    let app = TestApp::start("").await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let (first, rest) = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n".split_at(9);
    // Longer than a connection may be still before its buffers go, also within a head.
    let pause = Duration::from_millis(1_300);
    for between in [Duration::ZERO, pause, 2 * pause] {
        stream.write_all(first.as_bytes()).await.unwrap();
        tokio::time::sleep(between).await;
        stream.write_all(rest.as_bytes()).await.unwrap();
        assert_eq!(answer(&mut stream).await.0, "http/1.1 200 ok");
        tokio::time::sleep(pause).await;
    }
}

#[tokio::test]
async fn who_stops_reading_for_a_while_misses_nothing() {
    const REQUESTS: usize = 400;
    let app = TestApp::start("").await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let request = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let (_, length) = answer(&mut stream).await;
    // More than the sockets take in, so that the server is in the middle of an answer.
    assert!(REQUESTS * length > 8 << 20, "{length}");
    let last = request.replace("host: a", "host: a\r\nconnection: close");
    let requests = request.repeat(REQUESTS - 1) + &last;
    stream.write_all(requests.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all));
    read.await.expect("all in time").unwrap();
    let answers = String::from_utf8_lossy(&all);
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), REQUESTS);
    assert!(all.len() > REQUESTS * length);
}
