//! The program itself, as an operator starts and stops it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

/// A port that is free.
pub const ANY: &str = "127.0.0.1:0";

/// The program, without the settings of whoever runs the tests.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headroom"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("HEADROOM_") {
            command.env_remove(name);
        }
    }
    command
}

/// A server that is ended however the test ends.
pub struct Program {
    child: Child,
    /// How readers reach it.
    pub url: String,
}

impl Program {
    /// Starts it at this address, with its data in this folder.
    pub fn start(
        listen: &str,
        data: &Path,
        settings: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let mut child = program()
            .args(["serve", "--listen", listen])
            .current_dir(data)
            .envs(settings)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut said).unwrap();
        // Headroom is at URL (…
        let url = said.split_whitespace().nth(3).unwrap_or_default();
        let url = url.to_owned();
        Self { child, url }
    }

    /// Ends it as an operator does, and waits.
    pub fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// A client that trusts this certificate, or what it signed, and speaks these protocols.
pub fn trusting(root: &CertificateDer<'static>, protocols: &[&[u8]]) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

/// A self-signed certificate for this machine, in `cert.pem` and `key.pem` of a folder.
pub fn certificate(folder: &Path) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
    let params = CertificateParams::new(names).unwrap();
    let made = params.self_signed(&key).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(folder.join("cert.pem"), made.pem()).unwrap();
    made.der().clone()
}
