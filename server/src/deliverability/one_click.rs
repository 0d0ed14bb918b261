//! One click (RFC 8058): whether the address that every issue carries ends a subscription when a
//! mail program asks for that. It is tried with a key that nobody has, which ends nothing.

use super::outside::Outside;
use super::sender::Sender;
use crate::doctor::Finding;
use crate::newsletter::UNSUBSCRIBED;
use crate::webhooks::address;

pub(super) const ABOUT: &str = "one click";
/// No key is so short.
const NOBODY: &str = "nobody";

pub(super) async fn examine(sender: &Sender, outside: &dyn Outside) -> Vec<Finding> {
    let Some(site) = &sender.site else {
        let words = "server.public_url is not set: the address in every issue leads nowhere";
        let remedy = "set server.public_url to how readers reach the site";
        return vec![Finding::mind(ABOUT, words, remedy)];
    };
    if let Err(why) = address::check(site, false) {
        return vec![Finding::mind(
            ABOUT,
            format!("{site}: {why}; mail programs show no button"),
            "set server.public_url to an https:// address that the world reaches",
        )];
    }
    let url = format!(
        "{}/newsletter/unsubscribe?key={NOBODY}",
        site.trim_end_matches('/')
    );
    let lets = "let POST to /newsletter/unsubscribe through to this server, unchanged and without \
                asking for anything";
    vec![match outside.click(&url).await {
        Ok((200, text)) if text == UNSUBSCRIBED => {
            Finding::fine(ABOUT, format!("{site} answers it, asked from this machine"))
        }
        Ok((status, _)) => Finding::broken(
            ABOUT,
            format!("something else answers at {url}, with {status}"),
            lets,
        ),
        Err(why) => Finding::broken(
            ABOUT,
            format!("nobody answers at {url}: {why}"),
            "start the server, and see that its name and certificate are right from outside",
        ),
    }]
}
