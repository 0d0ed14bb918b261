//! What is remembered of a reader. The page is the same for everybody: its script fills it in, from
//! this browser and, where somebody is signed in, from their account.

use leptos::prelude::*;

use super::found;
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body() -> Body {
    let about = "What you have read, what is due for review, and how practice went.";
    found(
        Head::new("Your study", about).unlisted(),
        view! {
            <div class="page me">
                <h1>"Your study"</h1>
                <noscript>
                    <p class="callout">
                        "What you have read and answered is kept by your browser, with JavaScript.
                        Without it every lesson, answer and lab page can still be read. "
                        <a href="/account">"Your account"</a>
                    </p>
                </noscript>
                <div data-me="page" hidden>
                    <p class="lead" data-me="numbers" role="status"></p>
                    <p class="note">
                        <span data-me="kept" role="status"></span> " "
                        <a href="/account" data-me="account">"Sign in or make an account"</a>
                    </p>
                    <p class="resume" data-resume hidden></p>
                    {section("due", "Due for review", "Nothing is due. Questions you answer come \
                        back after 1, 3, 7, 21 and 60 days.")}
                    <p><a class="button primary" data-me="review" href="#due" hidden>
                        "Review them"</a></p>
                    <section aria-labelledby="practice">
                        <h2 id="practice">"Practice"</h2>
                        <div class="heat" role="img" data-me="heat"></div>
                        <p class="note">
                            "A square is a day, a column a week, the last one today's."
                        </p>
                    </section>
                    {section("stars", "Labs", "No lab has given a star yet: submit a policy.")}
                    {section("bookmarks", "Bookmarks", "None. Lessons have a button for it under \
                        their title.")}
                    {section("notes", "Notes", "None. Lessons have a place for them at their end.")}
                    {section("read", "Lessons read", "None yet: a lesson counts when you come to \
                        its end.")}
                    <section aria-labelledby="data">
                        <h2 id="data">"Your data"</h2>
                        <p class="actions">
                            <button class="button" type="button" data-me="export">
                                "Save to a file"</button>
                            <label class="button">"Read from a file"
                                <input type="file" accept="application/json" data-me="import"
                                    class="unseen"/></label>
                            <button class="button" type="button" data-me="forget">
                                "Forget everything"</button>
                        </p>
                    </section>
                </div>
            </div>
        },
    )
}

fn section(name: &'static str, title: &'static str, none: &'static str) -> impl IntoView + use<> {
    view! {
        <section aria-labelledby=name>
            <h2 id=name>{title}</h2>
            <ul data-me=name></ul>
            <p class="note" data-me-none=name>{none}</p>
        </section>
    }
}
