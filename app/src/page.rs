//! Every page: its address, its name, and the way from one to the other.

use leptos::prelude::{AnyView, Owner, RenderHtml};

use crate::account::AccountPage;
use crate::assets::Site;
use crate::backend::Backend;
use crate::lean::lean;
use crate::pages;
use crate::shell::{Head, shell};

/// A page of the site.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Page {
    /// `/`
    Home,
    /// `/course`
    Course,
    /// `/course/print`: every lesson on one page.
    Print,
    /// `/course/<area>`
    Area(String),
    /// `/lessons/<area>/<slug>`
    Lesson {
        /// Slug of the area.
        area: String,
        /// Slug of the topic.
        slug: String,
    },
    /// `/articles`
    Articles,
    /// `/articles/<slug>`
    Article(String),
    /// `/labs`
    Labs,
    /// `/labs/<lab>`
    Lab(String),
    /// `/glossary`
    Glossary,
    /// `/offline`: what is read where there is no network and no copy.
    Offline,
    /// `/me`: what this browser remembers of its reader.
    Me,
    /// `/docs/api`: how programs use this site.
    Api,
    /// `/problems`
    Problems,
    /// `/problems/<code>`: what a problem of the API means.
    Problem(String),
}

/// A rendered document. The same page of the same library has the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// HTTP status: 200, or 404 where the page names something that is not there.
    pub status: u16,
    /// Title without the site's name.
    pub title: String,
    /// A sentence or two about it.
    pub description: String,
    /// The document.
    pub html: String,
    /// Whether it holds an island.
    pub island: bool,
}

/// A page's body and what its head says of it.
pub(crate) struct Body {
    pub status: u16,
    pub head: Head,
    pub view: AnyView,
}

impl Page {
    /// The page at `path` (no query), if the address has the form of one. Whether what it names
    /// exists shows when it is rendered.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let parts: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
        Some(match parts.as_slice() {
            [""] => Self::Home,
            ["course"] => Self::Course,
            ["course", "print"] => Self::Print,
            ["course", area] if is_name(area) => Self::Area((*area).into()),
            ["lessons", area, slug] if is_name(area) && is_name(slug) => Self::Lesson {
                area: (*area).into(),
                slug: (*slug).into(),
            },
            ["articles"] => Self::Articles,
            ["articles", slug] if is_name(slug) => Self::Article((*slug).into()),
            ["labs"] => Self::Labs,
            ["labs", lab] if is_name(lab) => Self::Lab((*lab).into()),
            ["glossary"] => Self::Glossary,
            ["me"] => Self::Me,
            ["offline"] => Self::Offline,
            ["docs", "api"] => Self::Api,
            ["problems"] => Self::Problems,
            ["problems", code] if is_name(code) => Self::Problem((*code).into()),
            _ => return None,
        })
    }

    /// Its address.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Home => "/".into(),
            Self::Course => "/course".into(),
            Self::Print => "/course/print".into(),
            Self::Area(area) => format!("/course/{area}"),
            Self::Lesson { area, slug } => format!("/lessons/{area}/{slug}"),
            Self::Articles => "/articles".into(),
            Self::Article(slug) => format!("/articles/{slug}"),
            Self::Labs => "/labs".into(),
            Self::Lab(lab) => format!("/labs/{lab}"),
            Self::Glossary => "/glossary".into(),
            Self::Me => "/me".into(),
            Self::Offline => "/offline".into(),
            Self::Api => "/docs/api".into(),
            Self::Problems => "/problems".into(),
            Self::Problem(code) => format!("/problems/{code}"),
        }
    }

    /// Every page there is now, for prerendering and site maps.
    #[must_use]
    pub fn all(backend: &dyn Backend) -> Vec<Self> {
        let library = backend.library();
        let mut pages = vec![
            Self::Home,
            Self::Course,
            Self::Articles,
            Self::Labs,
            Self::Glossary,
            Self::Me,
            Self::Api,
            Self::Problems,
        ];
        pages.extend(
            library
                .course()
                .areas
                .iter()
                .map(|area| Self::Area(area.slug.clone())),
        );
        pages.extend(library.lessons().iter().map(|lesson| Self::Lesson {
            area: lesson.area.clone(),
            slug: lesson.slug.clone(),
        }));
        let articles = library.articles().iter();
        pages.extend(articles.map(|article| Self::Article(article.slug.clone())));
        pages.extend(labs::ALL.iter().map(|lab| Self::Lab(lab.id.into())));
        let problems = crate::PROBLEMS.iter();
        pages.extend(problems.map(|problem| Self::Problem(problem.code.into())));
        pages
    }
}

/// Renders a page as a whole document.
#[must_use]
pub fn render(page: &Page, backend: &dyn Backend, site: &Site) -> Rendered {
    let path = page.path();
    document(&path, site, || match page {
        Page::Home => pages::home::body(backend, site),
        Page::Course => pages::course::body(backend),
        Page::Print => pages::print::body(backend, site),
        Page::Area(area) => pages::area::body(backend, area),
        Page::Lesson { area, slug } => pages::lesson::body(backend, site, area, slug),
        Page::Articles => pages::articles::list(backend),
        Page::Article(slug) => pages::articles::body(backend, site, slug),
        Page::Labs => pages::labs::body(backend),
        Page::Lab(lab) => pages::lab::body(backend, site, lab),
        Page::Glossary => pages::glossary::body(backend),
        Page::Me => pages::me::body(),
        Page::Offline => pages::offline::body(),
        Page::Api => pages::api::body(backend),
        Page::Problems => pages::problem::index(),
        Page::Problem(code) => pages::problem::body(code),
    })
}

/// Renders the page for an error: `status` is the HTTP status, `detail` says what happened in a
/// sentence (empty for the usual words), `request_id` is shown so that it can be quoted.
#[must_use]
pub fn render_error(
    status: u16,
    detail: &str,
    request_id: Option<&str>,
    path: &str,
    site: &Site,
) -> Rendered {
    document(path, site, || {
        pages::error::body(status, detail, request_id, path)
    })
}

/// Renders a page about accounts, at `path`.
#[must_use]
pub fn render_account(page: &AccountPage, path: &str, site: &Site) -> Rendered {
    document(path, site, || pages::account::body(page))
}

/// Renders what a search found.
#[must_use]
pub fn render_search(query: &str, backend: &dyn Backend, site: &Site) -> Rendered {
    document("/search", site, || pages::search::body(backend, query))
}

fn document(path: &str, site: &Site, body: impl FnOnce() -> Body) -> Rendered {
    let owner = Owner::new();
    owner.with(|| {
        let Body { status, head, view } = body();
        let (title, description) = (head.title.clone(), head.description.clone());
        let html = lean(&shell(path, site, head, view).to_html());
        let island = html.contains("<leptos-island");
        Rendered {
            status,
            title,
            description,
            html: format!("<!DOCTYPE html>{html}"),
            island,
        }
    })
}

/// Whether a part of an address can be the name of anything.
fn is_name(part: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=64).contains(&part.len()) && part.bytes().all(fits)
}
