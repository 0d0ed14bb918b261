//! How readers come here: address, TLS, proxies, and how many at once.

use std::net::SocketAddr;
use std::time::Duration;

use rustix::process::{Resource, getrlimit};
use ureq::tls::TlsConfig;

use super::Finding;
use crate::config::Config;
use crate::tls;

const ADDRESS: &str = "address";
const URL: &str = "public URL";
const FILES: &str = "open files";
const CERTIFICATE: &str = "certificate";
/// Whoever answers at our address answers within this time.
const PATIENCE: Duration = Duration::from_secs(2);
/// Open files beside connections: database, pipes of graders, log.
const OTHER_FILES: u64 = 100;

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let mut all = vec![address(config.server.listen, config.tls.is_on()).await];
    all.extend(examine_settings(config));
    all
}

/// What can be told without asking at the address.
pub(super) fn examine_settings(config: &Config) -> Vec<Finding> {
    let mut all = vec![url(config), files(config)];
    all.extend(certificate(config));
    all
}

async fn address(listen: SocketAddr, is_tls: bool) -> Finding {
    let Err(error) = tokio::net::TcpListener::bind(listen).await else {
        return Finding::fine(ADDRESS, format!("{listen} is free"));
    };
    let here = tokio::task::spawn_blocking(move || is_headroom(listen, is_tls)).await;
    if here.unwrap_or(false) {
        return Finding::fine(ADDRESS, format!("a server that runs answers at {listen}"));
    }
    Finding::broken(
        ADDRESS,
        format!("cannot listen on {listen}: {error}"),
        "end the program that has it, or set server.listen to another",
    )
}

fn is_headroom(listen: SocketAddr, is_tls: bool) -> bool {
    // Its certificate names the site, not this address.
    let tls = TlsConfig::builder().disable_verification(true).build();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .proxy(None)
        .tls_config(tls)
        .build()
        .into();
    let scheme = if is_tls { "https" } else { "http" };
    let answer = agent.get(format!("{scheme}://{listen}/healthz")).call();
    let text = answer.and_then(|mut answer| answer.body_mut().read_to_string());
    text.is_ok_and(|text| text == "ok\n")
}

fn url(config: &Config) -> Finding {
    let server = &config.server;
    let Some(url) = &server.public_url else {
        let listen = server.listen;
        return match listen.ip().is_loopback() {
            true => Finding::fine(
                URL,
                format!("not set: {}, for this machine alone", config.site(listen)),
            ),
            false if !config.tls.acme_domains.is_empty() => Finding::fine(URL, config.site(listen)),
            false => Finding::mind(
                URL,
                format!("not set: mails will name {}", config.site(listen)),
                "set server.public_url to how readers reach the site",
            ),
        };
    };
    if !config.is_https() {
        return Finding::mind(
            URL,
            format!("{url}: what readers send, passwords too, can be read on the way"),
            "put a proxy with TLS in front (deploy/), or set [tls], then an https URL",
        );
    }
    if server.trusted_proxies.is_empty() && !config.tls.is_on() {
        return Finding::mind(
            URL,
            format!("{url}, but no proxy is trusted: all readers count as one client"),
            "set server.trusted_proxies to the address that the proxy comes from",
        );
    }
    Finding::fine(URL, url.clone())
}

/// The certificate, where it is in files.
fn certificate(config: &Config) -> Option<Finding> {
    let tls = &config.tls;
    let (certificate, key) = (tls.cert_file.as_ref()?, tls.key_file.as_ref()?);
    Some(match tls::read(certificate, key) {
        Ok(pair) => Finding::fine(
            CERTIFICATE,
            format!("a chain of {}, and the key belongs to it", pair.cert.len()),
        ),
        Err(error) => Finding::broken(
            CERTIFICATE,
            error.to_string(),
            "write both files so that the account of the service can read them",
        ),
    })
}

fn files(config: &Config) -> Finding {
    let most = getrlimit(Resource::Nofile).maximum;
    let wanted = u64::try_from(config.server.max_connections).unwrap_or(u64::MAX);
    let wanted = wanted.saturating_add(OTHER_FILES);
    match most {
        Some(most) if most < wanted => Finding::mind(
            FILES,
            format!("{most} may be open, {wanted} are wanted for server.max_connections"),
            "raise the limit (LimitNOFILE= in systemd, ulimits in compose), or lower the setting",
        ),
        Some(most) => Finding::fine(FILES, format!("{most} may be open, {wanted} are wanted")),
        None => Finding::fine(FILES, "as many as wanted may be open"),
    }
}
