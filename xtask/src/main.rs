//! `cargo xtask`: the one entry to building, serving and testing Headroom.
//!
//! Every command sets up what it needs (and says so), so a fresh clone needs no other step.

mod api;
mod apt;
mod bench;
mod build;
mod client;
mod cluster;
mod cluster_test;
mod command;
mod compress;
mod fingerprint;
mod fixtures;
mod guests;
mod http;
mod javascript;
mod kill_test;
mod load_test;
mod mail_check;
mod mail_kill_test;
mod mail_sink;
mod new_lab;
mod npm;
mod postgres;
mod python;
mod sbom;
mod serve;
mod served;
mod soak;
mod style;
mod summary;
mod test;
mod tidy;
mod toolchain;
mod wasm_target;
mod zig;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  serve [ARGS…]       set up, build and run Headroom at http://127.0.0.1:8080
                      (SQLite in .headroom/data; ARGS go to `headroom serve`)
  test [STEP…]        set up, then run every check and test, or only the named steps
  build [--release] [--features LIST]
                      one self-contained binary: target/{debug,release}/headroom; features are
                      otlp (traces) and acme (certificates), with a comma between
  sbom                what a release is made of, as CycloneDX, into target/sbom
  site                only what browsers download, into .headroom/site
  fixtures            the wasm modules that tests upload, into .headroom/fixtures
  tidy                the rules of ARCHITECTURE.md that no compiler checks
  fmt                 format the Rust code
  new-lab NAME        start a lab: copy the template, add it to labs::ALL
  kill-test [--kills N] [--seed N]
                      kill -9 a grading server N times; nothing may be lost
  cluster-test [--rounds N] [--drains N]
                      two servers and a worker on one PostgreSQL behind nginx: kill each and
                      restart PostgreSQL, N times; then end servers N times under load
  cluster-test --browser
                      the browser's journeys against those, spread over both servers
  mail-kill-test [--kills N] [--readers N] [--seed N]
                      kill -9 a server N times while it sends an issue: nobody is missed
  load-test           120 clients at once, then ten times too many: lessons stay fast, every
                      accepted submission is graded once, the others hear when to come back
  soak [--minutes N]  hours of mixed load: nothing fails, nothing grows
  bench serving|search|grading|mail|idle
                      our server beside nginx, our search beside MiniSearch, what a submission
                      costs beside DMOJ's judge, how fast an issue leaves beside Postfix's
                      smtp-source and nodemailer; how fast it starts, and what 10,000
                      idle connections cost it and nginx; each in one run
  setup               only install what the other commands would install
";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = arguments
        .split_first()
        .map_or(("help", &[][..]), |(n, r)| (n.as_str(), r));
    match name {
        "serve" => serve::run(rest),
        "test" => test::run(rest),
        "build" => build::run(rest),
        "site" => client::build(&toolchain::Toolchain::find()?).map(drop),
        "fixtures" => fixtures::build(&toolchain::Toolchain::find()?).map(drop),
        "tidy" => tidy::run(),
        "fmt" => command::Run::new("cargo").args(["fmt", "--all"]).run(),
        "new-lab" => new_lab::run(rest),
        "bench" => bench::run(rest),
        "kill-test" => kill_test::run(rest),
        "cluster-test" => cluster_test::run(rest),
        "mail-kill-test" => mail_kill_test::run(rest),
        "load-test" => load_test::run(),
        "sbom" => sbom::run(),
        "soak" => soak::run(rest),
        "setup" => test::setup().map(drop),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("no command {other:?}\n\n{HELP}"),
    }
}
