//! Pages as documents: what they must hold, balanced, and the same each time.

#![cfg(feature = "ssr")]

use app::{Assets, Backend, INLINE_SCRIPTS, LabText, Page, Site, render, render_error};
use content::{Area, Course, Lesson, Library, Part, Section, Topic};

struct Shelf(Library);

impl Backend for Shelf {
    fn search(&self, query: &str, limit: usize) -> Vec<content::search::Hit> {
        content::search::Index::build(&self.library(), []).search(query, limit)
    }

    fn library(&self) -> Library {
        self.0.clone()
    }

    fn reference(&self) -> app::Reference {
        app::Reference::default()
    }

    fn lab_text(&self, lab: &str) -> Option<LabText> {
        labs::by_id(lab).map(|_| LabText {
            brief: "<p>Decide.</p>".into(),
            ..LabText::default()
        })
    }
}

fn topic(slug: &str, written: bool) -> Topic {
    Topic {
        slug: slug.into(),
        area: "distributed-systems".into(),
        title: format!("Topic <{slug}>"),
        summary: "A line.".into(),
        promise: "Keep promises.".into(),
        needs: Vec::new(),
        outcomes: vec!["State a contract".into()],
        quantity: content::Html::default(),
        reading: vec!["RFC 9110".into()],
        labs: Vec::new(),
        written,
    }
}

fn lesson() -> Lesson {
    let section = |part: Part| Section {
        part,
        title: part.id().into(),
        headings: vec![],
        blocks: vec![],
    };
    Lesson {
        area: "distributed-systems".into(),
        slug: "api-gateway".into(),
        title: "API Gateway Patterns".into(),
        promise: "Keep promises to every caller.".into(),
        outcomes: vec!["State a contract".into()],
        sections: Part::ALL.into_iter().map(section).collect(),
        notes: Vec::new(),
        sources: Vec::new(),
        terms: vec!["backoff".into()],
        words: 1_800,
        minutes: 14,
        markdown: String::new(),
        updated: "2026-11-20".into(),
    }
}

fn shelf() -> Shelf {
    let course = Course {
        title: "System Design & Scaling".into(),
        promise: "Build systems that scale.".into(),
        areas: vec![Area {
            slug: "distributed-systems".into(),
            title: "Distributed Systems Architecture".into(),
            tagline: "Beyond single machines.".into(),
            about: content::Html::default(),
            topics: vec![topic("api-gateway", true), topic("service-mesh", false)],
        }],
        tradeoffs: Vec::new(),
        scenarios: Vec::new(),
        tools: Vec::new(),
        tracks: Vec::new(),
    };
    Shelf(Library::new(course, vec![lesson()]))
}

fn site() -> Site {
    let manifest = [("style.css".to_owned(), "style.0a1b.css".to_owned())];
    Site {
        assets: Assets::new(manifest.into()),
        public_url: "https://headroom.example/".into(),
        author: false,
        compilers: Vec::new(),
        content_source: None,
        offline: true,
    }
}

/// Whether an element ends where this tag begins, although nothing says so (HTML §13.1.2.4).
fn ends(open: &str, tag: &str, name: &str) -> bool {
    let closes = tag.starts_with('/');
    match open {
        "li" => name == "li" && !closes || closes && ["ul", "ol"].contains(&name),
        "dt" => ["dt", "dd"].contains(&name) && !closes,
        "dd" => ["dt", "dd"].contains(&name) && !closes || tag == "/dl",
        "td" | "th" => {
            ["td", "th", "tr", "tbody"].contains(&name) && !closes
                || ["/tr", "/thead", "/tbody", "/table"].contains(&tag)
        }
        "tr" => {
            ["tr", "tbody"].contains(&name) && !closes
                || ["/thead", "/tbody", "/table"].contains(&tag)
        }
        "thead" => name == "tbody" && !closes,
        "tbody" => name == "tbody" && !closes || tag == "/table",
        "option" => name == "option" && !closes || tag == "/select",
        _ => false,
    }
}

