//! A lab: the task, the workbench, the rules. Complete without scripts, too: the page says how to
//! build a module and have it graded from a terminal.

use labs::{Lab, Policy, PolicyRole, Spec, Starter};
use leptos::prelude::*;

use super::{breadcrumbs, found, missing};
use crate::assets::Site;
use crate::backend::{Backend, Hint, LabText};
use crate::components::format::points;
use crate::islands::Workbench;
use crate::islands::workbench::LabInfo;
use crate::page::Body;
use crate::shell::Head;

pub(crate) fn body(backend: &dyn Backend, site: &Site, id: &str) -> Body {
    let Some((lab, text)) = labs::by_id(id).zip(backend.lab_text(id)) else {
        return missing("There is no lab of this name.", id);
    };
    let spec = lab.spec();
    let head = Head::new(format!("{} lab", spec.title), spec.summary.clone());
    let head = head.styled("lab.css");
    let steps = vec![("/labs".into(), "Labs".into())];
    let lesson = format!("/lessons/{}", spec.lesson);
    let brief = text.brief.clone();
    found(
        head,
        view! {
            <div class="page lab">
                {breadcrumbs(steps, spec.title.clone())}
                <h1>{spec.title.clone()}</h1>
                <p class="lead">{spec.summary.clone()}</p>
                <p class="note"><a href=lesson>"Read the lesson behind this lab"</a></p>
                <section class="brief" aria-labelledby="task">
                    <h2 id="task">"The task"</h2>
                    <div class="prose" inner_html=brief></div>
                    {exports(spec)}
                </section>
                <section aria-labelledby="workbench">
                    <h2 id="workbench">"Workbench"</h2>
                    <noscript>
                        <p class="callout">
                            "The workbench needs JavaScript and WebAssembly. Without them you can
                            take a starter below, build it, and have it graded from a terminal."
                        </p>
                    </noscript>
                    <Workbench
                        lab=LabInfo::of(lab, &site.compilers)
                        module=site.assets.url("workbench.js")
                    />
                </section>
                <section aria-labelledby="submissions" data-submissions=lab.id hidden>
                    <h2 id="submissions">"Your submissions"</h2>
                    <ol class="submissions" reversed></ol>
                </section>
                {scenarios(spec)}
                {scoring(spec)}
                {policies(lab)}
                {hints(&text.hints)}
                {solution(lab, &text)}
                {starters(lab, &text)}
                {terminal(lab, site)}
            </div>
        },
    )
}

fn exports(spec: &Spec) -> impl IntoView + use<> {
    let rows = spec.exports.iter().map(|export| {
        view! {
            <div><dt><code>{export.signature()}</code></dt><dd>{export.doc.clone()}</dd></div>
        }
    });
    let rows = rows.collect_view();
    let budget = format!(
        "Budget: {} metered operations per call on average, at most {} in one call, {} pages of \
         64 KiB.",
        spec.budget.ops_per_call, spec.budget.hard_ops_per_call, spec.budget.pages
    );
    let budget_of_scripts = &spec.for_scripts().budget;
    let scripts = format!(
        "A script may spend {}, {} and {}: its interpreter counts.",
        budget_of_scripts.ops_per_call,
        budget_of_scripts.hard_ops_per_call,
        budget_of_scripts.pages
    );
    view! {
        <h3 id="exports">"Functions to export"</h3>
        <dl class="terms">{rows}</dl>
        <p class="note">{budget}</p>
        <p class="note">{scripts}</p>
    }
}

