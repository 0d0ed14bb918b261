//! `/newsletter`: asking for it, confirming, changing, ending.

use leptos::prelude::*;

use super::{course, email_field, form_page, on_its_way, problem};
use crate::account::{ArchiveRow, Newsletter, Wish};
use crate::page::Body;
use crate::pages::{breadcrumbs, found};
use crate::shell::Head;

/// What there is to read.
const TOPICS: [(&str, &str); 4] = [
    ("lessons", "New lessons"),
    ("labs", "New labs, and new versions of labs"),
    ("articles", "Articles"),
    (
        "course",
        "The course by mail: a lesson a week, from the first to the last",
    ),
];
/// How often.
const FREQUENCIES: [(&str, &str); 3] = [
    ("each", "Each thing when it appears"),
    ("weekly", "At most once a week"),
    ("monthly", "At most once a month"),
];

pub(super) fn body(page: &Newsletter) -> Body {
    match page {
        Newsletter::Ask {
            email,
            wish,
            words,
            problem,
        } => ask(email, wish, words, problem.as_deref()),
        Newsletter::Asked { email } => asked(email),
        Newsletter::Confirm { token, email } => confirm(token, email),
        Newsletter::Dead => dead(),
        Newsletter::Course {
            key,
            email,
            course,
            done,
        } => course::page(key, email, course.as_ref(), *done),
        Newsletter::Preferences { .. } => preferences(page),
        Newsletter::Archive(rows) => archive(rows),
        Newsletter::Issue { row, html } => issue(row, html),
    }
}

fn ask(email: &str, wish: &Wish, words: &'static str, wrong: Option<&str>) -> Body {
    let about =
        "What is new in the course: lessons, labs, articles. By mail, as often as you like.";
    let at = wrong.map(|_| "newsletter-problem");
    let view = view! {
        <p class="lead">{about}</p>
        <form class="account-form" method="post" action="/newsletter">
            {problem("newsletter-problem", wrong)}
            {email_field(email, at)}
            {wishes(wish)}
            {trap()}
            <p class="note">{words}</p>
            <button class="button primary">"Subscribe"</button>
        </form>
        <p class="note">
            "A mail asks you to confirm; without that nothing comes. No picture in an issue tells us
            that you opened it, and links lead where they say."
        </p>
    };
    form_page("Newsletter", about, wrong.is_some(), view)
}

fn asked(email: &str) -> Body {
    let lead = "Open the link in it and press the button there: then you subscribe.";
    let view = view! {
        {on_its_way(email, lead)}
    };
    form_page("Check your mail", lead, false, view)
}

fn confirm(token: &str, email: &str) -> Body {
    let about = "One click, and the newsletter comes.";
    let view = view! {
        <p class="lead">
            "The newsletter is to come to " <strong>{email.to_owned()}</strong> "."
        </p>
        <form class="account-form" method="post" action="/newsletter/confirm">
            <input type="hidden" name="token" value=token.to_owned()/>
            <button class="button primary">"Confirm"</button>
        </form>
        <p class="note">"If you did not ask for it, close this page: then nothing comes."</p>
    };
    form_page("Confirm your subscription", about, false, view)
}

fn dead() -> Body {
    let about = "The link has served its time, or a newer one was sent. Nothing has changed.";
    let view = view! {
        <p class="lead" role="status">{about}</p>
        <p><a class="button" href="/newsletter">"Ask for another one"</a></p>
    };
    let body = form_page("This link no longer works", about, false, view);
    Body {
        status: 410,
        ..body
    }
}

fn preferences(page: &Newsletter) -> Body {
    let Newsletter::Preferences {
        key,
        email,
        wish,
        subscribes,
        course,
        done,
        problem: wrong,
    } = page
    else {
        return dead();
    };
    let about = "What comes to you, and how often.";
    let done = done.map(|done| view! { <p class="callout" role="status">{done}</p> });
    let (lead, label) = match subscribes {
        true => ("The newsletter comes to ", "Keep"),
        false => ("Nothing comes to ", "Subscribe again"),
    };
    let end = subscribes.then(|| {
        view! {
            <section aria-labelledby="end">
                <h2 id="end">"Enough?"</h2>
                <form method="post" action="/newsletter/unsubscribe">
                    <input type="hidden" name="key" value=key.clone()/>
                    <button class="button">"Unsubscribe"</button>
                </form>
            </section>
        }
    });
    let view = view! {
        {done}
        <p class="lead">{lead} <strong>{email.clone()}</strong> "."</p>
        <form class="account-form" method="post" action="/newsletter/preferences">
            {problem("newsletter-problem", wrong.as_deref())}
            <input type="hidden" name="key" value=key.clone()/>
            {wishes(wish)}
            <button class="button primary">{label}</button>
        </form>
        {course.as_ref().map(|course| course::section(key, "The course by mail", course))}
        {end}
    };
    form_page("Your newsletter", about, wrong.is_some(), view)
}

fn archive(rows: &[ArchiveRow]) -> Body {
    let about = "Every issue of the newsletter, the newest first.";
    let issues = rows.iter().map(|row| {
        view! {
            <li>
                <h2>
                    <a href=format!("/newsletter/issues/{}", row.slug)>{row.subject.clone()}</a>
                </h2>
                <p>{row.summary.clone()}</p>
                <p class="note"><time datetime=row.day.clone()>{row.day.clone()}</time></p>
            </li>
        }
    });
    let list = match rows.is_empty() {
        true => view! { <p class="lead">"The first issue has not been sent yet."</p> }.into_any(),
        false => view! { <ul class="entries">{issues.collect_view()}</ul> }.into_any(),
    };
    let view = view! {
        <div class="page narrow">
            <h1>"Past issues"</h1>
            <p class="note">
                <a href="/newsletter">"Get the next one by mail"</a> ", or by "
                <a href="/newsletter/feed.xml">"feed"</a> "."
            </p>
            {list}
        </div>
    };
    found(Head::new("Past issues", about), view)
}

fn issue(row: &ArchiveRow, html: &str) -> Body {
    let steps = vec![("/newsletter/issues".to_owned(), "Past issues".to_owned())];
    let view = view! {
        <article class="page narrow prose">
            {breadcrumbs(steps, row.subject.clone())}
            <h1>{row.subject.clone()}</h1>
            <p class="note"><time datetime=row.day.clone()>{row.day.clone()}</time></p>
            <div inner_html=html.to_owned()></div>
            <p><a class="button" href="/newsletter">"Get the next issue by mail"</a></p>
        </article>
    };
    let head = Head::new(row.subject.clone(), row.summary.clone());
    found(head, view)
}

fn wishes(wish: &Wish) -> impl IntoView + use<> {
    let topics = TOPICS.into_iter().map(|(name, words)| {
        let checked = wish.topics.contains(&name);
        view! {
            <label class="choice">
                <input type="checkbox" name="topic" value=name checked=checked/> {words}
            </label>
        }
    });
    let frequencies = FREQUENCIES.into_iter().map(|(name, words)| {
        let checked = wish.frequency == name;
        view! {
            <label class="choice">
                <input type="radio" name="frequency" value=name checked=checked/> {words}
            </label>
        }
    });
    view! {
        <fieldset><legend>"What"</legend>{topics.collect_view()}</fieldset>
        <fieldset>
            <legend>"How often, of what is new"</legend> {frequencies.collect_view()}
        </fieldset>
    }
}

/// A field that people neither see nor reach; programs that fill in forms do.
fn trap() -> impl IntoView {
    view! {
        <input class="whose" name="website" tabindex="-1" autocomplete="off" aria-hidden="true"/>
    }
}