/// The first tag that does not close what was opened last, if any.
fn unbalanced(html: &str) -> Option<String> {
    const VOID: [&str; 8] = [
        "meta", "link", "input", "br", "hr", "img", "col", "!DOCTYPE",
    ];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let end = rest.find('>')?;
        let tag = &rest[..end];
        rest = &rest[end + 1..];
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap_or("");
        while open.last().is_some_and(|last| ends(last, tag, name)) {
            open.pop();
        }
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return Some(format!("</{name}>"));
            }
        } else if !VOID.contains(&name) && !tag.ends_with('/') && name != "!" {
            open.push(name);
            if name == "script" {
                rest = &rest[rest.find("</script")?..];
            }
        }
    }
    open.pop().map(|name| format!("<{name}>"))
}

#[test]
fn every_page_is_balanced_titled_and_deterministic() {
    let (shelf, site) = (shelf(), site());
    for page in Page::all(&shelf) {
        let first = render(&page, &shelf, &site);
        assert_eq!(first.status, 200, "{page:?}");
        assert_eq!(first, render(&page, &shelf, &site), "{page:?}");
        assert_eq!(unbalanced(&first.html), None, "{page:?}");
        assert!(
            first.html.starts_with("<!DOCTYPE html><html lang=\"en\""),
            "{page:?}"
        );
        assert_eq!(first.html.matches("<h1").count(), 1, "{page:?}");
        assert!(first.html.contains("/assets/style.0a1b.css"));
        assert!(!first.html.contains(" style=") && !first.html.contains(" onclick="));
        assert!(
            first
                .html
                .contains(&format!("https://headroom.example{}", page.path()))
        );
        assert!(first.html.contains("<main id=\"main\""));
        for script in INLINE_SCRIPTS {
            assert!(first.html.contains(&format!("<script>{script}</script>")));
        }
    }
}

#[test]
fn addresses_and_pages_fit() {
    for page in Page::all(&shelf()) {
        assert_eq!(Page::from_path(&page.path()), Some(page));
    }
    for path in [
        "",
        "course",
        "/course/",
        "/course/A",
        "/lessons/a",
        "/labs/../x",
        "/x",
    ] {
        assert_eq!(Page::from_path(path), None, "{path}");
    }
}

#[test]
fn unknown_names_are_not_found() {
    let (shelf, site) = (shelf(), site());
    for path in ["/course/x", "/lessons/x/y", "/labs/x", "/problems/x"] {
        let page = Page::from_path(path).expect("a page");
        let rendered = render(&page, &shelf, &site);
        assert_eq!(rendered.status, 404, "{path}");
        assert!(rendered.html.contains("noindex"));
    }
}

#[test]
fn the_course_links_written_topics_only_and_escapes_text() {
    let html = render(&Page::Course, &shelf(), &site()).html;
    assert!(html.contains("href=\"/lessons/distributed-systems/api-gateway\""));
    assert!(!html.contains("/lessons/distributed-systems/service-mesh"));
    assert!(html.contains("Topic &lt;service-mesh&gt;") && !html.contains("Topic <"));
}

#[test]
fn the_lesson_has_every_section_and_a_table_of_contents() {
    let page = Page::from_path("/lessons/distributed-systems/api-gateway").expect("a page");
    let html = render(&page, &shelf(), &site()).html;
    for part in Part::ALL {
        assert!(html.contains(&format!("href=\"#{}\"", part.id())));
        assert!(html.contains(&format!("id=\"{}\"", part.id())));
    }
}

