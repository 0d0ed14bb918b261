//! A certificate and its key in files, as other programs leave them there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_util::sync::CancellationToken;

/// How often to look whether they changed.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The files, and what was in them when they were last good.
#[derive(Debug)]
pub struct Files {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Files {
    pub(super) fn open(certificate: &Path, key: &Path) -> anyhow::Result<Self> {
        let current = RwLock::new(Arc::new(read(certificate, key)?));
        let (certificate, key) = (certificate.to_owned(), key.to_owned());
        Ok(Self {
            certificate,
            key,
            current,
        })
    }

    /// Reads them again when they change. While they are no good, as in the moment between the two
    /// being written, what was read before goes on.
    pub(super) async fn follow(self: Arc<Self>, stop: &CancellationToken) {
        let mut refused = String::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let files = Arc::clone(&self);
            let looked = tokio::task::spawn_blocking(move || files.look()).await;
            match looked.unwrap_or_else(|error| Err(error.into())) {
                Ok(true) => {
                    refused.clear();
                    tracing::info!("the certificate was replaced");
                }
                Ok(false) => refused.clear(),
                Err(error) if error.to_string() == refused => {}
                Err(error) => {
                    refused = error.to_string();
                    tracing::error!(%error, "the certificate is not replaced: {error}");
                }
            }
        }
    }

    /// Answers whether there was something new.
    fn look(&self) -> anyhow::Result<bool> {
        let found = read(&self.certificate, &self.key)?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if found.cert == current.cert {
            return Ok(false);
        }
        *current = Arc::new(found);
        Ok(true)
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(&current))
    }
}

/// The pair in these files.
///
/// # Errors
/// When one cannot be read, or they do not belong together.
pub fn read(certificate: &Path, key: &Path) -> anyhow::Result<CertifiedKey> {
    let wrong = |setting: &str, path: &Path, error: &dyn std::fmt::Display| {
        anyhow::anyhow!("{setting}: {}: {error}", path.display())
    };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong("tls.cert_file", certificate, &error))?;
    if chain.is_empty() {
        return Err(wrong("tls.cert_file", certificate, &"no certificate in it"));
    }
    let secret =
        PrivateKeyDer::from_pem_file(key).map_err(|error| wrong("tls.key_file", key, &error))?;
    CertifiedKey::from_der(chain, secret, &ring::default_provider())
        .map_err(|error| wrong("tls.key_file", key, &error))
}
