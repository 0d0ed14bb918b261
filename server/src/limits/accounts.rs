//! Caps on guessing passwords and on mail in the name of others.
//!
//! An address is capped whether it has an account or not, and what is capped is time, not the
//! account: nobody can lock somebody else out, for a mailed link still opens it.

use std::net::IpAddr;

use super::book::Book;
use super::cap::{Cap, HOUR_S, MINUTE_S, TENANTS, client, tenant};
use crate::accounts::Address;
use crate::clock::Clock;
use crate::config::LimitsConfig;
use crate::error::Error;
use crate::store::Db;

/// The caps on what is done with accounts.
pub struct AccountLimits {
    book: Book,
    client: Cap,
    address: Cap,
    mail: Cap,
}

impl AccountLimits {
    /// The caps as configured, counted together with the other processes on this database.
    pub fn new(config: &LimitsConfig, clock: Clock, db: &Db) -> Self {
        Self::with(config, Book::of(db, clock))
    }

    fn with(config: &LimitsConfig, book: Book) -> Self {
        let cap = |name, rate, burst| Cap::new(name, rate, burst, TENANTS);
        let rate = (config.sign_ins_per_minute, MINUTE_S);
        let client = cap("sign-in-client", rate, config.sign_ins_burst);
        let rate = (config.sign_ins_per_address_per_hour, HOUR_S);
        let address = cap("sign-in-address", rate, config.sign_ins_per_address_burst);
        let rate = (config.mails_per_address_per_hour, HOUR_S);
        let mail = cap("mail-address", rate, config.mails_per_address_burst);
        Self {
            book,
            client,
            address,
            mail,
        }
    }

    /// Counts one use of a mailed link, or of a form that has no address.
    ///
    /// # Errors
    /// [`Error::TooManyTries`].
    pub async fn try_client(&self, from: IpAddr) -> Result<(), Error> {
        self.count(&self.client, client(from)).await
    }

    /// Counts one try of a password for an address.
    ///
    /// # Errors
    /// [`Error::TooManyTries`].
    pub async fn try_password(&self, from: IpAddr, address: &Address) -> Result<(), Error> {
        self.count(&self.client, client(from)).await?;
        self.count(&self.address, tenant(address.as_str())).await
    }

    /// Counts one mail to an address.
    ///
    /// # Errors
    /// [`Error::TooManyTries`].
    pub async fn ask_mail(&self, from: IpAddr, address: &Address) -> Result<(), Error> {
        self.count(&self.client, client(from)).await?;
        self.count(&self.mail, tenant(address.as_str())).await
    }

    async fn count(&self, cap: &Cap, tenant: i64) -> Result<(), Error> {
        let asked = [(cap.as_it_is(), tenant)];
        self.book
            .take(&asked, 1, Error::TooManyTries)
            .await
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ten_thousand_guesses_come_to_a_few() {
        let clock = Clock::manual(1_000_000);
        let limits = AccountLimits::with(&LimitsConfig::default(), Book::here(clock.clone()));
        let ada: Address = "ada@example.org".parse().unwrap();
        // A guesser with a network of a thousand addresses, ten guesses a second for 1,000 s.
        let mut let_through = 0;
        for guess in 0..10_000_u32 {
            clock.advance_ms(100);
            let from = IpAddr::from([10, 0, (guess % 4) as u8, (guess % 250) as u8]);
            let_through += u32::from(limits.try_password(from, &ada).await.is_ok());
        }
        // 10 at once, then 20 per hour: 5.6 in 1,000 s.
        assert_eq!(let_through, 15);
        let other: Address = "bob@example.org".parse().unwrap();
        assert!(
            limits
                .try_password([10, 9, 9, 9].into(), &other)
                .await
                .is_ok()
        );
    }

    #[tokio::test]
    async fn a_client_cannot_go_through_many_addresses() {
        let limits = AccountLimits::with(
            &LimitsConfig::default(),
            Book::here(Clock::manual(1_000_000)),
        );
        let mut tries = 0;
        for guess in 0..100 {
            let address = format!("user{guess}@example.org").parse().unwrap();
            let tried = limits.try_password([10, 0, 0, 1].into(), &address).await;
            tries += u32::from(tried.is_ok());
        }
        assert_eq!(tries, 20);
    }
}
