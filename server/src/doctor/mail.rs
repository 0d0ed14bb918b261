//! Mail: whether it leaves, by whom, and whether others will believe it. None is sent.

use std::time::Duration;

use super::Finding;
use crate::clock::Clock;
use crate::config::{Config, MailTransport};
use crate::mail::Mailer;

const ABOUT: &str = "mail";
const FROM: &str = "sender";
/// A server that wants mail from here speaks within this time.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let mail = &config.mail;
    let mailer = match Mailer::new(config, Clock::System) {
        Ok(mailer) => mailer,
        Err(error) => {
            let remedy = "put the settings of [mail] right";
            return vec![Finding::broken(ABOUT, format!("{error:#}"), remedy)];
        }
    };
    if mail.transport == MailTransport::Outbox {
        let words = "written to the outbox and sent to nobody";
        let finding = match config.is_https() {
            true => Finding::mind(
                ABOUT,
                words,
                "set mail.transport = \"smtp\" and a server, or nobody can sign up",
            ),
            false => Finding::fine(ABOUT, words),
        };
        return vec![finding];
    }
    let server = format!("{}:{}", mail.smtp_host, mail.smtp_port);
    let asked = tokio::time::timeout(PATIENCE, mailer.reach()).await;
    let slow = format!("it said nothing for {} s", PATIENCE.as_secs());
    let reached = match asked.unwrap_or(Err(slow)) {
        Ok(()) => Finding::fine(ABOUT, format!("{server} takes mail from here")),
        Err(why) => Finding::broken(
            ABOUT,
            format!("{server}: {why}"),
            "see that host, port, smtp_tls, user and password are what the server wants",
        ),
    };
    vec![reached, sender(config)]
}

fn sender(config: &Config) -> Finding {
    let mail = &config.mail;
    if mail.from.contains("@localhost") {
        return Finding::broken(
            FROM,
            format!("{} is nobody's address elsewhere", mail.from),
            "set mail.from to an address of your domain",
        );
    }
    if mail.dkim_selector.is_none() {
        return Finding::mind(
            FROM,
            format!("{}, and nothing here signs (DKIM)", mail.from),
            "let the mail server sign, or set mail.dkim_selector: large providers drop the rest",
        );
    }
    if mail.bounces.is_none() {
        return Finding::mind(
            FROM,
            format!(
                "{}, signed; mail that comes back is not heard of",
                mail.from
            ),
            "set mail.bounces, so that dead addresses are left alone (docs/newsletter.md)",
        );
    }
    Finding::fine(
        FROM,
        format!("{}, signed, and bounces are heard", mail.from),
    )
}
