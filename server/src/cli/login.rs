//! `headroom login`: keeps a key for a server.

use std::io::{IsTerminal as _, stdin};

use anyhow::bail;
use clap::Args;
use serde_json::Value;

use super::remote::{Credentials, Server, credentials};

/// Where to.
#[derive(Args)]
pub struct Command {
    /// Server, such as https://course.example.org
    server: String,
}

/// Reads the key from standard input, tries it, keeps it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let server = credentials::checked(&command.server)?;
    if stdin().is_terminal() {
        eprintln!("Make a key at {server}/account#keys and paste it here, then press Enter:");
    }
    let mut key = String::new();
    stdin().read_line(&mut key)?;
    let key = key.trim().to_owned();
    if key.is_empty() {
        bail!("no key was given");
    }
    let credentials = Credentials {
        server: server.clone(),
        key: Some(key),
    };
    let me: Result<Value, _> = Server::new(credentials.clone()).get("/api/v1/me");
    let who = match &me {
        Ok(me) => me["email"].as_str().unwrap_or("somebody").to_owned(),
        // A good key need not be one that says who we are.
        Err(error) if format!("{error:#}").contains("scope") => "the owner of this key".into(),
        Err(error) => bail!("the key does not work there: {error:#}"),
    };
    let path = credentials.keep()?;
    println!("You are {who} at {server}; kept in {}.", path.display());
    Ok(())
}
