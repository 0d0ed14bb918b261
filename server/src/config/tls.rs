//! `[tls]`.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// TLS in the process, instead of a proxy's.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct TlsConfig {
    /// The certificate and those between it and its root, PEM.
    pub cert_file: Option<PathBuf>,
    /// Its private key, PEM.
    pub key_file: Option<PathBuf>,
    /// Names to have a certificate made for, by ACME. Needs the cargo feature `acme`.
    pub acme_domains: Vec<String>,
    /// Mail address of whoever answers for them.
    pub acme_contact: Option<String>,
    /// Where the authority's directory is.
    pub acme_directory: String,
    /// The authority's own root, PEM, where it is not one that browsers know.
    pub acme_root_file: Option<PathBuf>,
    /// Where plain HTTP is answered with the way to the site.
    pub redirect_from: Option<SocketAddr>,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            cert_file: None,
            key_file: None,
            acme_domains: Vec::new(),
            acme_contact: None,
            acme_directory: "https://acme-v02.api.letsencrypt.org/directory".to_owned(),
            acme_root_file: None,
            redirect_from: None,
        }
    }
}

impl TlsConfig {
    /// Whether connections to the site are TLS.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.cert_file.is_some() || self.key_file.is_some() || !self.acme_domains.is_empty()
    }
}
