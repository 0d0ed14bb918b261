//! Articles: the list, one of them, and the latest ones for the home page.

use content::{Article, Library};
use leptos::prelude::*;

use super::blocks::group;
use super::figures::Figures;
use super::lesson::{notes, sources};
use super::{breadcrumbs, found, missing};
use crate::assets::Site;
use crate::backend::Backend;
use crate::page::Body;
use crate::shell::Head;

/// Articles on the home page.
const RECENT: usize = 3;

pub(crate) fn list(backend: &dyn Backend) -> Body {
    let library = backend.library();
    let about = "What building and measuring this course showed, with numbers.";
    let entries = library.articles().iter().map(entry);
    let view = view! {
        <div class="page narrow">
            <h1>"Articles"</h1>
            <p class="lead">{about}</p>
            <p class="note">
                "New ones come by " <a href="/newsletter">"mail"</a> " and by "
                <a href="/articles/feed.xml">"feed"</a> "."
            </p>
            <ul class="entries">{entries.collect_view()}</ul>
        </div>
    };
    found(Head::new("Articles", about), view)
}

fn entry(article: &Article) -> impl IntoView + use<> {
    let Article {
        slug,
        title,
        summary,
        published,
        minutes,
        ..
    } = article;
    view! {
        <li>
            <h2><a href=format!("/articles/{slug}")>{title.clone()}</a></h2>
            <p>{summary.clone()}</p>
            <p class="note">
                <time datetime=published.clone()>{published.clone()}</time> " · " {*minutes}
                " minutes"
            </p>
        </li>
    }
}

pub(crate) fn body(backend: &dyn Backend, site: &Site, slug: &str) -> Body {
    let library = backend.library();
    let Some(article) = library.article(slug) else {
        return missing("There is no article at this address.", slug);
    };
    let figures = Figures::new(site);
    let blocks = article.text.groups().map(|shown| group(shown, &figures));
    let toc = article.headings().iter().map(|heading| {
        view! { <li><a href=format!("#{}", heading.id)>{heading.title.clone()}</a></li> }
    });
    let steps = vec![("/articles".to_owned(), "Articles".to_owned())];
    let (title, summary) = (article.title.clone(), article.summary.clone());
    let published = article.published.clone();
    let view = view! {
        <div class="lesson">
            <nav class="toc" aria-labelledby="toc-title">
                <details>
                    <summary id="toc-title">"In this article"</summary>
                    <ol>{toc.collect_view()} <li><a href="#sources">"Sources"</a></li></ol>
                </details>
            </nav>
            <article class="lesson-body">
                {breadcrumbs(steps, title.clone())}
                <h1>{title.clone()}</h1>
                <p class="lead">{summary.clone()}</p>
                <p class="note">
                    {article.minutes} " minutes · "
                    <time datetime=published.clone()>{published.clone()}</time>
                </p>
                <div class="lesson-section">{blocks.collect_view()}</div>
                {notes(&article.notes)}
                {sources(&article.sources)}
                <p class="lesson-foot">
                    <a href=format!("/articles/{slug}.md")>"This article as markdown"</a>
                </p>
            </article>
        </div>
    };
    found(Head::new(title, summary), view)
}

/// The latest, for the home page.
pub(super) fn recent(library: &Library) -> Option<impl IntoView + use<>> {
    let articles = library.articles().iter().take(RECENT);
    let cards: Vec<_> = articles
        .map(|article| {
            view! {
                <li>
                    <h3>
                        <a href=format!("/articles/{}", article.slug)>{article.title.clone()}</a>
                    </h3>
                    <p>{article.summary.clone()}</p>
                    <p class="note">
                        <time datetime=article.published.clone()>{article.published.clone()}</time>
                    </p>
                </li>
            }
        })
        .collect();
    (!cards.is_empty()).then(|| {
        view! {
            <section class="page" aria-labelledby="recent">
                <h2 id="recent">"Recent articles"</h2>
                <ul class="cards">{cards}</ul>
                <p><a href="/articles">"All articles"</a></p>
            </section>
        }
    })
}
