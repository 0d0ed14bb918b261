//! Mail: whether it leaves, by whom, and whether others will believe it. None is sent.

use std::time::Duration;

use super::{Finding, Verdict};
use crate::clock::Clock;
use crate::config::{Config, MailTransport};
use crate::deliverability;
use crate::mail::Mailer;

const ABOUT: &str = "mail";
/// The mail server answers within this time; a message would be given longer.
const PATIENCE: Duration = Duration::from_secs(10);
const FROM: &str = "sender";

pub(super) async fn examine(config: &Config, is_offline: bool) -> Vec<Finding> {
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
    if is_offline {
        let words = format!("{server} was not tried, nor what DNS says of the sender");
        return vec![Finding::fine(ABOUT, words), sender(config)];
    }
    let tried = tokio::time::timeout(PATIENCE, mailer.reach()).await;
    let silent = |_elapsed| Err(format!("no answer within {} s", PATIENCE.as_secs()));
    let reached = match tried.unwrap_or_else(silent) {
        Ok(()) => Finding::fine(ABOUT, format!("{server} takes mail from here")),
        Err(why) => Finding::broken(
            ABOUT,
            format!("{server}: {why}"),
            "see that host, port, smtp_tls, user and password are what the server wants",
        ),
    };
    let sender = sender(config);
    let believed = match sender.verdict {
        Verdict::Broken => Vec::new(),
        Verdict::Fine | Verdict::Mind => deliverability::examine(config).await,
    };
    [vec![reached, sender], believed].concat()
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
