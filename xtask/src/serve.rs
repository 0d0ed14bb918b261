//! `cargo xtask serve`: the real thing on this machine.

use anyhow::Result;

use crate::command::{Run, root, say, work};
use crate::toolchain::Toolchain;
use crate::{build, client};

pub fn run(arguments: &[String]) -> Result<()> {
    let toolchain = Toolchain::find()?;
    client::build(&toolchain)?;
    let binary = build::server(&toolchain, false)?;
    let data = work().join("data");
    std::fs::create_dir_all(&data)?;
    let mut run = Run::new(binary).args(["serve"]);
    if std::env::var_os("HEADROOM_DATA__DIR").is_none() {
        run = run.env("HEADROOM_DATA__DIR", &data);
    }
    if !arguments.iter().any(|argument| argument == "--content") {
        run = run.args(["--content".as_ref(), root().join("content").as_os_str()]);
    }
    say("serving http://127.0.0.1:8080 (unless told otherwise); Ctrl-C stops it");
    run.args(arguments).run()
}
