//! TLS in the process: what browsers are spoken to in, a certificate that is replaced, plain HTTP
//! that is shown the way, and a certificate from an authority.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use rcgen::KeyPair;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::running::{ANY, Program, certificate, program, trusting};

async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    protocol: &[u8],
) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    trusting(trusted, &[protocol]).connect(name, stream).await
}

/// One `GET` over HTTP/2 on a connection of its own: status and headers.
async fn get(stream: TlsStream<TcpStream>, path: &str) -> http::Response<()> {
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    let driven = tokio::spawn(connection);
    let request = http::Request::get(format!("https://localhost{path}"));
    let request = request.header("accept-encoding", "gzip").body(()).unwrap();
    let (answer, _) = client.send_request(request, true).unwrap();
    let (parts, mut body) = answer.await.unwrap().into_parts();
    while let Some(piece) = body.data().await {
        let length = piece.unwrap().len();
        body.flow_control().release_capacity(length).unwrap();
    }
    driven.abort();
    http::Response::from_parts(parts, ())
}

fn address(program: &Program) -> SocketAddr {
    let (_, address) = program.url.split_once("://").unwrap();
    address.parse().unwrap()
}

fn files(folder: &Path) -> [(String, String); 2] {
    let path = |name: &str| folder.join(name).display().to_string();
    [
        ("HEADROOM_TLS__CERT_FILE".into(), path("cert.pem")),
        ("HEADROOM_TLS__KEY_FILE".into(), path("key.pem")),
    ]
}

#[tokio::test]
async fn browsers_are_spoken_to_in_http_2_and_others_in_http_1() {
    let folder = tempfile::tempdir().unwrap();
    let trusted = certificate(folder.path());
    let program = Program::start(ANY, folder.path(), files(folder.path()));
    assert!(
        program.url.starts_with("https://127.0.0.1:"),
        "{}",
        program.url
    );
    for _ in 0..3 {
        let stream = connect(address(&program), &trusted, b"h2").await.unwrap();
        let answer = get(stream, "/course").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-encoding"], "gzip");
        assert!(answer.headers().contains_key("strict-transport-security"));
    }
    let mut stream = connect(address(&program), &trusted, b"http/1.1")
        .await
        .unwrap();
    let text = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut stream, text)
        .await
        .unwrap();
    let mut said = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut said)
        .await
        .unwrap();
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
    program.stop();
}

#[tokio::test]
async fn a_certificate_that_is_replaced_is_used_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let old = certificate(folder.path());
    let program = Program::start(ANY, folder.path(), files(folder.path()));
    connect(address(&program), &old, b"h2").await.unwrap();
    // Half of it is there: the old one goes on.
    std::fs::write(folder.path().join("cert.pem"), "soon").unwrap();
    tokio::time::sleep(Duration::from_secs(12)).await;
    connect(address(&program), &old, b"h2").await.unwrap();
    let new = certificate(folder.path());
    let since = Instant::now();
    while connect(address(&program), &new, b"h2").await.is_err() {
        assert!(
            since.elapsed() < Duration::from_secs(30),
            "it is never read"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(connect(address(&program), &old, b"h2").await.is_err());
    program.stop();
}

#[test]
fn a_key_of_another_certificate_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let key = KeyPair::generate().unwrap();
    std::fs::write(folder.path().join("key.pem"), key.serialize_pem()).unwrap();
    let output = program()
        .args(["serve", "--listen", ANY])
        .current_dir(folder.path())
        .envs(files(folder.path()))
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("tls.key_file"), "{said}");
}

#[test]
fn plain_http_is_shown_the_way() {
    let folder = tempfile::tempdir().unwrap();
    certificate(folder.path());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let plain = free.local_addr().unwrap();
    drop(free);
    let mut settings = files(folder.path()).to_vec();
    settings.push(("HEADROOM_TLS__REDIRECT_FROM".into(), plain.to_string()));
    let site = "https://course.example.org";
    settings.push(("HEADROOM_SERVER__PUBLIC_URL".into(), site.into()));
    let program = Program::start(ANY, folder.path(), settings);
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .build()
        .into();
    let asked = agent.get(format!("http://{plain}/search?q=a%20b"));
    let answer = asked.header("host", "evil.example").call().unwrap();
    assert_eq!(answer.status(), 308);
    let there = "https://course.example.org/search?q=a%20b";
    assert_eq!(answer.headers()["location"], there);
    program.stop();
}