fn scenarios(spec: &Spec) -> impl IntoView + use<> {
    let hidden = spec.scenarios.iter().filter(|s| !s.public).count();
    let rows = spec.public().map(|(_, scenario)| {
        let world: Vec<String> = scenario
            .world
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        view! {
            <div>
                <dt><code>{scenario.id.clone()}</code>
                    <span class="note">{scenario.seeds.len()} " seeds"</span></dt>
                <dd>
                    {scenario.summary.clone()}
                    <details><summary>"Parameters"</summary>
                        <code>{world.join(", ")}</code></details>
                </dd>
            </div>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section aria-labelledby="scenarios">
            <h2 id="scenarios">"Scenarios"</h2>
            <dl class="terms">{rows}</dl>
            <p class="note">
                "The server also runs " {hidden} " scenarios that are not shown, with seeds of its
                own. They do not enter the score; they decide whether stars are given."
            </p>
        </section>
    }
}

fn scoring(spec: &Spec) -> impl IntoView + use<> {
    let metrics = spec.metrics.iter().map(|metric| {
        view! { <li><strong>{metric.title.clone()}</strong>": " {metric.doc.clone()}</li> }
    });
    let metrics = metrics.collect_view();
    let stars = format!(
        "One star from {} points, two from {}, three from {} with no scenario below 70 and the \
         hidden scenarios at nine tenths of the public quality or better.",
        points(spec.stars.one),
        points(spec.stars.two),
        points(spec.stars.three)
    );
    view! {
        <section aria-labelledby="scoring">
            <h2 id="scoring">"How it is scored"</h2>
            <ul>{metrics}</ul>
            <ol>
                <li>"Each metric becomes a utility: 0 at the bad anchor, 1 at the good one."</li>
                <li>"A scenario's score is the geometric mean of its utilities, so that one metric
                    at its bad anchor makes it 0. Each scenario runs with several seeds and the
                    median counts."</li>
                <li>"Quality is 0.7 × the mean over scenarios + 0.3 × the worst of them."</li>
                <li>"Score = quality × cost factor × memory factor. Inside the budget both factors
                    are 1; above it they fall, but not below 0.5."</li>
            </ol>
            <p>{stars}</p>
        </section>
    }
}

fn policies(lab: &Lab) -> impl IntoView + use<> {
    let rows = lab.policies.iter().map(|policy: &Policy| {
        let role = match policy.role {
            PolicyRole::Reference => "reference",
            PolicyRole::Naive => "naive",
            PolicyRole::Baseline => "baseline",
            PolicyRole::Mutant => "mistake",
        };
        view! {
            <div><dt>{policy.title} <span class="note">{role}</span></dt><dd>{policy.doc}</dd></div>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section aria-labelledby="policies">
            <h2 id="policies">"Built-in policies"</h2>
            <dl class="terms">{rows}</dl>
        </section>
    }
}

fn hints(hints: &[Hint]) -> Option<impl IntoView + use<>> {
    let count = hints.len();
    let items: Vec<_> = hints
        .iter()
        .enumerate()
        .map(|(i, hint)| {
            let html = hint.html.clone();
            view! {
                <details class="hint">
                    <summary>"Hint " {i + 1} " of " {count} ": " {hint.title.clone()}</summary>
                    <div class="prose" inner_html=html></div>
                </details>
            }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <section aria-labelledby="hints">
                <h2 id="hints">"Hints"</h2>
                <p class="note">"One at a time: the next appears when you open the one before."</p>
                {items}
            </section>
        }
    })
}

/// The reference, behind a question: readable without scripts, and never by accident.
fn solution(lab: &Lab, text: &LabText) -> Option<impl IntoView + use<>> {
    let solution = labs::solution::by_id(lab.id)?;
    let name = lab.reference().title;
    let html = text.solution.source.clone();
    let html = if html.is_empty() {
        crate::components::format::escape(solution.source)
    } else {
        html
    };
    let argument = text.solution.argument.clone();
    Some(view! {
        <section aria-labelledby="reference">
            <h2 id="reference">"Reference solution"</h2>
            <details class="solution">
                <summary>"Read it after your first star, or give up and read it now"</summary>
                <p>"The policy that scores are measured against: " {name} ", in Rust. Once you have
                    read it, the puzzle is gone; a hint may be all you need."</p>
                <details>
                    <summary>"Yes, show the solution"</summary>
                    <div class="prose" inner_html=argument></div>
                    <pre tabindex="0" role="region" aria-label="Reference solution">
                        <code inner_html=html></code>
                    </pre>
                </details>
            </details>
        </section>
    })
}

fn starters(lab: &Lab, text: &LabText) -> impl IntoView + use<> {
    let items = lab.files.starters.iter().map(|starter| {
        let coloured = text
            .starters
            .iter()
            .find(|t| t.language == starter.language.id);
        starter_view(lab, starter, coloured.map(|t| t.html.clone()))
    });
    let items = items.collect_view();
    view! {
        <section aria-labelledby="starters">
            <h2 id="starters">"Starters"</h2>
            <p class="note">
                "A kit is a small project for your own editor: the starter, how to build and grade
                it, and the task."
            </p>
            {items}
        </section>
    }
}

fn starter_view(lab: &Lab, starter: &Starter, html: Option<String>) -> impl IntoView + use<> {
    let language = starter.language;
    let html = html.unwrap_or_else(|| crate::components::format::escape(starter.source));
    let kit = format!("/labs/{}/kits/{}.zip", lab.id, language.id);
    let id = format!("starter-{}", language.id);
    let build = match &language.interpreter {
        Some(_) => view! { <p>"Nothing to build: it is run as it is."</p> }.into_any(),
        None => view! { <p>"Build it with " <code>{language.build}</code></p> }.into_any(),
    };
    let untested = (!language.untested.is_empty())
        .then(|| view! { <p class="callout">{language.untested}</p> });
    view! {
        <details class="starter">
            <summary>{language.title} ": " <code>{language.file}</code></summary>
            {build}
            {untested}
            <p class="actions">
                <a class="button" href=kit download="">"Download the kit"</a>
                <button class="button" type="button" data-copy=id.clone() hidden>"Copy"</button>
            </p>
            <pre tabindex="0" role="region" aria-label=language.file>
                <code id=id inner_html=html></code>
            </pre>
        </details>
    }
}

fn terminal(lab: &Lab, site: &Site) -> impl IntoView + use<> {
    let local = format!("headroom grade {} policy.wasm", lab.id);
    let submit = format!(
        "curl --data-binary @policy.wasm -H 'Content-Type: application/wasm' \\\n  {}\n\
         curl '{}?wait=30'",
        site.absolute(&format!("/api/v1/labs/{}/submissions", lab.id)),
        site.absolute("/api/v1/submissions/ID"),
    );
    view! {
        <section aria-labelledby="terminal">
            <h2 id="terminal">"From a terminal"</h2>
            <p>"Grade a module (or " <code>"policy.js"</code>
                ") on your own machine; the report has the same bytes as here:"</p>
            <pre tabindex="0" role="region" aria-label="Grade locally"><code>{local}</code></pre>
            <p>
                "Or submit it to this server; the first answer's " <code>"Location"</code>
                " holds the id:"
            </p>
            <pre tabindex="0" role="region" aria-label="Submit with curl">
                <code>{submit}</code>
            </pre>
        </section>
    }
}
