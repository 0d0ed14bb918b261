//! The pieces of a lesson's sections.

use content::{Block, Code, Diagram, Figure, LabLink, Table, Value};
use leptos::prelude::*;

use super::quiz::quiz;
use crate::bench::{Setup, Traffic};
use crate::islands::LimiterBench;

/// A block as it stands in a lesson.
pub(crate) fn block(block: &Block) -> AnyView {
    match block {
        Block::Html(html) => {
            view! { <div class="prose" inner_html=String::from(html.clone())></div> }.into_any()
        }
        Block::Figure(shown) => figure(shown).into_any(),
        Block::Quiz(question) => quiz(question).into_any(),
        Block::Lab(link) => lab(link).into_any(),
        Block::Code(lines) => code(lines).into_any(),
        Block::Diagram(drawn) => diagram(drawn).into_any(),
    }
}

fn figure(figure: &Figure) -> impl IntoView + use<> {
    let live = (figure.id == "limiter-bench").then(|| {
        let setup = setup(figure);
        view! {
            <LimiterBench
                policy=setup.policy
                rate=setup.rate
                burst=setup.burst
                shape=setup.shape.id().to_owned()
            />
        }
    });
    let table = figure.table.as_ref().map(table);
    let model = String::from(figure.model.clone());
    view! {
        <div class="figure" role="group" aria-label=figure.title.clone()>
            <p class="figure-title">{figure.title.clone()}</p>
            {live}
            <p class="figure-alt">{figure.alt.clone()}</p>
            <div class="prose figure-model" inner_html=model></div>
            {table}
        </div>
    }
}

/// The bench as the lesson sets it; what it leaves out is the default.
fn setup(figure: &Figure) -> Setup {
    let number = |name: &str| match figure.params.get(name) {
        Some(Value::Integer(value)) => Some(*value),
        _ => None,
    };
    let text = |name: &str| match figure.params.get(name) {
        Some(Value::Text(value)) => Some(value.clone()),
        _ => None,
    };
    let usual = Setup::default();
    let setup = Setup {
        policy: text("policy")
            .or_else(|| text("algorithm"))
            .unwrap_or(usual.policy.clone()),
        rate: number("rate")
            .or_else(|| number("interval_ms").map(|ms| 1_000 / ms.max(1)))
            .unwrap_or(usual.rate),
        burst: number("burst").unwrap_or(usual.burst),
        shape: text("traffic")
            .as_deref()
            .and_then(Traffic::by_id)
            .unwrap_or(usual.shape),
    };
    let known = crate::bench::policies()
        .iter()
        .any(|policy| policy.id == setup.policy);
    if known {
        setup.clamped()
    } else {
        Setup {
            policy: usual.policy,
            ..setup
        }
        .clamped()
    }
}

fn table(table: &Table) -> impl IntoView + use<> {
    let head = table
        .head
        .iter()
        .map(|cell| view! { <th scope="col">{cell.clone()}</th> });
    let head = head.collect_view();
    let rows = table.rows.iter().map(|row| {
        let cells = row
            .iter()
            .map(|cell| view! { <td>{cell.clone()}</td> })
            .collect_view();
        view! { <tr>{cells}</tr> }
    });
    let rows = rows.collect_view();
    view! {
        <details class="chart-data">
            <summary>"The end state as numbers"</summary>
            <div class="scroll" tabindex="0" role="region" aria-label="The end state as numbers">
                <table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>
            </div>
        </details>
    }
}

fn lab(link: &LabLink) -> impl IntoView + use<> {
    let title = labs::by_id(&link.id).map_or_else(|| link.id.clone(), |l| l.spec().title.clone());
    view! {
        <aside class="lab-link" aria-label="Lab">
            <p class="eyebrow">"Lab"</p>
            <div class="prose" inner_html=String::from(link.text.clone())></div>
            <p><a class="button primary" href=format!("/labs/{}", link.id)>"Open: " {title}</a></p>
        </aside>
    }
}

fn code(code: &Code) -> impl IntoView + use<> {
    let place = format!(
        "{}, lines {} to {}",
        code.path, code.first_line, code.last_line
    );
    let label = place.clone();
    view! {
        <figure class="code">
            <pre tabindex="0" role="region" aria-label=label>
                <code class=format!("language-{}", code.language)
                    inner_html=String::from(code.html.clone())></code>
            </pre>
            <figcaption>
                <span class="code-place">{place}</span>
                <span inner_html=String::from(code.caption.clone())></span>
            </figcaption>
        </figure>
    }
}

/// The drawing carries its title for those who do not see it, so that the caption need not.
fn diagram(diagram: &Diagram) -> impl IntoView + use<> {
    let title = diagram.title.clone();
    let label = format!("{title}, scrollable");
    view! {
        <figure class="diagram">
            <div class="diagram-box" tabindex="0" role="region" aria-label=label
                inner_html=String::from(diagram.svg.clone())></div>
            <figcaption aria-hidden="true">{title}</figcaption>
        </figure>
    }
}
