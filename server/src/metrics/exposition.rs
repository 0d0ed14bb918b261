//! The series as text, OpenMetrics 1.0: what this process counted, and what the database and the
//! graders say at the moment of asking.

use std::fmt::Write as _;

use prometheus_client::encoding::text::{encode_eof, encode_registry};

use super::{Metrics, OBJECTIVES, process};
use crate::standing::Standing;

/// What it is.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The whole text. Without a standing, where the database does not answer, it says so and tells
/// what this process knows by itself.
///
/// # Errors
/// When a series cannot be put into words.
pub fn exposition(
    metrics: &Metrics,
    standing: Option<&Standing>,
    now_ms: i64,
) -> Result<String, std::fmt::Error> {
    let mut out = String::new();
    encode_registry(&mut out, &metrics.0.registry)?;
    build(&mut out)?;
    let name = "headroom_database_up";
    family(&mut out, name, "gauge", "Whether the database answers")?;
    writeln!(out, "{name} {}", u8::from(standing.is_some()))?;
    if let Some(standing) = standing {
        queues(&mut out, standing)?;
        graders(&mut out, standing)?;
        breakers(&mut out, standing)?;
    }
    burns(&mut out, metrics, now_ms)?;
    process::write(&mut out);
    encode_eof(&mut out)?;
    Ok(out)
}

fn breakers(out: &mut String, standing: &Standing) -> std::fmt::Result {
    let name = "headroom_breaker_open";
    family(out, name, "gauge", "Whether calls to a host are held back")?;
    for host in &standing.held_back {
        writeln!(out, "{name}{{host=\"{}\"}} 1", escaped(host))?;
    }
    Ok(())
}

fn burns(out: &mut String, metrics: &Metrics, now_ms: i64) -> std::fmt::Result {
    let name = "headroom_objective_budget_burn";
    let help = "How many times faster than allowed this process spent an error budget";
    family(out, name, "gauge", help)?;
    for objective in OBJECTIVES {
        for (minutes, label) in [(5, "5m"), (60, "1h")] {
            let counts = metrics.window().last(minutes, now_ms);
            if let Some(percent) = objective.burn_percent(&counts) {
                let rate = percent as f64 / 100.0;
                let objective = objective.name;
                writeln!(
                    out,
                    "{name}{{objective=\"{objective}\",window=\"{label}\"}} {rate}"
                )?;
            }
        }
    }
    Ok(())
}

fn build(out: &mut String) -> std::fmt::Result {
    let version = env!("CARGO_PKG_VERSION");
    family(out, "headroom_build", "info", "What runs here")?;
    writeln!(out, "headroom_build_info{{version=\"{version}\"}} 1")
}

fn queues(out: &mut String, standing: &Standing) -> std::fmt::Result {
    family(
        out,
        "headroom_jobs",
        "gauge",
        "Jobs of all processes, by kind and state",
    )?;
    for queue in &standing.queues {
        let kind = queue.kind;
        let states = [
            ("queued", queue.counts.queued),
            ("running", queue.counts.running),
            ("dead", queue.counts.dead),
        ];
        for (state, count) in states {
            writeln!(
                out,
                "headroom_jobs{{kind=\"{kind}\",state=\"{state}\"}} {count}"
            )?;
        }
    }
    let name = "headroom_job_oldest_seconds";
    family(
        out,
        name,
        "gauge",
        "How long the longest waiting job is overdue",
    )?;
    writeln!(out, "# UNIT {name} seconds")?;
    for queue in &standing.queues {
        let (kind, late_s) = (queue.kind, queue.late_ms as f64 / 1000.0);
        writeln!(out, "{name}{{kind=\"{kind}\"}} {late_s}")?;
    }
    let name = "headroom_nodes";
    family(
        out,
        name,
        "gauge",
        "Processes on this database that live, by role",
    )?;
    for role in ["serve", "worker"] {
        let count = standing
            .nodes
            .iter()
            .filter(|node| node.role == role)
            .count();
        writeln!(out, "{name}{{role=\"{role}\"}} {count}")?;
    }
    Ok(())
}

fn graders(out: &mut String, standing: &Standing) -> std::fmt::Result {
    let graders = &standing.graders;
    let name = "headroom_graders";
    family(
        out,
        name,
        "gauge",
        "Grading processes of this process, by what they do",
    )?;
    for (state, count) in [
        ("busy", graders.busy),
        ("warm", graders.warm),
        ("starting", graders.starting),
    ] {
        writeln!(out, "{name}{{state=\"{state}\"}} {count}")?;
    }
    let name = "headroom_graders_most";
    family(out, name, "gauge", "Gradings that may go on at once here")?;
    writeln!(out, "{name} {}", graders.workers)
}

fn family(out: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(out, "# HELP {name} {help}.")?;
    writeln!(out, "# TYPE {name} {kind}")
}

fn escaped(label: &str) -> String {
    label
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
