//! A certificate from an authority, by ACME: Debian's Pebble, which is Let's Encrypt's for tests.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;

use crate::running::{Program, certificate, trusting};

/// The authority has to answer, look and sign within this time.
const PATIENCE: Duration = Duration::from_secs(60);

struct Pebble {
    child: Child,
    api: u16,
    management: u16,
}

impl Drop for Pebble {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Pebble {
    /// Nothing where it is not installed and need not be.
    fn start(folder: &Path, site: u16) -> Option<Self> {
        let (api, management) = (free_port(), free_port());
        certificate(folder);
        let file = |name: &str| folder.join(name).display().to_string();
        let config = serde_json::json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{api}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": file("cert.pem"), "privateKey": file("key.pem"),
            "httpPort": free_port(), "tlsPort": site,
        }});
        std::fs::write(folder.join("pebble.json"), config.to_string()).unwrap();
        let log = std::fs::File::create(folder.join("pebble.log")).unwrap();
        let child = Command::new("pebble")
            .args(["-config", &file("pebble.json")])
            .env("PEBBLE_VA_NOSLEEP", "1")
            .stdout(log)
            .stderr(Stdio::null())
            .spawn();
        match child {
            Ok(child) => Some(Self {
                child,
                api,
                management,
            }),
            Err(_) if std::env::var_os("HEADROOM_REQUIRE_PEBBLE").is_none() => None,
            Err(error) => panic!("pebble: {error}"),
        }
    }

    /// What browsers would have to trust.
    fn root(&self) -> CertificateDer<'static> {
        let tls = ureq::tls::TlsConfig::builder().disable_verification(true);
        let agent = ureq::Agent::config_builder().tls_config(tls.build());
        let agent: ureq::Agent = agent.build().into();
        let address = format!("https://127.0.0.1:{}/roots/0", self.management);
        let since = Instant::now();
        loop {
            match agent.get(&address).call() {
                Ok(mut answer) => {
                    let pem = answer.body_mut().read_to_vec().unwrap();
                    return CertificateDer::from_pem_slice(&pem).unwrap();
                }
                Err(error) => assert!(since.elapsed() < PATIENCE, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

/// The certificate that the site shows, if it is one of this root.
async fn shown(site: u16, root: &CertificateDer<'static>) -> std::io::Result<Vec<u8>> {
    let stream = TcpStream::connect(("127.0.0.1", site)).await?;
    let name = ServerName::try_from("localhost").unwrap();
    let stream = trusting(root, &[]).connect(name, stream).await?;
    let chain = stream.get_ref().1.peer_certificates().unwrap();
    Ok(chain[0].to_vec())
}

async fn shown_at_last(site: u16, root: &CertificateDer<'static>, folder: &Path) -> Vec<u8> {
    let since = Instant::now();
    loop {
        match shown(site, root).await {
            Ok(certificate) => return certificate,
            Err(error) => assert!(
                since.elapsed() < PATIENCE,
                "{error}: {}",
                std::fs::read_to_string(folder.join("pebble.log")).unwrap()
            ),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn an_authority_makes_a_certificate_and_a_restart_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let site = free_port();
    let Some(pebble) = Pebble::start(folder.path(), site) else {
        eprintln!("skipped: no pebble");
        return;
    };
    let root = pebble.root();
    let directory = format!("https://localhost:{}/dir", pebble.api);
    let trusted = folder.path().join("cert.pem").display().to_string();
    let settings = [
        ("HEADROOM_TLS__ACME_DOMAINS", "localhost"),
        ("HEADROOM_TLS__ACME_CONTACT", "ops@example.org"),
        ("HEADROOM_TLS__ACME_DIRECTORY", &directory),
        ("HEADROOM_TLS__ACME_ROOT_FILE", &trusted),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let listen = format!("127.0.0.1:{site}");
    let program = Program::start(&listen, folder.path(), settings.clone());
    assert_eq!(program.url, "https://localhost");
    let first = shown_at_last(site, &root, folder.path()).await;
    program.stop();
    let kept = folder.path().join("data/acme");
    let mode = std::os::unix::fs::PermissionsExt::mode(&kept.metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);
    let program = Program::start(&listen, folder.path(), settings);
    assert_eq!(shown_at_last(site, &root, folder.path()).await, first);
    program.stop();
}
