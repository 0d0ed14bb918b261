//! `[metrics]`.

use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// What operators' tools read.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct MetricsConfig {
    /// Address where `/metrics`, `/healthz` and `/readyz` answer, apart from the site; unset means
    /// nowhere.
    pub listen: Option<SocketAddr>,
}
