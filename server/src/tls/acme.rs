//! Certificates from an authority by ACME (RFC 8555), which proves by a handshake (TLS-ALPN-01, RFC
//! 8737) that the names are ours: so it has to reach this very process, at port 443.

use std::fs::DirBuilder;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::StreamExt as _;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::server::ResolvesServerCert;
use rustls::{ClientConfig, RootCertStore};
use rustls_acme::caches::DirCache;
use rustls_acme::{AcmeConfig, AcmeState, EventOk};
use tokio_util::sync::CancellationToken;

use crate::config::TlsConfig;

/// What the authority was asked, and what it answered; kept in `acme/` of the data folder, so that
/// a restart asks for nothing.
pub struct Orders(AcmeState<std::io::Error>);

impl Orders {
    pub(super) fn start(config: &TlsConfig, data: &Path) -> anyhow::Result<Self> {
        let folder = data.join("acme");
        private(&folder).map_err(|error| anyhow::anyhow!("{}: {error}", folder.display()))?;
        let contact = config.acme_contact.iter();
        let domains = &config.acme_domains;
        let acme = match &config.acme_root_file {
            None => AcmeConfig::new(domains),
            Some(root) => AcmeConfig::new_with_client_config(domains, Arc::new(trusting(root)?)),
        };
        let state = acme
            .contact(contact.map(|address| format!("mailto:{address}")))
            .directory(&config.acme_directory)
            .cache(DirCache::new(folder))
            .state();
        Ok(Self(state))
    }

    pub(super) fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        self.0.resolver()
    }

    pub(super) async fn run(mut self, stop: &CancellationToken) {
        loop {
            let event = tokio::select! {
                () = stop.cancelled() => return,
                event = self.0.next() => event,
            };
            match event {
                None => return,
                Some(Ok(EventOk::DeployedCachedCert)) => {
                    tracing::info!("the certificate is the one of before");
                }
                Some(Ok(EventOk::DeployedNewCert)) => {
                    tracing::info!("the authority made a certificate");
                }
                Some(Ok(EventOk::CertCacheStore | EventOk::AccountCacheStore)) => {}
                // It tries again by itself, ever more slowly.
                Some(Err(error)) => tracing::error!(%error, "no certificate by ACME: {error}"),
            }
        }
    }
}

/// A folder that nobody else may look into: it holds keys.
fn private(folder: &PathBuf) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A client that trusts this root alone.
fn trusting(root: &Path) -> anyhow::Result<ClientConfig> {
    let wrong = |error: &dyn std::fmt::Display| {
        anyhow::anyhow!("tls.acme_root_file: {}: {error}", root.display())
    };
    let mut roots = RootCertStore::empty();
    let found = CertificateDer::pem_file_iter(root)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong(&error))?;
    for certificate in found {
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    Ok(
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth(),
    )
}
