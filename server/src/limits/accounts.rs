//! Caps on guessing passwords and on mail in the name of others.
//!
//! An address is capped whether it has an account or not, and what is capped is time, not the
//! account: nobody can lock somebody else out, for a mailed link still opens it.

use std::net::IpAddr;

use labs::rate_limiter::policy::Limiter as _;

use super::cap::{Cap, HOUR_S, MINUTE_S, TENANTS, client, tenant};
use super::{Refusal, now_ns};
use crate::accounts::Address;
use crate::clock::Clock;
use crate::config::LimitsConfig;
use crate::error::Error;

/// The caps on what is done with accounts.
pub struct AccountLimits {
    clock: Clock,
    client: Cap,
    address: Cap,
    mail: Cap,
}

impl AccountLimits {
    /// The caps as configured.
    pub fn new(config: &LimitsConfig, clock: Clock) -> Self {
        let cap = |name, rate, burst| Cap::new(name, rate, burst, TENANTS);
        let rate = (config.sign_ins_per_minute, MINUTE_S);
        let client = cap("sign-in-client", rate, config.sign_ins_burst);
        let rate = (config.sign_ins_per_address_per_hour, HOUR_S);
        let address = cap("sign-in-address", rate, config.sign_ins_per_address_burst);
        let rate = (config.mails_per_address_per_hour, HOUR_S);
        let mail = cap("mail-address", rate, config.mails_per_address_burst);
        Self {
            clock,
            client,
            address,
            mail,
        }
    }

    /// Counts one use of a mailed link, or of a form that has no address.
    ///
    /// # Errors
    /// [`Error::TooManyTries`].
    pub fn try_client(&self, from: IpAddr) -> Result<(), Error> {
        let now_ns = now_ns(&self.clock);
        self.count(&self.client, client(from), now_ns)
    }

    /// Counts one try of a password for an address.
    ///
    /// # Errors
    /// [`Error::TooManyTries`].
    pub fn try_password(&self, from: IpAddr, address: &Address) -> Result<(), Error> {
        let now_ns = now_ns(&self.clock);
        self.count(&self.client, client(from), now_ns)?;
        self.count(&self.address, tenant(address.as_str()), now_ns)
    }

    /// Counts one mail to an address.
    ///
    /// # Errors
    /// [`Error::TooManyTries`].
    pub fn ask_mail(&self, from: IpAddr, address: &Address) -> Result<(), Error> {
        let now_ns = now_ns(&self.clock);
        self.count(&self.client, client(from), now_ns)?;
        self.count(&self.mail, tenant(address.as_str()), now_ns)
    }

    fn count(&self, cap: &Cap, tenant: i64, now_ns: i64) -> Result<(), Error> {
        let mut held = cap.lock();
        let asked: Result<(), Refusal> = cap.ask(&mut held, tenant, now_ns);
        asked.map_err(Error::TooManyTries)?;
        held.allow(tenant, now_ns, 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_guesses_come_to_a_few() {
        let clock = Clock::manual(1_000_000);
        let limits = AccountLimits::new(&LimitsConfig::default(), clock.clone());
        let ada: Address = "ada@example.org".parse().unwrap();
        // A guesser with a network of a thousand addresses, ten guesses a second for 1,000 s.
        let mut let_through = 0;
        for guess in 0..10_000_u32 {
            clock.advance_ms(100);
            let from = IpAddr::from([10, 0, (guess % 4) as u8, (guess % 250) as u8]);
            let_through += u32::from(limits.try_password(from, &ada).is_ok());
        }
        // 10 at once, then 20 per hour: 5.6 in 1,000 s.
        assert_eq!(let_through, 15);
        let other: Address = "bob@example.org".parse().unwrap();
        assert!(limits.try_password([10, 9, 9, 9].into(), &other).is_ok());
    }

    #[test]
    fn a_client_cannot_go_through_many_addresses() {
        let limits = AccountLimits::new(&LimitsConfig::default(), Clock::manual(1_000_000));
        let tries = (0..100).filter(|guess| {
            let address = format!("user{guess}@example.org").parse().unwrap();
            limits.try_password([10, 0, 0, 1].into(), &address).is_ok()
        });
        assert_eq!(tries.count(), 20);
    }
}
