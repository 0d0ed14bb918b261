//! The command line: one file per subcommand.

mod authoring;
mod backup;
mod bench;
mod config;
mod content;
mod db;
mod doctor;
mod grade;
pub mod grader;
mod init;
mod junit;
mod lab;
mod labs;
mod login;
mod mail;
mod migrate;
mod newsletter;
mod receipt;
mod remote;
mod restore;
mod serve;
mod shell;
mod submit;
mod user;
mod verify;
mod worker;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use crate::config::Config;
use crate::store::{Db, StoreError};

const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed, the reason is on standard error; \
                          2 the command line cannot be understood; 3 the module cannot be graded; \
                          4 graded, but below --min-score, or a receipt that is not true.";

#[derive(Parser)]
#[command(name = "headroom", version, about, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the site
    Serve(serve::Command),
    /// Grade and mail for a site that is served elsewhere, over the same PostgreSQL
    Worker(worker::Command),
    /// Grade a module or a built-in policy without a server
    #[command(after_help = EXIT_CODES)]
    Grade(grade::Command),
    /// Have a server grade a module, for the record
    #[command(after_help = EXIT_CODES)]
    Submit(submit::Command),
    /// Keep a key for a server
    Login(login::Command),
    /// Check a receipt by running its module again
    #[command(after_help = EXIT_CODES)]
    Verify(verify::Command),
    /// List the labs
    Labs(labs::Command),
    /// Unpack a lab's starter kit
    Init(init::Command),
    /// Check labs
    Lab(lab::Command),
    /// Check lessons
    Content(content::Command),
    /// Print the commented example of the settings, or check yours
    Config(config::Command),
    /// Make, list and remove accounts, and say who is an administrator
    User(user::Command),
    /// Write, send and follow issues of the newsletter; its subscribers
    Newsletter(newsletter::Command),
    /// Mail that comes back
    Mail(mail::Command),
    /// The keys that sign receipts, and the seeds they commit to
    Receipt(receipt::Command),
    /// Shell completions and manual pages
    Shell(shell::Command),
    /// Say whether this instance can do its work here, and what to do where it cannot
    Doctor(doctor::Command),
    /// Bring the database up to date
    Migrate(migrate::Command),
    /// Write everything an instance holds into one file, also while the server runs
    Backup(backup::Command),
    /// Bring a backup back, into an instance that has nothing yet
    Restore(restore::Command),
    /// Move between databases
    Db(db::Command),
    #[command(hide = true)]
    Grader(grader::Grader),
}

/// Runs the command line.
pub fn run() -> ExitCode {
    end_quietly_with_the_reader();
    let done = match Cli::parse().command {
        Command::Serve(command) => serve::run(command).map(|()| ExitCode::SUCCESS),
        Command::Worker(command) => worker::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Grade(command) => grade::run(&command),
        Command::Submit(command) => submit::run(&command),
        Command::Login(command) => login::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Verify(command) => verify::run(&command),
        Command::Labs(command) => labs::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Receipt(command) => receipt::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Shell(command) => shell::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Init(command) => init::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Lab(command) => lab::run(&command),
        Command::Content(command) => content::run(&command),
        Command::Config(command) => config::run(command).map(|()| ExitCode::SUCCESS),
        Command::User(command) => user::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Newsletter(command) => newsletter::run(command).map(|()| ExitCode::SUCCESS),
        Command::Mail(command) => mail::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Doctor(command) => doctor::run(&command),
        Command::Migrate(command) => migrate::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Backup(command) => backup::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Restore(command) => restore::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Db(command) => db::run(&command).map(|()| ExitCode::SUCCESS),
        Command::Grader(grader) => return grader.run(),
    };
    done.unwrap_or_else(|error| {
        eprintln!("headroom: {error:#}");
        ExitCode::FAILURE
    })
}

/// Who reads our output may have read enough, as `head` does: that is no fault of ours, and
/// `println!` takes it for one.
fn end_quietly_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>();
        if said.is_some_and(|said| said.starts_with("failed printing to stdout: Broken pipe")) {
            std::process::exit(0);
        }
        usual(panic);
    }));
}

/// The command line, for what is made from it.
fn program() -> clap::Command {
    Cli::command()
}

/// The environment, without what is not text.
fn env() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
}

/// As many open files as this process may have: each connection is one, and the usual limit of 1024
/// is below `server.max_connections`.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "cannot raise the limit on open files: {error}");
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
}

/// Whether several processes may share the database.
fn is_shared(config: &Config) -> bool {
    Db::file(&config.database_url()).is_none()
}

/// A server that runs has migrated its database.
async fn open_database(url: &str) -> Result<Db, StoreError> {
    match Db::open(url).await {
        Ok(db) => {
            db.migrate().await?;
            Ok(db)
        }
        Err(StoreError::Unavailable(_)) => Db::open_beside(url).await,
        Err(error) => Err(error),
    }
}

/// Refuses to make a database where one is to be read.
fn must_exist(url: &str) -> anyhow::Result<()> {
    if let Some(file) = Db::file(url) {
        anyhow::ensure!(file.exists(), "there is no database {}", file.display());
    }
    Ok(())
}
