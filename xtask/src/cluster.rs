//! Headroom on several machines, as far as one machine can play them: two processes that serve, one
//! that works, one PostgreSQL, and Debian's nginx before them with the configuration of
//! `deploy/nginx`.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::command::{Run, root};
use crate::postgres::Postgres;
use crate::{apt, client, http, kill_test};

/// Until a process must be ready, or have ended.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);
/// Time between SIGTERM and the end of listening, milliseconds: what `deploy/nginx` says.
const DRAIN_MS: &str = "1500";

/// The running cluster; dropping it ends it.
pub struct Cluster {
    pub postgres: Postgres,
    /// Those that serve, then the worker.
    pub nodes: [Node; 3],
    /// Where nginx answers.
    pub address: String,
    nginx: Child,
}

/// A process of it.
pub struct Node {
    binary: PathBuf,
    folder: PathBuf,
    command: &'static str,
    settings: Vec<(String, String)>,
    /// Where it answers readers; a worker has none.
    pub address: Option<String>,
    /// Where it answers operators' tools.
    pub ops: String,
    child: Option<Child>,
}

impl Cluster {
    /// Starts everything, in this folder and with these further settings, and waits until all are
    /// ready.
    pub fn start(
        binary: &Path,
        folder: &Path,
        more: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self> {
        apt::program("nginx", &["nginx-light"])?;
        client::empty(folder)?;
        let postgres = Postgres::start_durable()?;
        let address = free()?;
        let webs = [free()?, free()?];
        let config = folder.join("nginx.conf");
        std::fs::write(&config, nginx(&address, &webs, folder)?)?;
        let mut settings: Vec<(String, String)> = more.into_iter().collect();
        let caps = kill_test::CAPS.map(|(name, value)| (name, value.to_owned()));
        let own = [
            ("HEADROOM_DATABASE__URL", postgres.url.clone()),
            ("HEADROOM_SERVER__PUBLIC_URL", format!("http://{address}")),
            ("HEADROOM_SERVER__TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("HEADROOM_SERVER__JOBS", "false".to_owned()),
            // One client plays all readers.
            ("HEADROOM_LIMITS__SIGN_INS_PER_MINUTE", "60000".to_owned()),
            ("HEADROOM_LIMITS__SIGN_INS_BURST", "60000".to_owned()),
            ("HEADROOM_SERVER__DRAIN_MS", DRAIN_MS.to_owned()),
        ];
        let own = caps.into_iter().chain(own);
        settings.extend(own.map(|(name, value)| (name.to_owned(), value)));
        let [one, two] = webs;
        let node = |name: &str, command, address| -> Result<Node> {
            Ok(Node {
                binary: binary.to_owned(),
                folder: folder.join(name),
                command,
                settings: settings.clone(),
                address,
                ops: free()?,
                child: None,
            })
        };
        let mut nodes = [
            node("web1", "serve", Some(one))?,
            node("web2", "serve", Some(two))?,
            node("worker", "worker", None)?,
        ];
        for index in 0..nodes.len() {
            let key = nodes[0].folder.join("instance.key");
            let node = &mut nodes[index];
            std::fs::create_dir_all(&node.folder)?;
            if index > 0 {
                // One instance, one key.
                std::fs::copy(&key, node.folder.join("instance.key"))?;
            }
            node.start()?;
        }
        let log = File::create(folder.join("nginx.log"))?;
        let nginx = Command::new("nginx")
            .args(["-p".as_ref(), folder.as_os_str(), "-c".as_ref()])
            .arg(&config)
            .args(["-g", "daemon off;"])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let cluster = Self {
            postgres,
            nodes,
            address,
            nginx,
        };
        until("nginx answers", || {
            Ok(http::get(&cluster.address, "/healthz").is_ok_and(|answer| answer.status == 200))
        })?;
        Ok(cluster)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGTERM: nginx ends its workers then, which SIGKILL would leave.
        let pid = self.nginx.id().to_string();
        let _ = Run::new("kill").args(["-TERM", &pid]).run();
        let _ = self.nginx.wait();
    }
}

impl Node {
    /// Starts it and waits until it is ready.
    pub fn start(&mut self) -> Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))?;
        let address = self.address.clone();
        let child = Command::new(&self.binary)
            .arg(self.command)
            .current_dir(&self.folder)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .envs(address.map(|address| ("HEADROOM_SERVER__LISTEN", address)))
            .env("HEADROOM_METRICS__LISTEN", &self.ops)
            .env("HEADROOM_DATA__DIR", &self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        self.ready()
    }

