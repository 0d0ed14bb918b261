//! The first administrator of an instance.

use leptos::prelude::*;

use super::{email_field, form_page, new_password_field, problem};
use crate::account::{SetupField, SetupForm};
use crate::page::Body;

const PROBLEM: &str = "problem";

pub(super) fn body(form: &SetupForm) -> Body {
    let wrong = form.problem.as_ref().map(|(field, _)| *field);
    let said = form.problem.as_ref().map(|(_, words)| words.as_str());
    let is_wrong = |field| wrong == Some(field);
    let view = view! {
        <p class="lead">
            "Nobody administers this site yet. Whoever runs it makes the first administrator here,
            with the code that the program said when it started."
        </p>
        <form class="account-form" method="post" action="/setup">
            {problem(PROBLEM, said)}
            {code_field(&form.code, is_wrong(SetupField::Code))}
            {email_field(&form.email, is_wrong(SetupField::Email).then_some(PROBLEM))}
            {new_password_field("password", true, is_wrong(SetupField::Password))}
            <button class="button primary">"Make the administrator"</button>
        </form>
        <p class="note">
            "No mail is sent. The code stands in the log at every start until there is an
            administrator; then this page is gone. "
            <code>"headroom user add ADDRESS --admin"</code> " does the same without it."
        </p>
    };
    let about = "The first administrator of this site.";
    form_page("Set up this site", about, wrong.is_some(), view)
}

fn code_field(value: &str, is_wrong: bool) -> impl IntoView + use<> {
    let described = if is_wrong {
        "problem code-hint"
    } else {
        "code-hint"
    };
    view! {
        <label for="code">"Code"</label>
        <input id="code" name="code" type="text" required maxlength="64" autocomplete="off"
            autocapitalize="characters" spellcheck="false" value=value.to_owned()
            aria-describedby=described aria-invalid=is_wrong.then_some("true")/>
        <p class="note" id="code-hint">
            "Twenty letters and digits in groups of four; hyphens and case do not matter."
        </p>
    }
}
