//! `cargo xtask test`: everything that must hold, in the order that shares the most build output.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use crate::command::{Run, root, target, work};
use crate::postgres::Postgres;
use crate::served::Served;
use crate::summary::Steps;
use crate::toolchain::Toolchain;
use crate::{
    api, apt, build, client, cluster_test, fixtures, guests, javascript, kill_test, mail_check,
    mail_kill_test, npm, tidy,
};

/// Crates that exist only as wasm32 modules.
const WASM_CRATES: [&str; 4] = ["client", "labs-browser", "labs-guest", "labs-javascript"];
/// What a release has only on request is checked and tested all the same.
const EVERYTHING: [&str; 2] = ["--features", "headroom/otlp,headroom/acme"];
/// Readers of the issue that is sent meanwhile; `cargo xtask mail-kill-test` is the long one.
const MAIL_READERS: usize = 1_500;
/// Few enough for every run; `cargo xtask kill-test --kills 200` is the long one.
const KILLS: u32 = 25;
const KILL_SEED: u64 = 1;
/// `cargo xtask cluster-test` is the long one.
const ROUNDS: u32 = 1;
const DRAINS: u32 = 10;
/// Mail goes to a server on this machine, and the journeys sign in more often than one person.
const MAIL: [(&str, &str); 5] = [
    ("HEADROOM_MAIL__TRANSPORT", "smtp"),
    ("HEADROOM_MAIL__SMTP_HOST", "127.0.0.1"),
    ("HEADROOM_MAIL__SMTP_TLS", "none"),
    ("HEADROOM_LIMITS__SIGN_INS_PER_MINUTE", "6000"),
    ("HEADROOM_LIMITS__SIGN_INS_BURST", "6000"),
];

pub fn run(only: &[String]) -> Result<()> {
    let toolchain = setup()?;
    let mut steps = Steps::new(only);
    steps.step("format", || {
        toolchain.cargo().args(["fmt", "--all", "--check"]).run()
    });
    steps.step("tidy", tidy::run);
    steps.step("site", || client::build(&toolchain).map(drop));
    steps.step("guests", || guests::build(&toolchain).map(drop));
    steps.step("clippy", || clippy(&toolchain));
    steps.step("crates", || crates(&toolchain));
    steps.step("workbench", workbench_tests);
    steps.step("release", || {
        build::server(&toolchain, true).and_then(|binary| stands_alone(&binary))
    });
    let binary = target().join("release/headroom");
    steps.step("lessons", || {
        Run::new(&binary)
            .args(["content", "check", "content"])
            .run()
    });
    steps.step("labs", || Run::new(&binary).args(["lab", "check"]).run());
    steps.step("policies", || guests::grade_policies(&binary));
    steps.step("fixtures", || fixtures::build(&toolchain).map(drop));
    steps.step("starters", || fixtures::grade_starters(&toolchain, &binary));
    steps.step("api", || api::drive(&binary));
    steps.step("browser", || browser(&binary));
    steps.step("kill", || kill_test::drive(&binary, KILLS, KILL_SEED));
    steps.step("mail", || {
        mail_check::drive(&binary)?;
        mail_kill_test::drive(&binary, (KILLS, MAIL_READERS), KILL_SEED)
    });
    steps.step("cluster", || cluster_test::drive(&binary, ROUNDS, DRAINS));
    steps.finish()
}

/// Installs what the tests need beside the Rust toolchain.
pub fn setup() -> Result<Toolchain> {
    let toolchain = Toolchain::find()?;
    npm::install("app/workbench")?;
    npm::install("e2e")?;
    apt::program("chromium", &["chromium"])?;
    javascript::tools()?;
    apt::program("wasm-ld", &["lld"])?;
    apt::program("bwrap", &["bubblewrap"])?;
    apt::program("pebble", &["pebble"])?;
    Ok(toolchain)
}

fn clippy(toolchain: &Toolchain) -> Result<()> {
    let host = toolchain
        .cargo()
        .args(["clippy", "--locked", "--all-targets"]);
    host.args(host_crates())
        .args(EVERYTHING)
        .args(["--", "-D", "warnings"])
        .run()?;
    let browser = toolchain.cargo().args(["clippy", "--locked"]);
    let packages = WASM_CRATES.iter().flat_map(|name| ["-p", name]);
    let target = ["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"];
    browser.args(packages).args(target).run()
}

fn host_crates() -> impl Iterator<Item = &'static str> {
    std::iter::once("--workspace")
        .chain(WASM_CRATES.into_iter().flat_map(|name| ["--exclude", name]))
}

