//! A question of a lesson. It is complete without scripts: the answer and the reasons are in a
//! closed `<details>`, and choices can be marked before it is opened.

use content::{Answer, Choice, Html, Quiz, Step};
use leptos::prelude::*;
use serde_json::json;

/// The questions of a pool, one below the other; the page's script shows one at a time.
pub(crate) fn pool(name: &str, questions: &[&Quiz]) -> impl IntoView + use<> {
    let of = questions.len();
    let numbered = questions.iter().zip(1..);
    let items = numbered.map(|(question, number)| quiz(question, Some((number, of))));
    view! { <div class="pool" id=name.to_owned()>{items.collect_view()}</div> }
}

/// A question; of a pool it also says which of how many it is.
pub(crate) fn quiz(quiz: &Quiz, place: Option<(usize, usize)>) -> impl IntoView + use<> {
    let kind = if quiz.drill { "Estimate" } else { "Question" };
    let place = place.map(|(number, of)| format!(", {number} of {of} on one idea"));
    let prompt = format!("{}-prompt", quiz.id);
    let explanation = text(&quiz.explanation);
    view! {
        <section
            class="quiz" id=quiz.id.clone() aria-labelledby=prompt.clone()
            data-question=right(&quiz.answer)
        >
            <p class="eyebrow">{kind}{place}</p>
            <div class="prose quiz-prompt" id=prompt.clone() inner_html=text(&quiz.prompt)></div>
            {ask(&quiz.id, &prompt, &quiz.answer)}
            <details class="answer">
                <summary>"Check the answer"</summary>
                {answer(&quiz.answer)}
                <div class="prose" inner_html=explanation></div>
            </details>
        </section>
    }
}

/// What the page's script grades by, as JSON. No secret: the closed answer says the same.
fn right(answer: &Answer) -> String {
    let right = match answer {
        Answer::Single { options } | Answer::Multiple { options } => {
            let right = options
                .iter()
                .enumerate()
                .filter(|(_, choice)| choice.right);
            let right: Vec<usize> = right.map(|(at, _)| at).collect();
            json!({"kind": "choice", "right": right})
        }
        Answer::Numeric {
            value,
            unit,
            tolerance,
            mistakes,
        } => {
            let mistakes: Vec<f64> = mistakes.iter().map(|mistake| mistake.value).collect();
            json!({
                "kind": "numeric", "value": value, "tolerance": tolerance, "unit": unit,
                "mistakes": mistakes,
            })
        }
        Answer::Ordering { steps, .. } => {
            let order: Vec<usize> = (0..steps.len()).collect();
            json!({"kind": "ordering", "order": order})
        }
    };
    right.to_string()
}

fn text(html: &Html) -> String {
    html.as_str().to_owned()
}

fn ask(id: &str, prompt: &str, answer: &Answer) -> AnyView {
    match answer {
        Answer::Single { options } => choices(id, prompt, options, "radio"),
        Answer::Multiple { options } => choices(id, prompt, options, "checkbox"),
        Answer::Numeric { unit, .. } => view! {
            <p class="quiz-number">
                <input type="text" inputmode="decimal" autocomplete="off"
                    aria-labelledby=prompt.to_owned()/>
                <span class="unit">{unit.clone()}</span>
            </p>
        }
        .into_any(),
        Answer::Ordering { steps, shown } => {
            let items = shown.iter().filter_map(|i| Some((*i, steps.get(*i)?)));
            let items = items.map(|(i, step)| {
                view! {
                    <li data-step=i.to_string()>
                        <div class="prose" inner_html=text(&step.text)></div>
                    </li>
                }
            });
            let items = items.collect_view();
            view! { <p class="note">"Put these in order:"</p><ul>{items}</ul> }.into_any()
        }
    }
}

fn choices(id: &str, prompt: &str, options: &[Choice], kind: &'static str) -> AnyView {
    let options = options.iter().enumerate().map(|(i, choice)| {
        let mine = format!("{id}-{i}");
        view! {
            <li>
                <input type=kind id=mine.clone() name=id.to_owned() autocomplete="off"/>
                <label for=mine class="prose" inner_html=inline(&choice.text)></label>
            </li>
        }
    });
    let options = options.collect_view();
    view! {
        <div role="group" aria-labelledby=prompt.to_owned()>
            <ul class="choices">{options}</ul>
        </div>
    }
    .into_any()
}

/// A label holds no paragraphs, so the one around a rendered line is taken off.
fn inline(html: &Html) -> String {
    let html = html.as_str().trim();
    let inner = html
        .strip_prefix("<p>")
        .and_then(|rest| rest.strip_suffix("</p>"));
    inner.unwrap_or(html).to_owned()
}

fn answer(answer: &Answer) -> AnyView {
    match answer {
        Answer::Single { options } | Answer::Multiple { options } => {
            let items = options.iter().map(verdict).collect_view();
            view! { <ul class="verdicts">{items}</ul> }.into_any()
        }
        Answer::Numeric {
            value,
            unit,
            tolerance,
            mistakes,
        } => {
            let right = format!("{value} {unit}");
            let room = format!(" (± {tolerance})");
            let wrong = mistakes.iter().map(|mistake| {
                let value = format!("{} {unit}: ", mistake.value);
                view! { <li data-mistake=""><strong>{value}</strong>
                <span inner_html=inline(&mistake.why)></span></li> }
            });
            let wrong = wrong.collect_view();
            view! { <p><strong>{right}</strong>{room}</p><ul>{wrong}</ul> }.into_any()
        }
        Answer::Ordering { steps, .. } => {
            let items = steps.iter().map(step).collect_view();
            view! { <ol>{items}</ol> }.into_any()
        }
    }
}

fn verdict(choice: &Choice) -> impl IntoView + use<> {
    let (class, word) = if choice.right {
        ("right", "Right: ")
    } else {
        ("wrong", "Not this: ")
    };
    view! {
        <li class=class>
            <strong>{word}</strong><span inner_html=inline(&choice.text)></span>
            <div class="prose" inner_html=text(&choice.why)></div>
        </li>
    }
}

fn step(step: &Step) -> impl IntoView + use<> {
    view! {
        <li>
            <div class="prose" inner_html=text(&step.text)></div>
            <div class="prose note" inner_html=text(&step.why)></div>
        </li>
    }
}
