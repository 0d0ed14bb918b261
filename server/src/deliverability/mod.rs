//! Whether mail from here is believed elsewhere: what DNS says of the domain that it comes from,
//! how the way to the mail server is protected, and whether one click ends a subscription. Looking
//! sends no mail, changes nothing, and ends after a few seconds whoever does not answer.

mod alignment;
mod dkim;
mod dmarc;
pub mod dns;
mod exchange;
pub mod hickory;
mod one_click;
pub mod outside;
mod relay;
mod reverse;
pub mod sender;
mod spf;
mod spf_record;

use std::future::Future;
use std::time::Duration;

use dns::Dns;
use hickory::Hickory;
use outside::{Network, Outside};
use sender::Sender;

use crate::clock::Clock;
use crate::config::Config;
use crate::doctor::Finding;
use crate::mail::Mailer;

/// All of it, at most.
pub const PATIENCE: Duration = Duration::from_secs(4);

const DNS: &str = "DNS";

/// Looks at what the settings name.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let sender = match Sender::new(config) {
        Ok(sender) => sender,
        Err(finding) => return vec![finding],
    };
    let dns = match Hickory::new(config.mail.resolver) {
        Ok(dns) => dns,
        Err(error) => {
            let words = format!("this machine's DNS settings cannot be used: {error:#}");
            return vec![Finding::broken(DNS, words, "set mail.resolver")];
        }
    };
    match Mailer::new(config, Clock::System) {
        Ok(mailer) => look(&sender, &dns, &Network::new(mailer), PATIENCE).await,
        Err(error) => {
            let remedy = "put the settings of [mail] right";
            vec![Finding::broken("mail", format!("{error:#}"), remedy)]
        }
    }
}

/// Looks at a sender by what `dns` and `outside` answer within `patience`.
pub async fn look(
    sender: &Sender,
    dns: &dyn Dns,
    outside: &dyn Outside,
    patience: Duration,
) -> Vec<Finding> {
    let (spf, spf_letters, dkim, dmarc, exchange, reverse, relay, one_click) = tokio::join!(
        within(
            patience,
            spf::ABOUT,
            spf::examine(sender, &sender.return_path, dns)
        ),
        within(patience, spf::ABOUT, spf::of_letters(sender, dns)),
        within(patience, dkim::ABOUT, dkim::examine(sender, dns)),
        within(patience, dmarc::ABOUT, dmarc::examine(sender, dns)),
        within(patience, exchange::ABOUT, exchange::examine(sender, dns)),
        within(patience, reverse::ABOUT, reverse::examine(sender, dns)),
        within(patience, relay::ABOUT, relay::examine(sender, outside)),
        within(
            patience,
            one_click::ABOUT,
            one_click::examine(sender, outside)
        ),
    );
    [
        spf,
        spf_letters,
        dkim,
        dmarc,
        exchange,
        reverse,
        relay,
        one_click,
    ]
    .concat()
}

async fn within(
    patience: Duration,
    about: &'static str,
    looking: impl Future<Output = Vec<Finding>>,
) -> Vec<Finding> {
    let found = tokio::time::timeout(patience, looking).await;
    found.unwrap_or_else(|_elapsed| {
        let words = format!("not known: no answer within {} s", patience.as_secs_f32());
        let remedy = "look again; if it stays so, see that DNS and the hosts named in the \
                      settings can be reached from this machine";
        vec![Finding::mind(about, words, remedy)]
    })
}
