//! `headroom user`: accounts from the command line, also while the server runs.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::accounts::Address;
use crate::accounts::keys::{self, Scope};
use crate::clock::Clock;
use crate::config::Config;
use crate::ids::Ids;
use crate::random::Random;
use crate::store::keys::{self as kept, Key};
use crate::store::links::{self, Link, Purpose};
use crate::store::users::{self, User};
use crate::store::{Tx, modules, setup, submissions};

/// Accounts in one page of a list.
const PAGE: i64 = 1_000;
const DAY_MS: i64 = 24 * 3_600_000;

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
    /// Make an account, and print a link that signs in to it
    Add {
        /// Its address
        email: String,
        /// Let it administer this instance
        #[arg(long)]
        admin: bool,
    },
    /// List the accounts: address, role
    List,
    /// Let an account administer this instance
    Grant {
        /// Its address
        email: String,
    },
    /// Take that back
    Revoke {
        /// Its address
        email: String,
    },
    /// Give an account a cap of its own on submissions
    Quota {
        /// Its address
        email: String,
        /// Submissions per minute; left away, the instance's cap applies again
        #[arg(value_parser = clap::value_parser!(u32).range(1..=60_000))]
        per_minute: Option<u32>,
    },
    /// Make a key with which a program acts for an account, and print it
    Key {
        /// Its address
        email: String,
        /// What the key is for
        #[arg(long, default_value = "made by the operator")]
        name: String,
        /// What it may be used for, such as submissions:write; all of it if left away
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// Days until it ends
        #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=366))]
        days: u16,
    },
    /// Print a link that signs in to an account; it works once, for ten minutes
    Link {
        /// Its address
        email: String,
    },
    /// Delete an account with everything that belongs to it
    Remove {
        /// Its address
        email: String,
    },
}

/// Runs it.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let config = Config::load(command.config.as_deref(), super::env(), &[])?;
    std::fs::create_dir_all(&config.data.dir)?;
    super::runtime()?.block_on(async {
        let db = super::open_database(&config.database_url()).await?;
        let office = Office {
            ids: Ids::new(Clock::System, Random::system()),
            site: config.site(config.server.listen),
        };
        let mut tx = db.write().await?;
        office.act(&mut tx, &command.action).await?;
        tx.commit().await?;
        db.close().await;
        Ok(())
    })
}

struct Office {
    ids: Ids,
    site: String,
}

impl Office {
    async fn act(&self, tx: &mut Tx, action: &Action) -> anyhow::Result<()> {
        match action {
            Action::Add { email, admin } => self.add(tx, email, *admin).await,
            Action::List => list(tx).await,
            Action::Grant { email } => {
                let user = find(tx, email).await?;
                users::update_admin(tx, user.id, true).await?;
                setup::close(tx, Clock::System.now_ms()).await?;
                println!("{} may administer this instance now.", user.email);
                Ok(())
            }
            Action::Revoke { email } => {
                let user = find(tx, email).await?;
                users::update_admin(tx, user.id, false).await?;
                println!("{} may no longer administer this instance.", user.email);
                Ok(())
            }
            Action::Link { email } => {
                let user = find(tx, email).await?;
                self.link(tx, &user).await
            }
            Action::Quota { email, per_minute } => {
                let user = find(tx, email).await?;
                users::update_quota(tx, user.id, per_minute.map(i64::from)).await?;
                match per_minute {
                    Some(cap) => println!("{} may hand in {cap} per minute.", user.email),
                    None => println!("{} has the instance's cap again.", user.email),
                }
                Ok(())
            }
            Action::Key {
                email,
                name,
                scopes,
                days,
            } => {
                let user = find(tx, email).await?;
                let scopes = self::scopes(scopes)?;
                self.key(tx, &user, (name, &scopes), *days).await
            }
            Action::Remove { email } => {
                let user = find(tx, email).await?;
                submissions::delete_by_user(tx, user.id).await?;
                links::delete_by_email(tx, &user.email).await?;
                users::delete(tx, user.id).await?;
                println!("{} is deleted.", user.email);
                Ok(())
            }
        }
    }

    async fn add(&self, tx: &mut Tx, email: &str, is_admin: bool) -> anyhow::Result<()> {
        let address: Address = email.parse()?;
        let user = User {
            id: self.ids.next(),
            email: address.as_str().to_owned(),
            password_hash: None,
            is_admin,
            submissions_per_minute: None,
            created_at: Clock::System.now_ms(),
        };
        if !users::insert(tx, &user).await? {
            anyhow::bail!("{} has an account already", user.email);
        }
        if is_admin {
            setup::close(tx, user.created_at).await?;
        }
        println!("{} has an account now.", user.email);
        self.link(tx, &user).await
    }

    async fn key(
        &self,
        tx: &mut Tx,
        user: &User,
        (name, scopes): (&str, &[Scope]),
        days: u16,
    ) -> anyhow::Result<()> {
        let now_ms = Clock::System.now_ms();
        let (secret, digest) = keys::secret(&Random::system());
        let key = Key {
            id: self.ids.next(),
            user_id: user.id,
            name: name.to_owned(),
            scopes: keys::joined(scopes),
            created_at: now_ms,
            expires_at: now_ms + i64::from(days) * DAY_MS,
            last_used_at: None,
        };
        kept::insert(tx, &key, &digest).await?;
        println!("{secret}");
        Ok(())
    }

    async fn link(&self, tx: &mut Tx, user: &User) -> anyhow::Result<()> {
        let now_ms = Clock::System.now_ms();
        let link = Link {
            id: self.ids.next(),
            purpose: Purpose::SignIn,
            email: user.email.clone(),
            user_id: None,
            created_at: now_ms,
            expires_at: now_ms + Purpose::SignIn.lives_ms(),
            used_at: None,
        };
        let token = Random::system().secret();
        links::insert(tx, &link).await?;
        links::update_token(tx, link.id, &modules::digest(token.as_bytes())).await?;
        println!("Sign in within ten minutes, once:");
        println!("{}/link?token={token}", self.site);
        Ok(())
    }
}

fn scopes(names: &[String]) -> anyhow::Result<Vec<Scope>> {
    if names.is_empty() {
        return Ok(Scope::ALL.to_vec());
    }
    let known = Scope::ALL.map(Scope::name).join(", ");
    let named = |name: &String| {
        Scope::named(name)
            .ok_or_else(|| anyhow::anyhow!("there is no scope {name}; there are: {known}"))
    };
    names.iter().map(named).collect()
}

async fn find(tx: &mut Tx, email: &str) -> anyhow::Result<User> {
    let address: Address = email.parse()?;
    let user = users::by_email(tx, address.as_str()).await?;
    user.ok_or_else(|| anyhow::anyhow!("no account has the address {}", address.as_str()))
}

async fn list(tx: &mut Tx) -> anyhow::Result<()> {
    let mut after = String::new();
    loop {
        let page = users::list(tx, &after, PAGE).await?;
        for user in &page {
            let role = if user.is_admin { "admin" } else { "learner" };
            println!("{}\t{role}", user.email);
        }
        match page.last() {
            Some(last) => after = last.email.clone(),
            None => return Ok(()),
        }
    }
}