    /// Waits until it is ready.
    pub fn ready(&mut self) -> Result<()> {
        let folder = self.folder.display().to_string();
        until(&format!("{folder} is ready"), || {
            if let Some(child) = &mut self.child
                && let Some(status) = child.try_wait()?
            {
                bail!("{folder} ended ({status}), see its log");
            }
            Ok(http::get(&self.ops, "/readyz").is_ok_and(|answer| answer.status == 200))
        })
    }

    /// SIGKILL: no drain, no goodbye.
    pub fn kill(&mut self) -> Result<()> {
        let mut child = self.child.take().context("it does not run")?;
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// SIGTERM, and its end.
    pub fn terminate(&mut self) -> Result<ExitStatus> {
        let mut child = self.child.take().context("it does not run")?;
        let pid = child.id().to_string();
        Run::new("kill").args(["-TERM", &pid]).run()?;
        until("the process ends", || Ok(child.try_wait()?.is_some()))?;
        Ok(child.wait()?)
    }

    /// The sum of a series of `/metrics`, over all labels that contain `part`.
    pub fn metric(&self, name: &str, part: &str) -> Result<f64> {
        let answer = http::get(&self.ops, "/metrics")?;
        ensure!(answer.status == 200, "/metrics answers {}", answer.status);
        let text = String::from_utf8(answer.body)?;
        let own = text.lines().filter(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(['{', ' ']))
                && line.contains(part)
        });
        own.map(|line| {
            let value = line.rsplit(' ').next().unwrap_or_default();
            value.parse::<f64>().with_context(|| line.to_owned())
        })
        .sum()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Waits until something holds.
pub fn until(what: &str, mut holds: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !holds()? {
        ensure!(
            start.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: {what}"
        );
        std::thread::sleep(POLL);
    }
    Ok(())
}

fn free() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// The configuration of `deploy/nginx`, with two servers behind it and no TLS before it.
fn nginx(address: &str, webs: &[String], folder: &Path) -> Result<String> {
    let file = root().join("deploy/nginx/headroom.conf");
    let given = std::fs::read_to_string(&file)?;
    let place = "    server 127.0.0.1:8080 max_fails=0;\n";
    ensure!(
        given.contains(place),
        "{} changed: {place:?}",
        file.display()
    );
    let servers: String = webs
        .iter()
        .map(|web| format!("    server {web} max_fails=0;\n"))
        .collect();
    let given = given.replace(place, &servers);
    // The first server only sends readers to https.
    let [upstream, _, site] = &given.split("\nserver {\n").collect::<Vec<_>>()[..] else {
        bail!("{}: not one upstream and two servers", file.display());
    };
    let own = |line: &&str| !line.trim_start().starts_with("ssl_") && !line.contains("listen ");
    let site: Vec<&str> = site.lines().filter(own).collect();
    let temp: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {name};\n"))
        .concat();
    let folder = folder.display();
    Ok(format!(
        "pid {folder}/nginx.pid;\nerror_log {folder}/nginx-errors.log warn;\nevents {{}}\n\
         http {{\naccess_log off;\n{temp}{upstream}\nserver {{\nlisten {address};\n{}\n}}\n",
        site.join("\n"),
    ))
}
