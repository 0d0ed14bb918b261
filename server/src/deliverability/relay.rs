//! TLS: whether the way to the mail server is protected.

use super::outside::Outside;
use super::sender::Sender;
use crate::doctor::Finding;
use crate::mail::Protection;

pub(super) const ABOUT: &str = "TLS";

pub(super) async fn examine(sender: &Sender, outside: &dyn Outside) -> Vec<Finding> {
    let Some(relay) = &sender.relay else {
        let words = "mail is written to the outbox; no mail server was looked at";
        let remedy = "set mail.transport = \"smtp\" and a server when readers are to get mail";
        return vec![Finding::mind(ABOUT, words, remedy)];
    };
    let host = &relay.host;
    vec![match outside.relay().await {
        Ok(Protection::Tls) => {
            Finding::fine(ABOUT, format!("{host} has a certificate for its name"))
        }
        Ok(Protection::Clear { .. }) if relay.is_local() => Finding::fine(
            ABOUT,
            format!("mail goes to {host} in the clear, within this network"),
        ),
        Ok(Protection::Clear { offers_starttls }) => {
            let secrets = if relay.signs_in {
                "mail and password go"
            } else {
                "mail goes"
            };
            let words = format!("{secrets} to {host} in the clear (mail.smtp_tls = \"none\")");
            let remedy = match offers_starttls {
                true => "set mail.smtp_tls = \"starttls\": it offers that",
                false => "let it offer STARTTLS; then set mail.smtp_tls = \"starttls\"",
            };
            Finding::broken(ABOUT, words, remedy)
        }
        Err(why) => {
            let remedy = match why.to_lowercase() {
                why if why.contains("starttls") => {
                    "let it offer STARTTLS, or set mail.smtp_tls = \"tls\" and its port, often 465"
                        .to_owned()
                }
                why if why.contains("certificate") => {
                    format!("give it a certificate for {host} from an authority that all know")
                }
                _ => "see that mail.smtp_host, smtp_port and smtp_tls are what it wants".to_owned(),
            };
            Finding::broken(ABOUT, format!("{host}: {why}"), remedy)
        }
    }]
}
