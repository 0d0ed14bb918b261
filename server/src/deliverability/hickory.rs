//! DNS by hickory: no cache that outlives a look, no search domains and no hosts file, so that what
//! is seen is what the world sees.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

use super::dns::{Dns, Trouble};

/// One question, one server.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// A resolver over the network.
pub struct Hickory(TokioResolver);

impl Hickory {
    /// The DNS server at this address, or the ones that the machine uses.
    ///
    /// # Errors
    /// When the machine's settings cannot be read.
    pub fn new(server: Option<SocketAddr>) -> anyhow::Result<Self> {
        let mut builder = match server {
            Some(server) => {
                let config = ResolverConfig::from_name_servers(vec![name_server(server)]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => TokioResolver::builder_tokio()?,
        };
        set(builder.options_mut());
        Ok(Self(builder.build()?))
    }

    async fn ask(&self, name: Name, kind: RecordType) -> Result<Vec<RData>, Trouble> {
        match self.0.lookup(name, kind).await {
            Ok(found) => Ok(of_kind(&found, kind)),
            Err(error) if error.is_nx_domain() => Err(Trouble::NoSuchName),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(NetError::Timeout) => Err(Trouble::Silent),
            Err(error) => Err(Trouble::Failed(error.to_string())),
        }
    }
}

fn name_server(server: SocketAddr) -> NameServerConfig {
    let at = |mut connection: ConnectionConfig| {
        connection.port = server.port();
        connection
    };
    let connections = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
    NameServerConfig::new(server.ip(), true, connections)
}

fn set(options: &mut ResolverOpts) {
    options.timeout = PATIENCE;
    options.attempts = 1;
    options.use_hosts_file = ResolveHosts::Never;
}

fn of_kind(found: &Lookup, kind: RecordType) -> Vec<RData> {
    let data = found.answers().iter().map(|record| record.data.clone());
    data.filter(|data| data.record_type() == kind).collect()
}

/// A name from the root: no search domain is tried.
fn absolute(name: &str) -> Result<Name, Trouble> {
    let mut name = Name::from_utf8(name).map_err(|error| Trouble::Failed(error.to_string()))?;
    name.set_fqdn(true);
    Ok(name)
}

fn host(name: &Name) -> String {
    let text = name.to_utf8().to_lowercase();
    match text.as_str() {
        "." => text,
        _ => text.trim_end_matches('.').to_owned(),
    }
}

#[async_trait]
impl Dns for Hickory {
    async fn texts(&self, name: &str) -> Result<Vec<String>, Trouble> {
        let found = self.ask(absolute(name)?, RecordType::TXT).await?;
        let texts = found.into_iter().filter_map(|data| match data {
            RData::TXT(text) => Some(text.txt_data.concat()),
            _ => None,
        });
        let texts = texts.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(texts.collect())
    }

    async fn exchanges(&self, domain: &str) -> Result<Vec<(u16, String)>, Trouble> {
        let found = self.ask(absolute(domain)?, RecordType::MX).await?;
        let found = found.into_iter().filter_map(|data| match data {
            RData::MX(mx) => Some((mx.preference, host(&mx.exchange))),
            _ => None,
        });
        let mut found: Vec<(u16, String)> = found.collect();
        found.sort();
        Ok(found)
    }

    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Trouble> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let name = absolute(host)?;
        let (v4, v6) = tokio::join!(
            self.ask(name.clone(), RecordType::A),
            self.ask(name, RecordType::AAAA),
        );
        let found = match (v4, v6) {
            (Ok(v4), Ok(v6)) => [v4, v6].concat(),
            (Ok(found), Err(_)) | (Err(_), Ok(found)) if !found.is_empty() => found,
            (Err(trouble), _) | (_, Err(trouble)) => return Err(trouble),
        };
        let found = found.into_iter().filter_map(|data| data.ip_addr());
        Ok(found.collect())
    }

    async fn names(&self, address: IpAddr) -> Result<Vec<String>, Trouble> {
        let found = self.ask(Name::from(address), RecordType::PTR).await?;
        let found = found.into_iter().filter_map(|data| match data {
            RData::PTR(name) => Some(host(&name.0)),
            _ => None,
        });
        Ok(found.collect())
    }
}
