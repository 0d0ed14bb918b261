//! `[server]`: listening, connections, time limits.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Listening, connection limits, time limits.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct ServerConfig {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// How readers reach the site, without a slash at the end.
    #[serde(deserialize_with = "public_url")]
    pub public_url: Option<String>,
    /// Whether this process does jobs, grading and mail, beside answering requests.
    pub jobs: bool,
    /// Whether browsers may keep pages for reading without a network.
    pub offline: bool,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Sites whose pages may call the API from a browser.
    #[serde(deserialize_with = "origins")]
    pub cors_origins: Vec<String>,
    /// Connections open at once.
    pub max_connections: usize,
    /// Connections open at once from one address.
    pub max_connections_per_client: usize,
    /// Time for a request's head, and for an idle connection.
    pub header_timeout_ms: u64,
    /// Time for a request's whole body.
    pub body_timeout_ms: u64,
    /// Time between SIGTERM and the end of listening, in which `/readyz` answers 503 and every
    /// answer closes its connection.
    pub drain_ms: u64,
    /// Time for requests in flight after that.
    pub drain_timeout_ms: u64,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            jobs: true,
            offline: true,
            trusted_proxies: Vec::new(),
            cors_origins: Vec::new(),
            max_connections: 10_000,
            max_connections_per_client: 512,
            header_timeout_ms: 10_000,
            body_timeout_ms: 20_000,
            drain_ms: 0,
            drain_timeout_ms: 20_000,
        }
    }
}

impl ServerConfig {
    /// Time for a request's head.
    pub fn header_timeout(&self) -> Duration {
        Duration::from_millis(self.header_timeout_ms)
    }

    /// Time for a request's body.
    pub fn body_timeout(&self) -> Duration {
        Duration::from_millis(self.body_timeout_ms)
    }

    /// Time to go on listening after SIGTERM.
    pub fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }

    /// Time to finish after SIGTERM.
    pub fn drain_timeout(&self) -> Duration {
        Duration::from_millis(self.drain_timeout_ms)
    }

    /// True when `peer` may speak for others.
    pub fn is_trusted(&self, peer: IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(peer))
    }
}

fn public_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(url) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let uri: http::Uri = url.parse().map_err(serde::de::Error::custom)?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
        return Err(serde::de::Error::custom(
            "must be http://HOST or https://HOST",
        ));
    }
    Ok(Some(url.trim_end_matches('/').to_owned()))
}

/// Origins as browsers write them.
fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let origins = Vec::<String>::deserialize(deserializer)?;
    for origin in &origins {
        let uri: http::Uri = origin.parse().map_err(serde::de::Error::custom)?;
        let host = uri.authority().map(|host| host.as_str().to_lowercase());
        let plain = uri
            .scheme_str()
            .zip(host)
            .map(|(s, h)| format!("{s}://{h}"));
        let web = matches!(uri.scheme_str(), Some("http" | "https"));
        if !web || plain.as_ref() != Some(origin) {
            let text = "must be https://HOST or http://HOST:PORT, in lower case, without a path";
            return Err(serde::de::Error::custom(text));
        }
    }
    Ok(origins)
}

/// An address or a network, as `10.0.0.0/8` or `::1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// True when `address` lies in the network. IPv4 inside IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => {
                let mask = u32::MAX
                    .checked_shl(32 - u32::from(self.prefix))
                    .unwrap_or(0);
                net.to_bits() & mask == ip.to_bits() & mask
            }
            (IpAddr::V6(net), IpAddr::V6(ip)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.prefix))
                    .unwrap_or(0);
                net.to_bits() & mask == ip.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl std::str::FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(a, p)| (a, Some(p)));
        let address: IpAddr = address
            .parse()
            .map_err(|_| format!("{text:?} is no network"))?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(text) => text
                .parse()
                .map_err(|_| format!("/{text} is no prefix length"))?,
            None => longest,
        };
        if prefix > longest {
            return Err(format!("/{prefix} is longer than the address"));
        }
        Ok(Self { address, prefix })
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}/{}", self.address, self.prefix))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_contain_their_addresses_only() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("0.0.0.0/0", "1.2.3.4", "::1"),
            ("127.0.0.1", "::ffff:127.0.0.1", "127.0.0.2"),
            ("fd00::/8", "fd12::1", "fe80::1"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(
                network.contains(inside.parse().unwrap()),
                "{network:?} {inside}"
            );
            assert!(
                !network.contains(outside.parse().unwrap()),
                "{network:?} {outside}"
            );
        }
        assert!("10.0.0.0/33".parse::<Network>().is_err());
    }
}
