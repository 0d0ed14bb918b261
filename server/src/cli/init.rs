//! `headroom init LAB`: a starter kit in a folder of its own.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;
use labs::{Lab, Starter};

/// Which kit, and where it goes.
#[derive(Args)]
pub struct Command {
    /// The lab, such as `rate_limiter`
    lab: String,
    /// Language: assemblyscript, javascript, rust, c, zig or go
    #[arg(long, value_name = "LANGUAGE", default_value = "rust")]
    lang: String,
    /// Folder to make [default: LAB-LANGUAGE]
    dir: Option<PathBuf>,
}

/// Unpacks it. What is there already is never written over.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let (lab, starter) = find(&command.lab, &command.lang)?;
    let name = || PathBuf::from(format!("{}-{}", lab.id, starter.language.id));
    let dir = command.dir.clone().unwrap_or_else(name);
    if dir.exists() {
        bail!("{} is there already; name another folder", dir.display());
    }
    for file in labs::kit::files(lab, starter) {
        write(&dir.join(file.path), &file.text)?;
    }
    println!(
        "{} is ready: its README.md says how to build and grade it",
        dir.display()
    );
    Ok(())
}

fn find(lab: &str, language: &str) -> anyhow::Result<(&'static Lab, &'static Starter)> {
    let Some(lab) = labs::by_id(lab) else {
        let known: Vec<&str> = labs::ALL.iter().map(|lab| lab.id).collect();
        bail!("there is no lab {lab:?}; there are {}", known.join(", "));
    };
    let mut starters = lab.files.starters.iter();
    let Some(starter) = starters.find(|starter| starter.language.id == language) else {
        let known = labs::language::ALL.map(|language| language.id);
        bail!(
            "there is no language {language:?}; there are {}",
            known.join(", ")
        );
    };
    Ok((lab, starter))
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(failed)?;
    }
    let mut file = fs::File::create_new(path).with_context(failed)?;
    file.write_all(text.as_bytes()).with_context(failed)
}
