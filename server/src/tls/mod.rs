//! TLS 1.2 and 1.3 in the process, for who has no proxy in front: HTTP/2 where the browser speaks
//! it, HTTP/1.1 otherwise. The certificate is in files, which are read again when they change, or
//! comes from an authority by ACME (RFC 8555).

#[cfg(feature = "acme")]
mod acme;
mod files;

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::server::ResolvesServerCert;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

use self::files::Files;
pub use self::files::read;
use crate::config::Config;

const HTTP_2: &[u8] = b"h2";
const HTTP_1: &[u8] = b"http/1.1";
/// What an authority speaks that looks whether the name is ours (RFC 8737).
const CHALLENGE: &[u8] = b"acme-tls/1";

/// What makes connections secret.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

/// What keeps the certificate fresh; runs beside the server.
pub enum Keeper {
    /// Reads the files again.
    Files(Arc<Files>),
    /// Asks the authority again, well before the certificate ends.
    #[cfg(feature = "acme")]
    Acme(Box<acme::Orders>),
}

/// What a connection turned out to be.
pub enum Shaken {
    /// HTTP/1.1.
    One(TlsStream<TcpStream>),
    /// HTTP/2.
    Two(TlsStream<TcpStream>),
    /// An authority that has seen what it wanted.
    Challenge,
}

impl Tls {
    /// What the settings say; nothing where a proxy has the certificate.
    ///
    /// # Errors
    /// When certificate or key cannot be used, or do not belong together.
    pub fn start(config: &Config) -> anyhow::Result<Option<(Self, Keeper)>> {
        let tls = &config.tls;
        if !tls.is_on() {
            return Ok(None);
        }
        let (resolver, keeper): (Arc<dyn ResolvesServerCert>, _) =
            match (&tls.cert_file, &tls.key_file, tls.acme_domains.as_slice()) {
                (Some(certificate), Some(key), []) => {
                    let files = Arc::new(Files::open(certificate, key)?);
                    (Arc::clone(&files) as _, Keeper::Files(files))
                }
                (None, None, [_, ..]) => by_acme(config)?,
                (_, _, [_, ..]) => {
                    anyhow::bail!("set tls.cert_file and tls.key_file, or tls.acme_domains")
                }
                _ => anyhow::bail!("tls.cert_file and tls.key_file belong together: set both"),
            };
        let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        server.alpn_protocols = vec![HTTP_2.to_vec(), HTTP_1.to_vec()];
        if !tls.acme_domains.is_empty() {
            server.alpn_protocols.push(CHALLENGE.to_vec());
        }
        // Who comes again shows a ticket, and nothing need be remembered of them.
        server.ticketer = ring::Ticketer::new()?;
        Ok(Some((Self(TlsAcceptor::from(Arc::new(server))), keeper)))
    }

    /// Shakes hands.
    ///
    /// # Errors
    /// When the other end does not speak TLS, or none of ours.
    pub async fn accept(&self, stream: TcpStream) -> std::io::Result<Shaken> {
        let stream = self.0.accept(stream).await?;
        Ok(match stream.get_ref().1.alpn_protocol() {
            Some(HTTP_2) => Shaken::Two(stream),
            Some(CHALLENGE) => Shaken::Challenge,
            _ => Shaken::One(stream),
        })
    }
}

impl Keeper {
    /// Keeps the certificate fresh until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        match self {
            Self::Files(files) => files.follow(&stop).await,
            #[cfg(feature = "acme")]
            Self::Acme(orders) => orders.run(&stop).await,
        }
    }
}

#[cfg(feature = "acme")]
fn by_acme(config: &Config) -> anyhow::Result<(Arc<dyn ResolvesServerCert>, Keeper)> {
    let orders = acme::Orders::start(&config.tls, &config.data.dir)?;
    Ok((orders.resolver(), Keeper::Acme(Box::new(orders))))
}

#[cfg(not(feature = "acme"))]
fn by_acme(_config: &Config) -> anyhow::Result<(Arc<dyn ResolvesServerCert>, Keeper)> {
    anyhow::bail!(
        "tls.acme_domains: this program was built without ACME; build it with \
         `cargo xtask build --release --features acme`, or set tls.cert_file and tls.key_file"
    )
}
