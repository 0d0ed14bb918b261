//! Caps on submissions: per client and for everybody together.

use std::net::IpAddr;

use labs::rate_limiter::policy::Limiter as _;

use super::cap::{Allowance, Cap, MINUTE_S, TENANTS, client};
use super::now_ns;
use crate::clock::Clock;
use crate::config::LimitsConfig;
use crate::error::Error;

/// The one tenant of the cap on everybody.
const EVERYBODY: i64 = 0;

/// The caps on submissions.
pub struct SubmissionLimits {
    clock: Clock,
    client: Cap,
    global: Cap,
}

impl SubmissionLimits {
    /// The caps as configured.
    pub fn new(config: &LimitsConfig, clock: Clock) -> Self {
        let rate = (config.submissions_per_minute, MINUTE_S);
        let client = Cap::new("client", rate, config.submissions_burst, TENANTS);
        let rate = (config.global_submissions_per_minute, MINUTE_S);
        let global = Cap::new("global", rate, config.global_submissions_burst, 2);
        Self {
            clock,
            client,
            global,
        }
    }

    /// Counts one submission, or says when the next would be welcome.
    ///
    /// # Errors
    /// [`Error::TooManySubmissions`]; then nothing was counted.
    pub fn take(&self, address: IpAddr) -> Result<Allowance, Error> {
        let (now_ns, tenant) = (now_ns(&self.clock), client(address));
        // Both are held, always in this order, so that what both allow is counted by both.
        let (mut own, mut global) = (self.client.lock(), self.global.lock());
        let asked = self.client.ask(&mut own, tenant, now_ns);
        let asked = asked.and_then(|()| self.global.ask(&mut global, EVERYBODY, now_ns));
        asked.map_err(Error::TooManySubmissions)?;
        own.allow(tenant, now_ns, 1);
        global.allow(EVERYBODY, now_ns, 1);
        Ok(self.client.allowance(&own, tenant, now_ns))
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
        assert_eq!(limits.take(a).unwrap().remaining, "\"client\";r=2;t=10");
        assert!(limits.take(a).is_ok() && limits.take(a).is_ok());
        assert_eq!(wait(limits.take(a)), (10, "client"));
        clock.advance_ms(9_999);
        assert_eq!(wait(limits.take(a)), (1, "client"));
        clock.advance_ms(1);
        assert!(limits.take(a).is_ok());
    }

    #[test]
    fn all_clients_share_the_global_cap() {
        let clock = Clock::manual(1_000_000);
        let limits = limits(&clock);
        for i in 1..=5_u8 {
            assert!(limits.take([10, 0, 0, i].into()).is_ok());
        }
        assert_eq!(wait(limits.take([10, 0, 0, 9].into())), (1, "global"));
    }

    #[test]
    fn one_ipv6_network_is_one_client() {
        let limits = limits(&Clock::manual(1_000_000));
        for i in 1..=3 {
            limits
                .take(format!("2001:db8::{i}").parse().unwrap())
                .unwrap();
        }
        assert_eq!(
            wait(limits.take("2001:db8::ffff".parse().unwrap())).1,
            "client"
        );
    }
}
