//! The real parts of a server: the site that `app` renders, the labs of `labs`, the curriculum
//! that `content` loads.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use app::{AccountPage, Backend, Hint, LabText, Page, SolutionText, StarterText};
use content::search::{Entry, Hit, Index};
use content::{Block, Folder, Known, Library, Memory, Problem, Runs, Term};
use pulldown_cmark::{Event, Options, Parser, html};
use rust_embed::RustEmbed;

use crate::card::Card;
use crate::escape::escaped;
use crate::files;
use crate::measured::Published;
use crate::newsletter::course::{Lesson, opening};
use crate::newsletter::pictures;
use crate::newsletter::wishes::Topic;
use crate::offline;
use crate::reference::{self, GUIDE};
use crate::routes::lessons;
use crate::state::Site;

#[derive(RustEmbed)]
#[folder = "../content/"]
struct Curriculum;

// Lessons quote the labs' and the server's code: the files that are marked for it (`build.rs`).
include!(concat!(env!("OUT_DIR"), "/quoted.rs"));

/// The lessons, and what finds them.
struct Shelf {
    library: Library,
    index: Arc<Index>,
}

impl Shelf {
    fn new(library: Library) -> Self {
        let labs = labs::ALL.iter().map(|lab| Entry {
            url: format!("/labs/{}", lab.id),
            title: lab.spec().title.clone(),
            heading: String::new(),
            text: format!("{} {}", lab.spec().summary, markdown(lab.files.brief)),
        });
        let articles = library.articles().iter().map(|article| Entry {
            url: format!("/articles/{}", article.slug),
            title: article.title.clone(),
            heading: String::new(),
            text: format!("{} {}", article.summary, markdown(&article.markdown)),
        });
        let terms = library.glossary().iter().map(entry);
        Self {
            index: Arc::new(Index::build(&library, labs.chain(articles).chain(terms))),
            library,
        }
    }
}

/// What finds a term of the glossary.
fn entry(term: &Term) -> Entry {
    Entry {
        url: format!("/glossary#{}", term.slug),
        title: "Glossary".to_owned(),
        heading: term.name.clone(),
        text: format!("{} {}", term.synonyms.join(", "), term.definition.as_str()),
    }
}

/// The site: pages over a curriculum that authors may exchange while it runs.
pub struct Pages {
    shelf: RwLock<Shelf>,
    site: app::Site,
    /// Where the texts of labs are read from, if an author may be changing them.
    labs: Option<PathBuf>,
}

impl Pages {
    /// Pages over the curriculum in `dir`, or the one in the program.
    ///
    /// # Errors
    /// Every problem of the curriculum, one per line.
    pub fn load(dir: Option<&Path>, public_url: String) -> anyhow::Result<Self> {
        let site = app::Site {
            assets: app::Assets::new(files::names()),
            public_url,
            author: dir.is_some(),
            compilers: Vec::new(),
            content_source: None,
            offline: false,
        };
        Ok(Self {
            shelf: RwLock::new(Shelf::new(library(dir)?)),
            site,
            labs: dir.and_then(labs_beside),
        })
    }

    /// Says on lab pages that this server compiles a language.
    pub fn compile(&mut self, language: &'static str) {
        self.site.compilers.push(language);
    }

    /// Says on lessons where their files can be changed.
    pub fn edit_at(&mut self, source_url: Option<String>) {
        self.site.content_source = source_url;
    }

    /// Lets browsers keep pages for reading without a network.
    pub fn keep_offline(&mut self, offline: bool) {
        self.site.offline = offline && !self.site.author;
    }

    /// Reads the curriculum again; with a problem in it the one at hand stays.
    ///
    /// # Errors
    /// Every problem of the curriculum, one per line.
    pub fn reload(&self, dir: &Path) -> anyhow::Result<()> {
        let shelf = Shelf::new(library(Some(dir))?);
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = shelf;
        Ok(())
    }

