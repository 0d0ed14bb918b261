//! `/account`: what somebody can see and change of their account.

use leptos::prelude::*;

use super::{form_page, new_password_field, password_field, problem, whose};
use crate::account::{Account, KeyRow, Part, SessionRow};
use crate::page::Body;

pub(super) fn body(account: &Account) -> Body {
    let done = account
        .done
        .map(|done| view! { <p class="callout" role="status">{done}</p> });
    let admin = account
        .is_admin
        .then(|| view! { <a href="/admin">"You may administer this instance."</a> });
    let view = view! {
        {done}
        <p class="lead">
            "Signed in as " <strong>{account.email.clone()}</strong> ". The account was made on "
            {account.made_on.clone()} ". " {admin}
        </p>
        <div class="actions">
            <a class="button" href="/me">"Your study"</a>
            <form method="post" action="/sign-out"><button class="button">"Sign out"</button></form>
        </div>
        {password(account)}
        {email(account)}
        {sessions(&account.sessions)}
        {keys(account)}
        <section aria-labelledby="export">
            <h2 id="export">"Your data"</h2>
            <p>
                "Everything we know of you, as one JSON file: the account, your progress and notes,
                and every submission with its source and score."
            </p>
            <p><a class="button" href="/account/export" download>"Save my data"</a></p>
        </section>
        {delete(account)}
    };
    let about = "Your account: password, address, sessions and data.";
    form_page("Your account", about, account.problem.is_some(), view)
}

fn wrong(account: &Account, part: Part) -> Option<&str> {
    let (at, text) = account.problem.as_ref()?;
    (*at == part).then_some(text.as_str())
}

fn current(account: &Account, id: &'static str) -> Option<impl IntoView + use<>> {
    account
        .has_password
        .then(|| password_field(id, "current", "Current password"))
}

fn password(account: &Account) -> impl IntoView + use<> {
    let wrong = wrong(account, Part::Password);
    let (title, label) = if account.has_password {
        ("Password", "Change the password")
    } else {
        ("Password (you have none)", "Set the password")
    };
    view! {
        <section aria-labelledby="password-title">
            <h2 id="password-title">{title}</h2>
            <form class="account-form" method="post" action="/account/password">
                {problem("password-problem", wrong)}
                {whose(&account.email)}
                {current(account, "current")}
                {new_password_field("new-password", true, wrong.is_some())}
                <button class="button">{label}</button>
            </form>
            <p class="note">"That signs you out in every other browser."</p>
        </section>
    }
}

fn email(account: &Account) -> impl IntoView + use<> {
    let wrong = wrong(account, Part::Email);
    view! {
        <section aria-labelledby="email-title">
            <h2 id="email-title">"Address"</h2>
            <form class="account-form" method="post" action="/account/email">
                {problem("email-problem", wrong)}
                <label for="new-email">"New e-mail address"</label>
                <input id="new-email" name="email" type="email" required maxlength="254"
                    autocomplete="email" aria-invalid=wrong.map(|_| "true")/>
                {current(account, "email-current")}
                <button class="button">"Change the address"</button>
            </form>
            <p class="note">
                "We mail a link to the new address. Until it is opened, the present one stays."
            </p>
        </section>
    }
}

fn sessions(rows: &[SessionRow]) -> impl IntoView + use<> {
    let others = (rows.len() > 1).then(|| {
        view! {
            <form method="post" action="/account/sessions/revoke">
                <button class="button">"Sign out everywhere else"</button>
            </form>
        }
    });
    view! {
        <section aria-labelledby="sessions">
            <h2 id="sessions">"Where you are signed in"</h2>
            <ul class="sessions">{rows.iter().map(session).collect_view()}</ul>
            {others}
        </section>
    }
}

