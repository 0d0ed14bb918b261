//! `headroom newsletter`: issues and subscribers from the command line, also while the server runs,
//! which does the sending.

use std::fs::File;
use std::io::{BufReader, BufWriter, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::accounts::Address;
use crate::backend::Pages;
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::Ids;
use crate::mail::{Mailer, Report};
use crate::newsletter::compose::{Draft, LATE_MS};
use crate::newsletter::edition::Edition;
use crate::newsletter::pictures;
use crate::newsletter::roll::{self, RollError};
use crate::newsletter::{self, calendar, office};
use crate::random::Random;
use crate::store::{Db, Tx, issues, mailings, subscribers};

const HOUR_MS: i64 = 3_600_000;
/// Issues that are listed.
const LISTED: i64 = 100;
/// Lines that are read at once.
const PAGE: i64 = 1_000;

/// What to do, and where the settings are.
#[derive(Args)]
pub struct Command {
    #[command(subcommand)]
    action: Action,
    /// Settings file [default: headroom.toml, if there is one]
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// List issues and digests, the newest first
    List,
    /// Keep a markdown file as a new issue; prints its number
    Draft {
        /// Markdown, with subject and topic as TOML between two lines of +++
        file: PathBuf,
    },
    /// Change the text of an issue that has not been sent
    Edit {
        /// Its number
        issue: i64,
        /// The new text
        file: PathBuf,
    },
    /// Look an issue, or a file, over: links, pictures, subject
    Check {
        /// A file
        file: PathBuf,
    },
    /// Send one copy to an address, and to nobody else
    Test {
        /// Number of the issue
        issue: i64,
        /// Where to
        email: String,
    },
    /// Send an issue, now or at a time
    Send {
        /// Its number
        issue: i64,
        /// When, such as 2026-12-01T07:00:00Z
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// How many hours later than that it may still be sent
        #[arg(long, default_value_t = LATE_MS / HOUR_MS, value_parser = hours())]
        late_hours: i64,
    },
    /// Hold up an issue that is being sent
    Pause {
        /// Its number
        issue: i64,
    },
    /// Go on with it
    Resume {
        /// Its number
        issue: i64,
    },
    /// Give an issue up: who has it has it, nobody else gets it
    Cancel {
        /// Its number
        issue: i64,
    },
    /// Print who got an issue: address, state, tries, times of doubt, what the server said
    Who {
        /// Its number
        issue: i64,
        /// Only those of whom nobody knows for sure
        #[arg(long)]
        uncertain: bool,
    },
    /// Make subscribers of a CSV file: email, topics, frequency
    Import {
        /// The file
        file: PathBuf,
        /// Where their consent comes from, in words that are kept as proof
        #[arg(long)]
        consent: String,
    },
    /// Print every subscriber as CSV
    Export {
        /// A file instead of standard output
        file: Option<PathBuf>,
    },
    /// Print what is known of an address, as JSON
    About {
        /// The address
        email: String,
    },
    /// End a subscription, as its owner asked by other means
    End {
        /// The address
        email: String,
    },
    /// Erase an address; the proof of what was agreed to stays, without it
    Forget {
        /// The address
        email: String,
    },
}

/// Up to a month.
fn hours() -> clap::builder::RangedI64ValueParser {
    clap::value_parser!(i64).range(0..=720)
}

/// Runs it.
pub fn run(command: Command) -> anyhow::Result<()> {
    let config = Config::load(command.config.as_deref(), super::env(), &[])?;
    if let Action::Check { file } = &command.action {
        return check(&draft(file)?, &config);
    }
    std::fs::create_dir_all(&config.data.dir)?;
    super::runtime()?.block_on(async {
        let db = super::open_database(&config.database_url()).await?;
        let desk = Desk {
            ids: Ids::new(Clock::System, Random::system()),
            now_ms: Clock::System.now_ms(),
            site: config.site(config.server.listen),
            config,
        };
        desk.act(&db, command.action).await?;
        db.close().await;
        Ok(())
    })
}

struct Desk {
    ids: Ids,
    now_ms: i64,
    site: String,
    config: Config,
}

impl Desk {
    async fn act(&self, db: &Db, action: Action) -> anyhow::Result<()> {
        match action {
            Action::Import { file, consent } => return self.import(db, &file, &consent).await,
            Action::Export { file } => return export(db, file.as_deref()).await,
            Action::Who { issue, uncertain } => return who(db, issue, uncertain).await,
            Action::List => return list(&mut db.read().await?).await,
            Action::About { email } => return about(&mut db.read().await?, &email).await,
            Action::Test { issue, email } => return self.test(db, issue, &email).await,
            _ => {}
        }
        let mut tx = db.write().await?;
        self.change(&mut tx, action).await?;
        Ok(tx.commit().await?)
    }

    async fn change(&self, tx: &mut Tx, action: Action) -> anyhow::Result<()> {
        match action {
            Action::Draft { file } => {
                let number = office::draft(tx, &sound(&file, &self.config)?, self.now_ms).await?;
                println!("{number}");
                return Ok(());
            }
            Action::Edit { issue, file } => {
                office::redraft(tx, issue, &sound(&file, &self.config)?).await?;
            }
            Action::Send {
                issue,
                at: Some(at),
                late_hours,
            } => {
                let at = OffsetDateTime::parse(&at, &Rfc3339)
                    .with_context(|| format!("{at:?} is no time like 2026-12-01T07:00:00Z"))?;
                let at = at.unix_timestamp() * 1_000;
                office::schedule(tx, issue, (at, late_hours * HOUR_MS)).await?;
            }
            Action::Send { issue, .. } => office::send(tx, &self.ids, issue, self.now_ms).await?,
            Action::Pause { issue } => office::pause(tx, issue).await?,
            Action::Resume { issue } => office::resume(tx, &self.ids, issue, self.now_ms).await?,
            Action::Cancel { issue } => office::cancel(tx, issue, self.now_ms).await?,
            Action::End { email } => {
                let found = find(tx, &email).await?;
                newsletter::leave(tx, &self.ids, &found, "operator", self.now_ms).await?;
            }
            Action::Forget { email } => {
                let found = find(tx, &email).await?;
                newsletter::leave(tx, &self.ids, &found, "operator", self.now_ms).await?;
                subscribers::delete(tx, found.id).await?;
            }
            Action::Check { .. }
            | Action::List
            | Action::About { .. }
            | Action::Test { .. }
            | Action::Who { .. }
            | Action::Import { .. }
            | Action::Export { .. } => {}
        }
        println!("Done.");
        Ok(())
    }

    async fn test(&self, db: &Db, number: i64, email: &str) -> anyhow::Result<()> {
        let address: Address = email.parse()?;
        let issue = issues::by_number(&mut db.read().await?, number).await?;
        let issue = issue.with_context(|| format!("there is no issue {number}"))?;
        let edition = Edition::new(&issue, &self.site)?.illustrated(&pages(&self.config)?);
        let mailer = Mailer::new(&self.config, Clock::System)?;
        match mailer
            .post(edition.sample(address.as_str(), self.now_ms))
            .await
        {
            Report::Sent(reply) => {
                println!("Sent: {reply}");
                Ok(())
            }
            Report::Later(why)
            | Report::Refused(why)
            | Report::Unreached(why)
            | Report::Unknown(why) => bail!("not sent: {why}"),
        }
    }

    async fn import(&self, db: &Db, file: &Path, consent: &str) -> anyhow::Result<()> {
        let open = || File::open(file).with_context(|| file.display().to_string());
        if let Err(RollError::Rows(problems, count)) = roll::check(BufReader::new(open()?)) {
            for problem in &problems {
                eprintln!("{}:{}: {}", file.display(), problem.line, problem.text);
            }
            return Err(RollError::Rows(problems, count).into());
        }
        let from = BufReader::new(open()?);
        let random = Random::system();
        let done = roll::import(db, (&self.ids, &random), from, consent, self.now_ms).await?;
        println!(
            "{} subscribe now; {} were known and stay as they are.",
            done.new, done.known
        );
        Ok(())
    }
}

fn draft(file: &Path) -> anyhow::Result<Draft> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    Draft::from_file(&text).map_err(|problem| anyhow::anyhow!("{}: {problem}", file.display()))
}

