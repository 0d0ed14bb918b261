//! The pieces of a lesson's sections.

use content::{Block, Code, Diagram, LabLink};
use leptos::prelude::*;

use super::figures::{Figures, figure};
use super::quiz::{pool, quiz};

/// A block as it stands in a lesson, or the questions of a pool.
pub(crate) fn group(group: &[Block], figures: &Figures<'_>) -> AnyView {
    let name = group.first().and_then(Block::pool);
    match name {
        Some(name) => {
            let questions = group.iter().filter_map(|block| match block {
                Block::Quiz(question) => Some(question),
                _ => None,
            });
            pool(name, &questions.collect::<Vec<_>>()).into_any()
        }
        None => {
            let blocks = group.iter().map(|shown| block(shown, figures));
            blocks.collect_view().into_any()
        }
    }
}

fn block(block: &Block, figures: &Figures<'_>) -> AnyView {
    match block {
        Block::Html(html) => {
            view! { <div class="prose" inner_html=String::from(html.clone())></div> }.into_any()
        }
        Block::Figure(shown) => figure(shown, figures).into_any(),
        Block::Quiz(question) => quiz(question, None).into_any(),
        Block::Lab(link) => lab(link).into_any(),
        Block::Code(lines) => code(lines).into_any(),
        Block::Diagram(drawn) => diagram(drawn).into_any(),
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
