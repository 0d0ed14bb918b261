//! What the program says of itself: logs on standard error, and traces to whoever collects them.

#[cfg(feature = "otlp")]
mod otlp;
pub mod spans;

use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Config, LogFormat};

/// What was started. Dropped, it sends the spans that have not left yet, for five seconds at most.
#[derive(Debug)]
#[must_use = "dropped, traces end"]
pub struct Telemetry {
    #[cfg(feature = "otlp")]
    _traces: Option<otlp::Traces>,
}

/// Starts logs and traces. A second call (tests) changes nothing.
///
/// # Errors
/// When `log.filter` or a setting of `[traces]` cannot be used.
pub fn start(config: &Config) -> anyhow::Result<Telemetry> {
    let filter = EnvFilter::try_new(&config.log.filter)
        .map_err(|error| anyhow::anyhow!("log.filter: {error}"))?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let logs = match config.log.format {
        LogFormat::Pretty => lines.with_target(false).compact().boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let subscriber = tracing_subscriber::registry().with(logs.with_filter(filter));
    #[cfg(feature = "otlp")]
    {
        let traces = otlp::Traces::start(&config.traces)?;
        // Already started: the first one stays.
        drop(match &traces {
            Some(traces) => subscriber.with(traces.layer()).try_init(),
            None => subscriber.try_init(),
        });
        Ok(Telemetry { _traces: traces })
    }
    #[cfg(not(feature = "otlp"))]
    {
        if config.traces.endpoint.is_some() {
            anyhow::bail!(
                "traces.endpoint: this program was built without traces; build it with \
                 `cargo xtask build --release --features otlp`, or leave the setting out"
            );
        }
        drop(subscriber.try_init());
        Ok(Telemetry {})
    }
}
