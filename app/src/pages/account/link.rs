//! What a mailed link opens. Opening it changes nothing: mail programs open links by themselves, to
//! look for harm. The button does.

use leptos::prelude::*;

use super::{form_page, new_password_field, problem, whose};
use crate::account::LinkPurpose;
use crate::page::Body;

const PROBLEM: &str = "problem";

pub(super) fn link(token: &str, purpose: LinkPurpose, email: &str, wrong: Option<&str>) -> Body {
    let (title, lead, label) = words(purpose);
    let password = match purpose {
        LinkPurpose::SignUp => Some(new_password_field("password", false, wrong.is_some())),
        LinkPurpose::Reset => Some(new_password_field("password", true, wrong.is_some())),
        LinkPurpose::SignIn | LinkPurpose::Email => None,
    };
    let is_optional = purpose == LinkPurpose::SignUp;
    let without = is_optional.then(|| {
        view! {
            <p class="note">
                "Leave it empty if you would rather have a link mailed each time you sign in."
            </p>
        }
    });
    let view = view! {
        <p class="lead">{lead} " " <strong>{email.to_owned()}</strong></p>
        <form class="account-form" method="post" action="/link">
            {problem(PROBLEM, wrong)}
            <input type="hidden" name="token" value=token.to_owned()/>
            {password.is_some().then(|| whose(email))}
            {password}
            {without}
            <button class="button primary">{label}</button>
        </form>
    };
    form_page(title, lead, wrong.is_some(), view)
}

const fn words(purpose: LinkPurpose) -> (&'static str, &'static str, &'static str) {
    match purpose {
        LinkPurpose::SignUp => (
            "Make your account",
            "One step is left. Your account will belong to",
            "Make my account",
        ),
        LinkPurpose::SignIn => ("Sign in", "You are about to sign in as", "Sign in"),
        LinkPurpose::Reset => (
            "Choose a new password",
            "You are about to change the password of",
            "Change the password",
        ),
        LinkPurpose::Email => (
            "Confirm your new address",
            "The address of your account will be",
            "Use this address",
        ),
    }
}

pub(super) fn dead() -> Body {
    let view = view! {
        <p class="lead" role="status">
            "It was used before, its time is over, or a newer one was sent. Nothing has changed."
        </p>
        <p>"You can ask for another one:"</p>
        <ul>
            <li><a href="/sign-in">"to sign in"</a></li>
            <li><a href="/reset">"to choose a new password"</a></li>
            <li><a href="/sign-up">"to make an account"</a></li>
        </ul>
    };
    let about = "A link works once, and not for long.";
    let body = form_page("This link no longer works", about, false, view);
    Body {
        status: 410,
        ..body
    }
}
