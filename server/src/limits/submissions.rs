//! Caps on submissions: per client and for everybody together.

use std::net::IpAddr;

use super::book::Book;
use super::cap::{Allowance, Cap, Contract, MINUTE_S, TENANTS, client, tenant as named};
use crate::clock::Clock;
use crate::config::LimitsConfig;
use crate::error::Error;
use crate::store::Db;
use crate::store::users::User;

/// The one tenant of the cap on everybody.
const EVERYBODY: i64 = 0;

/// The caps on submissions.
pub struct SubmissionLimits {
    book: Book,
    client: Cap,
    account: Cap,
    global: Cap,
}

impl SubmissionLimits {
    /// The caps as configured, counted together with the other processes on this database.
    pub fn new(config: &LimitsConfig, clock: Clock, db: &Db) -> Self {
        Self::with(config, Book::of(db, clock))
    }

    fn with(config: &LimitsConfig, book: Book) -> Self {
        let rate = (config.submissions_per_minute, MINUTE_S);
        let client = Cap::new("client", rate, config.submissions_burst, TENANTS);
        let rate = (config.account_submissions_per_minute, MINUTE_S);
        let account = Cap::new("account", rate, config.account_submissions_burst, TENANTS);
        let rate = (config.global_submissions_per_minute, MINUTE_S);
        let global = Cap::new("global", rate, config.global_submissions_burst, 2);
        Self {
            book,
            client,
            account,
            global,
        }
    }

    /// Counts `count` submissions of somebody, or of an address where nobody has signed in, or says
    /// when they would be welcome.
    ///
    /// # Errors
    /// [`Error::TooManySubmissions`]; then nothing was counted.
    pub async fn take(
        &self,
        address: IpAddr,
        user: Option<&User>,
        count: u32,
    ) -> Result<Allowance, Error> {
        let own = match user {
            Some(user) => (self.account_cap(user), named(&user.id.to_string())),
            None => (self.client.as_it_is(), client(address)),
        };
        let asked = [own, (self.global.as_it_is(), EVERYBODY)];
        self.book
            .take(&asked, count, Error::TooManySubmissions)
            .await
    }

    /// Who has a cap of their own is held to it; their burst stays the instance's.
    fn account_cap(&self, user: &User) -> Contract<'_> {
        let own = user.submissions_per_minute;
        match own.and_then(|rate| u32::try_from(rate).ok()) {
            Some(rate) => self.account.with_rate(rate),
            None => self.account.as_it_is(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(clock: &Clock) -> SubmissionLimits {
        let config = LimitsConfig {
            submissions_per_minute: 6,
            submissions_burst: 3,
            global_submissions_per_minute: 60,
            global_submissions_burst: 5,
            ..LimitsConfig::default()
        };
        SubmissionLimits::with(&config, Book::here(clock.clone()))
    }

    fn wait(refused: Result<Allowance, Error>) -> (u64, &'static str) {
        match refused {
            Err(Error::TooManySubmissions(refusal)) => (refusal.retry_after_s, refusal.name),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_client_has_its_burst_and_then_its_rate() {
        let clock = Clock::manual(1_000_000);
        let limits = limits(&clock);
        let a = "10.0.0.1".parse().unwrap();
        assert_eq!(
            limits.take(a, None, 1).await.unwrap().remaining,
            "\"client\";r=2;t=10"
        );
        assert!(limits.take(a, None, 1).await.is_ok() && limits.take(a, None, 1).await.is_ok());
        assert_eq!(wait(limits.take(a, None, 1).await), (10, "client"));
        clock.advance_ms(9_999);
        assert_eq!(wait(limits.take(a, None, 1).await), (1, "client"));
        clock.advance_ms(1);
        assert!(limits.take(a, None, 1).await.is_ok());
    }

    #[tokio::test]
    async fn all_clients_share_the_global_cap() {
        let clock = Clock::manual(1_000_000);
        let limits = limits(&clock);
        for i in 1..=5_u8 {
            assert!(limits.take([10, 0, 0, i].into(), None, 1).await.is_ok());
        }
        assert_eq!(
            wait(limits.take([10, 0, 0, 9].into(), None, 1).await),
            (1, "global")
        );
    }

    #[tokio::test]
    async fn one_ipv6_network_is_one_client() {
        let limits = limits(&Clock::manual(1_000_000));
        for i in 1..=3 {
            limits
                .take(format!("2001:db8::{i}").parse().unwrap(), None, 1)
                .await
                .unwrap();
        }
        assert_eq!(
            wait(
                limits
                    .take("2001:db8::ffff".parse().unwrap(), None, 1)
                    .await
            )
            .1,
            "client"
        );
    }
}
