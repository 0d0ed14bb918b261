//! Caps on submissions: per client and for everybody together.

use std::net::IpAddr;

use labs::rate_limiter::policy::Limiter as _;

use super::cap::{Allowance, Cap, Contract, MINUTE_S, TENANTS, client, tenant as named};
use super::now_ns;
use crate::clock::Clock;
use crate::config::LimitsConfig;
use crate::error::Error;
use crate::store::users::User;

/// The one tenant of the cap on everybody.
const EVERYBODY: i64 = 0;

/// The caps on submissions.
pub struct SubmissionLimits {
    clock: Clock,
    client: Cap,
    account: Cap,
    global: Cap,
}

impl SubmissionLimits {
    /// The caps as configured.
    pub fn new(config: &LimitsConfig, clock: Clock) -> Self {
        let rate = (config.submissions_per_minute, MINUTE_S);
        let client = Cap::new("client", rate, config.submissions_burst, TENANTS);
        let rate = (config.account_submissions_per_minute, MINUTE_S);
        let account = Cap::new("account", rate, config.account_submissions_burst, TENANTS);
        let rate = (config.global_submissions_per_minute, MINUTE_S);
        let global = Cap::new("global", rate, config.global_submissions_burst, 2);
        Self {
            clock,
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
    pub fn take(
        &self,
        address: IpAddr,
        user: Option<&User>,
        count: u32,
    ) -> Result<Allowance, Error> {
        let now_ns = now_ns(&self.clock);
        let (cap, tenant) = match user {
            Some(user) => (self.account_cap(user), named(&user.id.to_string())),
            None => (self.client.as_it_is(), client(address)),
        };
        let count = i64::from(count);
        // Both are held, always in this order, so that what both allow is counted by both.
        let (mut own, mut global) = (cap.lock(), self.global.lock());
        let asked = cap.ask(&mut own, tenant, (now_ns, count));
        let all = self.global.as_it_is();
        let asked = asked.and_then(|()| all.ask(&mut global, EVERYBODY, (now_ns, count)));
        asked.map_err(Error::TooManySubmissions)?;
        own.allow(tenant, now_ns, count);
        global.allow(EVERYBODY, now_ns, count);
        Ok(cap.allowance(&own, tenant, now_ns))
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
        SubmissionLimits::new(&config, clock.clone())
    }

    fn wait(refused: Result<Allowance, Error>) -> (u64, &'static str) {
        match refused {
            Err(Error::TooManySubmissions(refusal)) => (refusal.retry_after_s, refusal.name),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_client_has_its_burst_and_then_its_rate() {
        let clock = Clock::manual(1_000_000);
        let limits = limits(&clock);
        let a = "10.0.0.1".parse().unwrap();
        assert_eq!(
            limits.take(a, None, 1).unwrap().remaining,
            "\"client\";r=2;t=10"
        );
        assert!(limits.take(a, None, 1).is_ok() && limits.take(a, None, 1).is_ok());
        assert_eq!(wait(limits.take(a, None, 1)), (10, "client"));
        clock.advance_ms(9_999);
        assert_eq!(wait(limits.take(a, None, 1)), (1, "client"));
        clock.advance_ms(1);
        assert!(limits.take(a, None, 1).is_ok());
    }

    #[test]
    fn all_clients_share_the_global_cap() {
        let clock = Clock::manual(1_000_000);
        let limits = limits(&clock);
        for i in 1..=5_u8 {
            assert!(limits.take([10, 0, 0, i].into(), None, 1).is_ok());
        }
        assert_eq!(
            wait(limits.take([10, 0, 0, 9].into(), None, 1)),
            (1, "global")
        );
    }

    #[test]
    fn one_ipv6_network_is_one_client() {
        let limits = limits(&Clock::manual(1_000_000));
        for i in 1..=3 {
            limits
                .take(format!("2001:db8::{i}").parse().unwrap(), None, 1)
                .unwrap();
        }
        assert_eq!(
            wait(limits.take("2001:db8::ffff".parse().unwrap(), None, 1)).1,
            "client"
        );
    }
}