/// A draft without anything that must be mended.
fn sound(file: &Path, config: &Config) -> anyhow::Result<Draft> {
    let draft = draft(file)?;
    check(&draft, config)?;
    Ok(draft)
}

fn pages(config: &Config) -> anyhow::Result<Pages> {
    let site = config.site(config.server.listen);
    Pages::load(config.content.dir.as_deref(), site)
}

fn check(draft: &Draft, config: &Config) -> anyhow::Result<()> {
    let pages = pages(config)?;
    let findings = draft.check(&|path| pictures::has(&pages, path));
    for finding in &findings {
        let kind = if finding.is_error { "error" } else { "advice" };
        eprintln!("{kind}: {}", finding.text);
    }
    match findings.iter().filter(|finding| finding.is_error).count() {
        0 => Ok(()),
        count => bail!("{count} to mend before it can be sent"),
    }
}

async fn list(tx: &mut Tx) -> anyhow::Result<()> {
    for (issue, counts) in office::list(tx, LISTED).await? {
        let sent = counts.of(mailings::State::Sent);
        let day = calendar::day(issue.started_at.unwrap_or(issue.created_at));
        let (number, state) = (issue.number, issue.state.as_str());
        println!(
            "{number}\t{state}\t{day}\t{sent}/{}\t{}",
            counts.all(),
            issue.subject
        );
    }
    Ok(())
}

async fn who(db: &Db, issue: i64, uncertain: bool) -> anyhow::Result<()> {
    let mut after = 0;
    loop {
        let mut tx = db.read().await?;
        let page = mailings::list_lines(&mut tx, issue, ("", uncertain), after, PAGE).await?;
        for line in &page {
            println!(
                "{}\t{}\t{}\t{}\t{}",
                line.email.as_deref().unwrap_or("(erased)"),
                line.state,
                line.attempts,
                line.uncertain,
                line.reply.as_deref().unwrap_or_default(),
            );
        }
        match page.last() {
            Some(last) => after = last.position,
            None => return Ok(()),
        }
    }
}

async fn export(db: &Db, file: Option<&Path>) -> anyhow::Result<()> {
    let rows = match file {
        Some(file) => roll::export(db, BufWriter::new(File::create(file)?)).await?,
        None => roll::export(db, stdout().lock()).await?,
    };
    eprintln!("{rows} subscribers");
    Ok(())
}

async fn find(tx: &mut Tx, email: &str) -> anyhow::Result<subscribers::Subscriber> {
    let address: Address = email.parse()?;
    let found = subscribers::by_email(tx, address.as_str()).await?;
    found.with_context(|| format!("nobody subscribed with the address {}", address.as_str()))
}

async fn about(tx: &mut Tx, email: &str) -> anyhow::Result<()> {
    let found = find(tx, email).await?;
    let history = newsletter::history(tx, &found).await?;
    println!("{}", serde_json::to_string_pretty(&history)?);
    Ok(())
}
