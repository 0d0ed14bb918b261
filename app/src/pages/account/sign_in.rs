//! Signing in, making an account, and a forgotten password.

use leptos::prelude::*;

use super::{email_field, form_page, password_field, problem};
use crate::account::Typed;
use crate::page::Body;

const PROBLEM: &str = "problem";

pub(super) fn sign_in(typed: &Typed) -> Body {
    let wrong = typed.problem.as_ref().map(|_| PROBLEM);
    let view = view! {
        <form class="account-form" method="post" action="/sign-in">
            {problem(PROBLEM, typed.problem.as_deref())}
            <input type="hidden" name="next" value=typed.next.clone()/>
            {email_field(&typed.email, wrong)}
            {password_field("password", "password", "Password")}
            <button class="button primary">"Sign in"</button>
        </form>
        <p><a href="/reset">"Forgot your password?"</a></p>
        <hr/>
        <h2>"Without a password"</h2>
        <form class="account-form" method="post" action="/sign-in/link">
            <label for="link-email">"E-mail address"</label>
            <input id="link-email" name="email" type="email" required autocomplete="email"
                maxlength="254" value=typed.email.clone()/>
            <button class="button">"Mail me a link to sign in"</button>
        </form>
        <p class="note">
            "No account yet? " <a href="/sign-up">"Make one"</a> ". Every lesson and lab works
            without: an account keeps your progress on all your devices."
        </p>
    };
    let about = "Sign in to keep your progress on all your devices.";
    form_page("Sign in", about, wrong.is_some(), view)
}

pub(super) fn sign_up(typed: &Typed) -> Body {
    let wrong = typed.problem.as_ref().map(|_| PROBLEM);
    let view = view! {
        <p class="lead">
            "An account keeps what you read, answer, note and submit, on all your devices. It takes
            an e-mail address and nothing else."
        </p>
        <form class="account-form" method="post" action="/sign-up">
            {problem(PROBLEM, typed.problem.as_deref())}
            {email_field(&typed.email, wrong)}
            <button class="button primary">"Mail me a link"</button>
        </form>
        <p class="note">
            "The link shows that the address is yours; you choose a password, if you want one, once
            you have opened it. What this browser remembers already comes along. You can take
            everything with you, or delete it, at any time."
        </p>
        <p class="note">"Have one already? " <a href="/sign-in">"Sign in"</a> "."</p>
    };
    let about = "Make an account that keeps your progress on all your devices.";
    form_page("Make an account", about, wrong.is_some(), view)
}

pub(super) fn reset(typed: &Typed) -> Body {
    let wrong = typed.problem.as_ref().map(|_| PROBLEM);
    let view = view! {
        <p class="lead">"We mail you a link by which you can choose a new password."</p>
        <form class="account-form" method="post" action="/reset">
            {problem(PROBLEM, typed.problem.as_deref())}
            {email_field(&typed.email, wrong)}
            <button class="button primary">"Mail me a link"</button>
        </form>
        <p class="note">
            "Choosing one signs you out everywhere else. "
            <a href="/sign-in">"Back to signing in"</a>
        </p>
    };
    let about = "Choose a new password by a mailed link.";
    form_page("Forgot your password?", about, wrong.is_some(), view)
}