fn session(row: &SessionRow) -> impl IntoView + use<> {
    let end = if row.is_this {
        view! { <strong class="note">"This browser"</strong> }.into_any()
    } else {
        let label = format!("Sign out {}, signed in {}", row.agent, row.began);
        view! {
            <form method="post" action="/account/sessions/revoke">
                <input type="hidden" name="session" value=row.key.clone()/>
                <button class="button quiet" aria-label=label>"Sign out"</button>
            </form>
        }
        .into_any()
    };
    view! {
        <li>
            <div>
                <p>{row.agent.clone()}</p>
                <p class="note">
                    "Signed in " {row.began.clone()} ", last used " {row.seen.clone()}
                </p>
            </div>
            {end}
        </li>
    }
}

/// What a key may be allowed, and what that means.
const SCOPES: [(&str, &str); 5] = [
    ("submissions:write", "Hand in and cancel"),
    ("submissions:read", "List what was handed in"),
    ("progress:read", "Read your progress"),
    ("progress:write", "Write your progress"),
    ("webhooks", "Make and delete webhooks"),
];

fn keys(account: &Account) -> impl IntoView + use<> {
    let wrong = wrong(account, Part::Keys);
    let secret = account.new_key.clone().map(|secret| {
        view! {
            <div class="callout" role="status">
                <p>"Your new key. Copy it now: nobody can read it again."</p>
                <pre class="secret"><code id="new-key">{secret}</code></pre>
                <button class="button" data-copy="new-key" hidden>"Copy"</button>
            </div>
        }
    });
    let list = (!account.keys.is_empty())
        .then(|| view! { <ul class="sessions">{account.keys.iter().map(key).collect_view()}</ul> });
    let scopes = SCOPES.into_iter().map(|(name, words)| {
        // What programs need most is ticked.
        let checked = name == "submissions:write";
        view! {
            <label class="choice">
                <input type="checkbox" name="scope" value=name checked=checked/>
                {words} " " <code>{name}</code>
            </label>
        }
    });
    view! {
        <section aria-labelledby="keys">
            <h2 id="keys">"Keys for programs"</h2>
            <p>
                "A script or the command line acts for you with a key. The "
                <a href="/docs/api">"API"</a> " says how."
            </p>
            {secret} {list}
            <form class="account-form" method="post" action="/account/keys">
                {problem("keys-problem", wrong)}
                <label for="key-name">"What is it for?"</label>
                <input id="key-name" name="name" required maxlength="60" autocomplete="off"
                    aria-invalid=wrong.map(|_| "true")/>
                <fieldset>
                    <legend>"It may"</legend>
                    {scopes.collect_view()}
                </fieldset>
                <label for="key-days">"Days until it ends"</label>
                <input id="key-days" name="days" type="number" required min="1" max="366"
                    value="90"/>
                <button class="button">"Make a key"</button>
            </form>
        </section>
    }
}

fn key(row: &KeyRow) -> impl IntoView + use<> {
    let label = format!("Delete the key {}", row.name);
    let ends = if row.ended { "ended" } else { "ends" };
    let used = row.used.as_ref();
    let used = used.map_or_else(|| "never used".into(), |day| format!("last used {day}"));
    view! {
        <li>
            <div>
                <p>{row.name.clone()}</p>
                <p class="note">
                    {row.scopes.clone()} "; " {used} ", " {ends} " " {row.ends.clone()}
                </p>
            </div>
            <form method="post" action="/account/keys/delete">
                <input type="hidden" name="key" value=row.id.clone()/>
                <button class="button quiet" aria-label=label>"Delete"</button>
            </form>
        </li>
    }
}

fn delete(account: &Account) -> impl IntoView + use<> {
    let wrong = wrong(account, Part::Delete);
    view! {
        <section aria-labelledby="delete">
            <h2 id="delete">"Delete the account"</h2>
            <p>
                "Account, progress, notes and submissions are deleted at once, and cannot be had
                back. What this browser remembers stays until you forget it on "
                <a href="/me">"Your study"</a> "."
            </p>
            <form class="account-form" method="post" action="/account/delete">
                {problem("delete-problem", wrong)}
                {current(account, "delete-current")}
                <label class="check">
                    <input type="checkbox" name="sure" value="yes" required/>
                    "I want my account deleted"
                </label>
                <button class="button danger">"Delete my account"</button>
            </form>
        </section>
    }
}