    /// A lab's text as its author left it, or the one in the program.
    fn text(&self, lab: &str, file: &str, built_in: &'static str) -> Cow<'static, str> {
        let folder = self.labs.as_deref().map(|labs| labs.join(lab));
        let read = folder.and_then(|folder| std::fs::read_to_string(folder.join(file)).ok());
        read.map_or(Cow::Borrowed(built_in), Cow::Owned)
    }
}

/// The folder `labs/src` of the checkout that the lessons in `content` belong to.
pub fn labs_beside(content: &Path) -> Option<PathBuf> {
    let labs = content.canonicalize().ok()?.parent()?.join("labs/src");
    labs.is_dir().then_some(labs)
}

/// What the curriculum in `dir`, or the one in the program, holds; every problem, where it has any.
///
/// # Errors
/// When the folder cannot be listed.
pub fn load(dir: Option<&Path>, runs: &dyn Runs) -> std::io::Result<Result<Library, Vec<Problem>>> {
    let labs: Vec<&str> = labs::ALL.iter().map(|lab| lab.id).collect();
    let known = Known {
        labs: &labs,
        figures: &app::figures::IDS,
        params: Some(app::figures::check),
        runs: Some(runs),
    };
    Ok(match dir {
        Some(dir) => content::load(&Folder::open(dir, dir.parent())?, &known),
        None => content::load(&built_in(), &known),
    })
}

fn library(dir: Option<&Path>) -> anyhow::Result<Library> {
    load(dir, &Published)?.map_err(|problems| {
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| format!("{problem}"))
            .collect();
        anyhow::anyhow!("the curriculum has problems:\n{}", lines.join("\n"))
    })
}

fn built_in() -> Memory {
    let mut memory = Memory::default();
    let lessons = |path: &str| {
        let text = path.ends_with(".md") || path.ends_with(".toml");
        text && path != "Cargo.toml" && !path.starts_with("src/") && !path.starts_with("tests/")
    };
    for path in Curriculum::iter().filter(|path| lessons(path)) {
        if let Some(file) = Curriculum::get(&path) {
            memory = memory.with_file(&path, file.data.into_owned());
        }
    }
    for (path, text) in QUOTED {
        memory = memory.with_code(path, text.as_bytes());
    }
    memory
}

impl Backend for Pages {
    fn library(&self) -> Library {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        shelf.library.clone()
    }

    fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let index = Arc::clone(&shelf.index);
        drop(shelf);
        index.search(query, limit)
    }

    fn reference(&self) -> app::Reference {
        let (_, text) = GUIDE.split_once('\n').unwrap_or_default();
        // What scrolls sideways can be reached by keyboard.
        let guide = markdown(text).replace("<pre>", "<pre tabindex=\"0\">");
        reference::of(guide)
    }

    fn lab_text(&self, lab: &str) -> Option<LabText> {
        let files = &labs::by_id(lab)?.files;
        let starter = |starter: &labs::Starter| StarterText {
            language: starter.language.id.to_owned(),
            html: escaped(starter.source),
        };
        Some(LabText {
            brief: markdown(&self.text(lab, "brief.md", files.brief)),
            hints: hints(&self.text(lab, "hints.md", files.hints)),
            starters: files.starters.iter().map(starter).collect(),
            solution: labs::solution::by_id(lab).map_or_else(SolutionText::default, |s| {
                SolutionText {
                    source: escaped(s.source),
                    argument: markdown(s.argument),
                }
            }),
        })
    }
}

impl Site for Pages {
    fn page(&self, path: &str) -> Option<(u16, String)> {
        let rendered = app::render(&Page::from_path(path)?, self, &self.site);
        Some((rendered.status, rendered.html))
    }

    fn document(&self, path: &str) -> Option<(&'static str, String)> {
        let library = self.library();
        let site = self.site.absolute("");
        let pages = || Page::all(self).into_iter().map(|page| page.path());
        Some(match path {
            "/feed.xml" => ("application/atom+xml", content::feed::atom(&library, &site)),
            "/feed.json" => (
                "application/feed+json",
                content::feed::json(&library, &site),
            ),
            "/articles/feed.xml" => (
                "application/atom+xml",
                content::feed::articles(&library, &site),
            ),
            "/offline.json" => ("application/json", offline::plan(pages())),
            "/manifest.webmanifest" => ("application/manifest+json", offline::manifest()),
            "/sitemap.xml" => ("application/xml", content::feed::sitemap(pages(), &site)),
            "/llms.txt" => (
                "text/plain; charset=utf-8",
                content::feed::llms(&library, &site),
            ),
            api if api.starts_with("/api/") => {
                ("application/json", lessons::document(&library, api)?)
            }
            article if article.starts_with("/articles/") => {
                let slug = article.strip_prefix("/articles/")?.strip_suffix(".md")?;
                let article = library.article(slug)?;
                let text = format!("# {}\n{}", article.title, article.markdown);
                ("text/markdown; charset=utf-8", text)
            }
            lesson => {
                let name = lesson.strip_prefix("/lessons/")?.strip_suffix(".md")?;
                let (area, slug) = name.split_once('/')?;
                let lesson = library.lesson(area, slug)?;
                let text = format!("# {}\n{}", lesson.title, lesson.markdown);
                ("text/markdown; charset=utf-8", text)
            }
        })
    }

