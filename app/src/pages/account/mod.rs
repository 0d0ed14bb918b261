//! Pages about accounts: one file per page, and the parts of their forms. They work without
//! JavaScript.

mod course;
mod link;
mod newsletter;
mod settings;
mod setup;
mod sign_in;

use leptos::prelude::*;

use super::{admin, found, status};
use crate::account::{AccountPage, LinkPurpose};
use crate::page::Body;
use crate::shell::Head;

/// Letters of a password, as the forms say it; the server decides.
const PASSWORD_HINT: &str = "At least 8 characters. Four random words are a good one.";

pub(crate) fn body(page: &AccountPage) -> Body {
    match page {
        AccountPage::SignIn(typed) => sign_in::sign_in(typed),
        AccountPage::SignUp(typed) => sign_in::sign_up(typed),
        AccountPage::Reset(typed) => sign_in::reset(typed),
        AccountPage::Mailed { email, purpose } => mailed(email, *purpose),
        AccountPage::Link {
            token,
            purpose,
            email,
            problem,
        } => link::link(token, *purpose, email, problem.as_deref()),
        AccountPage::LinkDead => link::dead(),
        AccountPage::Setup(form) => setup::body(form),
        AccountPage::Settings(account) => settings::body(account),
        AccountPage::Newsletter(page) => newsletter::body(page),
        AccountPage::Status(page) => status::body(page),
        AccountPage::Admin(page) => admin::body(page),
    }
}

/// A page that is one form; its title says when something is wrong.
fn form_page(
    title: &'static str,
    about: &'static str,
    is_refused: bool,
    view: impl IntoView,
) -> Body {
    let spoken = if is_refused {
        format!("Problem: {title}")
    } else {
        title.to_owned()
    };
    found(
        Head::new(spoken, about).unlisted(),
        view! {
            <div class="page narrow account">
                <h1>{title}</h1>
                {view}
            </div>
        },
    )
}

fn mailed(email: &str, purpose: LinkPurpose) -> Body {
    let lead = match purpose {
        LinkPurpose::SignUp => "Open the link in it to finish making your account.",
        LinkPurpose::SignIn => "Open the link in it to sign in. It works for ten minutes.",
        LinkPurpose::Reset => {
            "Open the link in it to choose a new password. It works for ten minutes."
        }
        LinkPurpose::Email => "Open the link in it to make this the address of your account.",
    };
    let view = view! {
        {on_its_way(email, lead)}
    };
    form_page("Check your mail", lead, false, view)
}

/// What is said of a mail that may or may not be sent: the same for every address.
fn on_its_way(email: &str, lead: &'static str) -> impl IntoView + use<> {
    view! {
        <p class="lead" role="status">
            "A message is on its way to " <strong>{email.to_owned()}</strong> ". " {lead}
        </p>
        <p class="note">
            "Nothing there after a few minutes? Look among the unwanted mail, and check the address
            above for a slip."
        </p>
    }
}

pub(super) fn problem(id: &'static str, text: Option<&str>) -> impl IntoView + use<> {
    text.map(|text| view! { <p class="problem" role="alert" id=id>{text.to_owned()}</p> })
}

fn email_field(value: &str, problem: Option<&'static str>) -> impl IntoView + use<> {
    view! {
        <label for="email">"E-mail address"</label>
        <input id="email" name="email" type="email" required autocomplete="username" maxlength="254"
            value=value.to_owned() aria-describedby=problem
            aria-invalid=problem.map(|_| "true")/>
    }
}

/// A field for the password somebody has.
fn password_field(id: &'static str, name: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <label for=id>{label}</label>
        <input id=id name=name type="password" required autocomplete="current-password"
            maxlength="1024"/>
    }
}

/// A field for a password that somebody chooses.
fn new_password_field(id: &'static str, is_required: bool, is_wrong: bool) -> impl IntoView {
    let hint = format!("{id}-hint");
    view! {
        <label for=id>"New password"</label>
        <input id=id name="password" type="password" required=is_required minlength="8"
            maxlength="1024" autocomplete="new-password" aria-describedby=hint.clone()
            aria-invalid=is_wrong.then_some("true")/>
        <p class="note" id=hint>{PASSWORD_HINT}</p>
    }
}

/// Tells password managers whose password it is.
fn whose(email: &str) -> impl IntoView + use<> {
    view! {
        <input class="whose" type="text" name="username" autocomplete="username" tabindex="-1"
            aria-hidden="true" readonly value=email.to_owned()/>
    }
}
