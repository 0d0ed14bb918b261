//! nginx with one file, for races.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use super::LESSON;
use crate::command::Run;
use crate::{apt, http};

/// nginx as an operator would set it up for files that are compressed already.
pub(super) struct Nginx {
    child: Child,
    pub(super) address: String,
}

impl Nginx {
    pub(super) fn start(folder: &Path, ours: &str) -> Result<Self> {
        apt::program("nginx", &["nginx-light"])?;
        let root = folder.join("nginx");
        let file = root.join(LESSON.trim_start_matches('/'));
        std::fs::create_dir_all(file.parent().unwrap_or(&root))?;
        let page = http::get(ours, LESSON)?;
        std::fs::write(&file, page.body)?;
        Run::new("gzip").args(["-9", "-k"]).arg(&file).run()?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let config = folder.join("nginx.conf");
        let text = format!(
            "daemon off; master_process on; worker_processes 1; pid {0}/nginx.pid;\n\
             error_log {0}/error.log warn; worker_rlimit_nofile 20000;\n\
             events {{ worker_connections 12000; }}\n\
             http {{ access_log off;\n\
             keepalive_timeout 300s; sendfile on; keepalive_requests 1000000000;\n\
             open_file_cache max=100; default_type text/html;\n\
             server {{ listen 127.0.0.1:{port}; root {1}; gzip_static on; }} }}\n",
            folder.display(),
            root.display()
        );
        std::fs::write(&config, text)?;
        let child = Command::new("nginx")
            .arg("-c")
            .arg(&config)
            .stdout(Stdio::null())
            .spawn()
            .context("nginx")?;
        std::thread::sleep(Duration::from_secs(1));
        let address = format!("127.0.0.1:{port}");
        Ok(Self { child, address })
    }

    /// Its worker processes.
    pub(super) fn workers(&self) -> Result<Vec<u32>> {
        let parent = self.child.id().to_string();
        let found = Run::new("pgrep").args(["-P", &parent]).output()?;
        found
            .split_whitespace()
            .map(|id| id.parse().context("a process id"))
            .collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        if let Ok(workers) = self.workers() {
            for id in workers {
                let _ = Run::new("kill").arg(id.to_string()).run();
            }
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
