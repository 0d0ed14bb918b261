//! `[traces]`.

use serde::{Deserialize, Serialize};

/// Traces for a collector of OpenTelemetry.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default)]
pub struct TracesConfig {
    /// Where they go, as OTLP over HTTP; unset means nowhere. Needs the cargo feature `otlp`.
    pub endpoint: Option<String>,
    /// Share of the traces that begin here which is kept, 0 to 1.
    pub sample: f64,
}

impl Default for TracesConfig {
    fn default() -> Self {
        Self {
            endpoint: None,
            sample: 1.0,
        }
    }
}
