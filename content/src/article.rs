//! Reads the articles.

use crate::load::{PACE, read};
use crate::model::{Article, Problem, Reference};
use crate::page::{Names, Page, article_slug};
use crate::{check, markdown};
use serde::Deserialize;
use std::cell::RefCell;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    summary: String,
    published: String,
    sources: Vec<Reference>,
}

/// Every article, `articles/<slug>.md`. Problems go to `problems`.
pub(crate) fn all(names: &Names<'_>, problems: &RefCell<Vec<Problem>>) -> Vec<Article> {
    let mut paths = names.source.paths();
    paths.sort();
    let articles = paths.iter().filter_map(|path| {
        let slug = article_slug(path)?;
        article(names, problems, path, slug)
    });
    articles.collect()
}

fn article(
    names: &Names<'_>,
    problems: &RefCell<Vec<Problem>>,
    path: &str,
    slug: &str,
) -> Option<Article> {
    let text = read(names.source, path, problems)?;
    let whole = Page::new(names, problems, path, 1, &text);
    let rest = text.strip_prefix("+++\n");
    let Some((front, body)) = rest.and_then(|rest| rest.split_once("\n+++\n")) else {
        whole.problem(0, "the file starts with TOML between two lines of +++");
        return None;
    };
    let matter = match toml::from_str::<FrontMatter>(front) {
        Ok(matter) => matter,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start + "+++\n".len());
            whole.problem(at, error.message());
            return None;
        }
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if slug.is_empty() || !slug.chars().all(plain) {
        whole.problem(0, "the name of the file is not made of a–z, 0–9 and dashes");
    }
    let page = Page::new(
        names,
        problems,
        path,
        whole.line(text.len() - body.len()),
        body,
    );
    let mut rendered = markdown::render_whole(&page, body);
    let article = Article {
        slug: slug.to_owned(),
        title: matter.title,
        summary: matter.summary,
        published: matter.published,
        minutes: rendered.words.div_ceil(PACE),
        text: rendered.sections.pop()?,
        notes: rendered.notes,
        words: rendered.words,
        sources: matter.sources,
        markdown: markdown::as_read(body),
    };
    check::article(&page, &article);
    Some(article)
}