#[test]
fn the_home_page_shows_a_run_and_the_lab_can_be_done_without_scripts() {
    let (shelf, site) = (shelf(), site());
    let home = render(&Page::Home, &shelf, &site);
    assert!(home.island && home.html.contains("<svg class=\"chart-svg\""));
    assert!(
        !home.html.contains("wasm\" as"),
        "no module is fetched ahead"
    );
    let lab = render(&Page::Lab("rate_limiter".into()), &shelf, &site);
    assert!(lab.island && lab.html.contains("allow(tenant"));
    assert!(lab.html.contains("headroom grade rate_limiter"));
    assert!(
        lab.html
            .contains("https://headroom.example/api/v1/labs/rate_limiter/submissions")
    );
}

#[test]
fn errors_keep_their_status_and_escape_their_detail() {
    let page = render_error(503, "a <b> detail", Some("id-1"), "/x", &site());
    assert_eq!(page.status, 503);
    assert!(page.html.contains("a &lt;b&gt; detail") && page.html.contains("id-1"));
}

/// A figure with these parameters, in TOML-like pairs.
fn figure(id: &str, params: &[(&str, content::Value)]) -> content::Block {
    let params = params
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    content::Block::Figure(content::Figure {
        id: id.into(),
        title: format!("Figure {id}"),
        model: content::Html::default(),
        alt: "What is seen.".into(),
        params: params.collect(),
        table: None,
    })
}

/// A lesson with a figure of a lab's world and one of the fan-out.
fn figures() -> Shelf {
    let text = |value: &str| content::Value::Text(value.into());
    let list = |values: &[&str]| content::Value::List(values.iter().copied().map(text).collect());
    let stall = [
        ("lab", text("retry")),
        ("scenario", text("stall")),
        ("plot", text("goodput")),
        ("policy", text("full_jitter")),
        ("against", text("budget")),
        (
            "policies",
            list(&["full_jitter", "budget", "no_retry", "two_signals"]),
        ),
        (
            "sliders",
            list(&["queue 1000..8000", "load_ppm 500000..900000"]),
        ),
    ];
    let number = content::Value::Integer;
    let hedged = [("hedge_after_ms", number(50)), ("load_percent", number(20))];
    let mut lesson = lesson();
    let blocks = &mut lesson.sections[3].blocks;
    blocks.push(figure("lab-run", &stall));
    blocks.push(figure("fan-out", &hedged));
    Shelf(Library::new(shelf().0.course().clone(), vec![lesson]))
}

#[test]
fn live_figures_are_complete_before_any_script() {
    let shelf = figures();
    let page = Page::from_path("/lessons/distributed-systems/api-gateway").expect("a page");
    let html = render(&page, &shelf, &site()).html;
    assert_eq!(unbalanced(&html), None);
    assert_eq!(html, render(&page, &shelf, &site()).html);
    for island in ["LabRun", "FanOut"] {
        assert!(
            html.contains(&format!("data-component=\"{island}")),
            "{island}"
        );
    }
    for part in [
        "id=\"f1-still-c\"",
        "id=\"f2-still-c\"",
        "Calls that succeeded",
        "Every policy in this world",
        "No retry",
        "63.4 %",
        "Every parameter of this world",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains(" style="));
    let ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|s| s.split('"').next())
        .collect();
    let once: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(once.len(), ids.len(), "{ids:?}");
}

/// Writes every page to the folder named by `HEADROOM_PAGES`, to be looked at.
#[test]
fn write_pages_for_looking() {
    let Ok(folder) = std::env::var("HEADROOM_PAGES") else {
        return;
    };
    let shelf = shelf();
    for page in Page::all(&shelf) {
        let name = page.path().trim_matches('/').replace('/', "_");
        let name = if name.is_empty() {
            "home".to_owned()
        } else {
            name
        };
        let html = render(&page, &shelf, &Site::default()).html;
        std::fs::write(format!("{folder}/{name}.html"), html).expect("the folder exists");
    }
    let page = Page::from_path("/lessons/distributed-systems/api-gateway").expect("a page");
    let html = render(&page, &figures(), &Site::default()).html;
    std::fs::write(format!("{folder}/figures.html"), html).expect("the folder exists");
}