    fn card(&self, path: &str) -> Option<Card> {
        let page = app::render(&Page::from_path(path)?, self, &self.site);
        (page.status == 200).then_some(Card {
            title: page.title,
            description: page.description,
        })
    }

    fn search_page(&self, query: &str) -> String {
        app::render_search(query, self, &self.site).html
    }

    fn search(&self, query: &str, limit: usize) -> Vec<Hit> {
        Backend::search(self, query, limit)
    }

    fn contents(&self) -> Vec<(Topic, String, String, String)> {
        let shelf = self.shelf.read().unwrap_or_else(PoisonError::into_inner);
        let lessons = shelf.library.lessons().iter().map(|lesson| {
            let path = format!("/lessons/{}/{}", lesson.area, lesson.slug);
            (
                Topic::Lessons,
                path,
                lesson.title.clone(),
                lesson.promise.clone() + &chart(lesson),
            )
        });
        let labs = labs::ALL.iter().map(|lab| {
            let spec = lab.spec();
            let path = format!("/labs/{}", lab.id);
            (Topic::Labs, path, spec.title.clone(), spec.summary.clone())
        });
        let articles = shelf.library.articles().iter().map(|article| {
            let path = format!("/articles/{}", article.slug);
            let (title, summary) = (article.title.clone(), article.summary.clone());
            (Topic::Articles, path, title, summary)
        });
        lessons.chain(labs).chain(articles).collect()
    }

    fn lessons(&self) -> Vec<Lesson> {
        let library = self.library();
        let place = |target: &str| match target.split_once(':')? {
            ("lesson", slug) => {
                let topic = library.topic(slug).filter(|topic| topic.written)?;
                Some(format!("/lessons/{}/{slug}", topic.area))
            }
            ("lab", id) => Some(format!("/labs/{id}")),
            ("article", slug) => Some(format!("/articles/{slug}")),
            _ => None,
        };
        let lessons = library.lessons().iter().map(|lesson| Lesson {
            path: format!("/lessons/{}/{}", lesson.area, lesson.slug),
            title: lesson.title.clone(),
            promise: lesson.promise.clone(),
            minutes: lesson.minutes,
            outcomes: lesson.outcomes.clone(),
            opening: opening(&lesson.markdown, &place) + &chart(lesson),
        });
        lessons.collect()
    }

    fn account_page(&self, page: &AccountPage, path: &str) -> (u16, String) {
        let rendered = app::render_account(page, path, &self.site);
        (rendered.status, rendered.html)
    }

    fn error_page(&self, status: u16, detail: &str, request_id: &str, path: &str) -> String {
        app::render_error(status, detail, Some(request_id), path, &self.site).html
    }

    fn inline_scripts(&self) -> Vec<String> {
        app::INLINE_SCRIPTS
            .iter()
            .map(|script| (*script).to_owned())
            .collect()
    }
}

/// The first chart of a lesson as a paragraph of a mail; nothing where it has none.
fn chart(lesson: &content::Lesson) -> String {
    let mut blocks = lesson.sections.iter().flat_map(|section| &section.blocks);
    let alt = blocks.find_map(|block| match block {
        Block::Figure(figure) => Some(figure.alt.replace(['[', ']'], "")),
        _ => None,
    });
    let at = format!("{}lessons/{}/{}", pictures::PATH, lesson.area, lesson.slug);
    alt.map_or_else(String::new, |alt| format!("\n\n![{alt}]({at}/1.png)"))
}

/// The labs' own texts. They are part of the program, yet raw HTML in them shows as text.
fn markdown(text: &str) -> String {
    let events = Parser::new_ext(text, Options::ENABLE_TABLES).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        event => event,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    out
}

/// One hint for each second-level heading.
fn hints(text: &str) -> Vec<Hint> {
    let text = format!("\n{text}");
    let parts = text.split("\n## ").skip(1);
    let hint = |part: &str| {
        let (title, body) = part.split_once('\n').unwrap_or((part, ""));
        Hint {
            title: title.trim().to_owned(),
            html: markdown(body),
        }
    };
    parts.map(hint).collect()
}
