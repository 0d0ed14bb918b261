//! What mails about accounts say.

use super::Letter;
use crate::escape::escaped;
use crate::store::links::Purpose;

/// What a letter tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling<'a> {
    /// A link to open, with its address.
    Link(Purpose, &'a str),
    /// Somebody wanted to make an account for an address that has one.
    HasAccount,
    /// Somebody wanted to sign in or choose a password, and there is no account.
    HasNone,
    /// The password is another now.
    PasswordChanged,
    /// The address of the account is another now; this goes to the former one.
    AddressChanged,
}

/// The letter, on the site at `site` (no slash at its end).
#[must_use]
pub fn letter(id: &str, telling: Telling<'_>, site: &str) -> Letter {
    written(id, &parts(telling, site), site)
}

/// What a short letter is made of.
pub(super) struct Parts {
    pub(super) subject: &'static str,
    pub(super) lines: Vec<String>,
    /// What is written on the button, and where it leads.
    pub(super) button: Option<(&'static str, String)>,
    pub(super) after: &'static str,
}

/// A short letter, as text and as HTML.
pub(super) fn written(id: &str, parts: &Parts, site: &str) -> Letter {
    Letter {
        id: id.to_owned(),
        subject: format!("{} · Headroom", parts.subject),
        text: text(parts, site),
        html: html(parts, site),
    }
}

const NOT_YOU: &str = "If that was not you, do nothing: without the link nothing happens.";
const WAS_NOT_YOU: &str = "If that was not you, choose a new password at once, by “Forgot your \
    password?” on the sign-in page: that signs everybody out.";

fn parts(telling: Telling<'_>, site: &str) -> Parts {
    match telling {
        Telling::Link(purpose, url) => link(purpose, url),
        Telling::HasAccount => Parts {
            subject: "You have an account already",
            lines: vec![
                "Somebody, probably you, asked to make an account for this address. It has one."
                    .into(),
                format!(
                    "Sign in at {site}/sign-in; there you can also have a link mailed if you do \
                     not remember the password."
                ),
            ],
            button: Some(("Sign in", format!("{site}/sign-in"))),
            after: "If that was not you, do nothing: your account is as it was.",
        },
        Telling::HasNone => Parts {
            subject: "No account for this address",
            lines: vec![
                "Somebody, probably you, asked for a link to sign in with this address. There is \
                 no account for it here; perhaps you used another address."
                    .into(),
            ],
            button: Some(("Make an account", format!("{site}/sign-up"))),
            after: "If that was not you, do nothing.",
        },
        Telling::PasswordChanged => Parts {
            subject: "Your password was changed",
            lines: vec![
                "The password of your account was changed just now, and every other browser was \
                 signed out."
                    .into(),
            ],
            button: None,
            after: WAS_NOT_YOU,
        },
        Telling::AddressChanged => Parts {
            subject: "The address of your account was changed",
            lines: vec![
                "Your account now belongs to another address, by a link that was opened there. \
                 Mail about it no longer comes here."
                    .into(),
            ],
            button: None,
            after: "If that was not you, tell whoever runs this site.",
        },
    }
}

fn link(purpose: Purpose, url: &str) -> Parts {
    let (subject, line, label) = match purpose {
        Purpose::SignUp => (
            "Finish making your account",
            "One click and your account is made. The link works once, for a day.",
            "Make my account",
        ),
        Purpose::SignIn => (
            "Your link to sign in",
            "Here is the link you asked for. It works once, for ten minutes.",
            "Sign in",
        ),
        Purpose::Reset => (
            "Choose a new password",
            "Here you can choose a new password. The link works once, for ten minutes.",
            "Choose a new password",
        ),
        Purpose::Email => (
            "Confirm your new address",
            "Open the link to make this the address of your account. It works once, for a day.",
            "Use this address",
        ),
    };
    Parts {
        subject,
        lines: vec![line.to_owned()],
        button: Some((label, url.to_owned())),
        after: NOT_YOU,
    }
}

fn text(parts: &Parts, site: &str) -> String {
    let mut text = parts.lines.join("\n\n");
    if let Some((label, url)) = &parts.button {
        text.push_str(&format!("\n\n{label}:\n{url}"));
    }
    format!("{text}\n\n{}\n\n-- \nHeadroom, {site}\n", parts.after)
}

fn html(parts: &Parts, site: &str) -> String {
    let lines: String = parts
        .lines
        .iter()
        .map(|line| format!("<p>{}</p>", escaped(line)))
        .collect();
    let button = parts
        .button
        .as_ref()
        .map_or_else(String::new, |(label, url)| {
            let url = escaped(url);
            format!(
                "<p><a href=\"{url}\" style=\"display:inline-block;padding:12px 20px;\
             background:#0f6e67;color:#ffffff;border-radius:6px;text-decoration:none;\
             font-weight:600\">{label}</a></p>\
             <p style=\"font-size:14px\">Or copy this address:<br>\
             <span style=\"word-break:break-all\">{url}</span></p>"
            )
        });
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{}</title></head>\
         <body style=\"margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif\">\
         <div style=\"max-width:520px;margin:0 auto\">{lines}{button}<p>{}</p>\
         <p style=\"font-size:14px\">Headroom, {}</p></div></body></html>",
        parts.subject,
        escaped(parts.after),
        escaped(site),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_html_both_carry_the_link_whole() {
        let url = "https://course.example/link?token=a_b-c";
        for purpose in [
            Purpose::SignUp,
            Purpose::SignIn,
            Purpose::Reset,
            Purpose::Email,
        ] {
            let made = letter("1", Telling::Link(purpose, url), "https://course.example");
            assert!(made.text.contains(&format!("\n{url}\n")), "{}", made.text);
            assert!(
                made.html.contains(&format!("href=\"{url}\"")),
                "{}",
                made.html
            );
            assert!(made.subject.is_ascii() || made.subject.contains('·'));
        }
    }
}