/// All Rust tests; the store's suite runs on SQLite and on a PostgreSQL of this run.
fn crates(toolchain: &Toolchain) -> Result<()> {
    let postgres = Postgres::start().context("starting PostgreSQL")?;
    toolchain
        .cargo()
        .env("TEST_POSTGRES_URL", &postgres.url)
        .env("HEADROOM_REQUIRE_POSTGRES", "1")
        .env("HEADROOM_GUESTS", guests::folder())
        .env("HEADROOM_REQUIRE_GUESTS", "1")
        .env("HEADROOM_REQUIRE_COMPILER", "1")
        .env("HEADROOM_REQUIRE_PEBBLE", "1")
        .args(["test", "--locked", "--no-fail-fast"])
        .args(host_crates())
        .args(EVERYTHING)
        .run()
}

fn workbench_tests() -> Result<()> {
    let folder = root().join("app/workbench");
    npm::script(&folder, "check").run()?;
    npm::script(&folder, "test")
        .env("HEADROOM_ENGINE", work().join("parts/engine/engine.wasm"))
        .env("HEADROOM_INTERPRETERS", work().join("parts/javascript"))
        .env("HEADROOM_PROGRAM", target().join("debug/headroom"))
        .run()
}

/// The release binary must need no file of the source tree: it runs where there is none.
fn stands_alone(binary: &Path) -> Result<()> {
    let folder = work().join("alone");
    client::empty(&folder)?;
    let log = std::fs::File::create(folder.join("server.log"))?;
    let served = Served::start(binary, &folder, Stdio::from(log))
        .with_context(|| format!("see {}", folder.join("server.log").display()))?;
    for path in [
        "/",
        "/course",
        "/labs",
        "/labs/rate_limiter",
        "/api/v1/labs/rate_limiter",
    ] {
        let status = crate::http::get(&served.address, path)?.status;
        if status != 200 {
            bail!("{path} answers {status}");
        }
    }
    Ok(())
}

fn browser(binary: &Path) -> Result<()> {
    let data = work().join("e2e-data");
    client::empty(&data)?;
    let log = data.join("server.log");
    let out = Stdio::from(std::fs::File::create(&log)?);
    // The journeys bring the SMTP server that listens there.
    let smtp_port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let smtp_port = smtp_port.to_string();
    let settings = for_journeys(&smtp_port)?;
    let settings: Vec<(&str, &str)> = settings.iter().map(|(k, v)| (&**k, &**v)).collect();
    let served = Served::start_with(binary, &data, out, &settings)
        .with_context(|| format!("see {}", log.display()))?;
    journeys(binary, &served.address, &smtp_port, &data)
        .run()
        .with_context(|| format!("the server's log is {}", log.display()))
}

/// Settings of a server that the browser's journeys go to.
pub fn for_journeys(smtp_port: &str) -> Result<Vec<(String, String)>> {
    let toolchain = Toolchain::find()?;
    let own = [
        ("HEADROOM_COMPILER__RUST", "true"),
        ("HEADROOM_MAIL__SMTP_PORT", smtp_port),
    ];
    let all = kill_test::CAPS.into_iter().chain(MAIL).chain(own);
    let all = all.chain(toolchain.environment());
    Ok(all
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect())
}

/// The browser's journeys, to the site at this address, whose data this folder holds.
pub fn journeys(binary: &Path, address: &str, smtp_port: &str, data: &Path) -> Run {
    npm::script(&root().join("e2e"), "test")
        .env("BASE_URL", format!("http://{address}"))
        .env("SMTP_PORT", smtp_port)
        .env("HEADROOM", binary)
        .env("DATA", data)
        .env("FIXTURES", work().join("fixtures"))
        .env("GUESTS", guests::folder())
        .env("SCREENSHOTS", work().join("screenshots"))
}

/// The server binary, built if need be; for commands that only need one to run.
pub fn release_binary() -> Result<PathBuf> {
    let toolchain = Toolchain::find()?;
    client::build(&toolchain)?;
    fixtures::build(&toolchain)?;
    build::server(&toolchain, true)
}

/// Runs a program and drops its output; for `headroom grade` and its like.
pub fn offline_report(binary: &Path, lab: &str, module: &Path) -> Result<String> {
    Run::new(binary)
        .args([
            "grade".as_ref(),
            lab.as_ref(),
            module.as_os_str(),
            "--json".as_ref(),
        ])
        .output()
}
