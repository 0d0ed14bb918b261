//! The lessons for programs: a feed, a map of the site, and an overview for language models.

use crate::markdown::escape;
use crate::{Lesson, Library};
use std::fmt::Write;

/// An Atom feed of the lessons, the last changed first. `site` is the address of `/` without it.
pub fn atom(library: &Library, site: &str) -> String {
    let site = escape(site);
    let mut lessons: Vec<&Lesson> = library.lessons().iter().collect();
    lessons.sort_by(|a, b| b.updated.cmp(&a.updated).then(a.slug.cmp(&b.slug)));
    let updated = lessons
        .first()
        .map_or("2026-01-01", |lesson| &lesson.updated);
    let title = escape(&library.course().title);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <id>{site}/feed.xml</id>\n<title>Headroom: {title}</title>\n\
         <updated>{updated}T00:00:00Z</updated>\n<author><name>Headroom</name></author>\n\
         <link rel=\"self\" href=\"{site}/feed.xml\"/>\n<link href=\"{site}/course\"/>\n"
    );
    for lesson in lessons {
        let url = format!("{site}{}", path(lesson));
        let (title, promise) = (escape(&lesson.title), escape(&lesson.promise));
        let updated = &lesson.updated;
        // Writing to a string does not fail.
        let _ = writeln!(
            feed,
            "<entry>\n<id>{url}</id>\n<title>{title}</title>\n\
             <updated>{updated}T00:00:00Z</updated>\n<link href=\"{url}\"/>\n\
             <summary>{promise}</summary>\n</entry>"
        );
    }
    feed.push_str("</feed>\n");
    feed
}

/// The same as a JSON Feed, version 1.1.
#[cfg(feature = "load")]
pub fn json(library: &Library, site: &str) -> String {
    let mut lessons: Vec<&Lesson> = library.lessons().iter().collect();
    lessons.sort_by(|a, b| b.updated.cmp(&a.updated).then(a.slug.cmp(&b.slug)));
    let items = lessons.iter().map(|lesson| {
        let url = format!("{site}{}", path(lesson));
        serde_json::json!({
            "id": url, "url": url, "title": lesson.title, "summary": lesson.promise,
            "content_text": lesson.promise,
            "date_modified": format!("{}T00:00:00Z", lesson.updated),
        })
    });
    let items: Vec<serde_json::Value> = items.collect();
    let feed = serde_json::json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": format!("Headroom: {}", library.course().title),
        "home_page_url": format!("{site}/course"),
        "feed_url": format!("{site}/feed.json"),
        "language": "en",
        "items": items,
    });
    feed.to_string()
}

/// An Atom feed of the articles, the newest first.
pub fn articles(library: &Library, site: &str) -> String {
    let site = escape(site);
    let newest = library.articles().first();
    let updated = newest.map_or("2026-01-01", |article| &article.published);
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <id>{site}/articles/feed.xml</id>\n<title>Headroom: Articles</title>\n\
         <updated>{updated}T00:00:00Z</updated>\n<author><name>Headroom</name></author>\n\
         <link rel=\"self\" href=\"{site}/articles/feed.xml\"/>\n\
         <link href=\"{site}/articles\"/>\n"
    );
    for article in library.articles() {
        let url = format!("{site}/articles/{}", article.slug);
        let (title, summary) = (escape(&article.title), escape(&article.summary));
        let day = &article.published;
        // Writing to a string does not fail.
        let _ = writeln!(
            feed,
            "<entry>\n<id>{url}</id>\n<title>{title}</title>\n\
             <updated>{day}T00:00:00Z</updated>\n<link href=\"{url}\"/>\n\
             <summary>{summary}</summary>\n</entry>"
        );
    }
    feed.push_str("</feed>\n");
    feed
}

/// A map of the pages at these paths.
pub fn sitemap(paths: impl IntoIterator<Item = String>, site: &str) -> String {
    let mut map = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
                   <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
        .to_owned();
    for path in paths {
        let (site, path) = (escape(site), escape(&path));
        let _ = writeln!(map, "<url><loc>{site}{path}</loc></url>");
    }
    map.push_str("</urlset>\n");
    map
}

/// What the course is and where its lessons are as markdown, for language models.
pub fn llms(library: &Library, site: &str) -> String {
    let course = library.course();
    let mut text = format!("# Headroom: {}\n\n> {}\n", course.title, course.promise);
    for area in &course.areas {
        let _ = writeln!(text, "\n## {}\n", area.title);
        for topic in &area.topics {
            let (title, promise) = (&topic.title, &topic.promise);
            let line = match library.lesson(&area.slug, &topic.slug) {
                Some(lesson) => format!("- [{title}]({site}{}.md): {promise}", path(lesson)),
                None => format!("- {title}: {promise}"),
            };
            let _ = writeln!(text, "{line}");
        }
    }
    if !library.articles().is_empty() {
        text.push_str("\n## Articles\n\n");
    }
    for article in library.articles() {
        let (title, slug) = (&article.title, &article.slug);
        let summary = &article.summary;
        let _ = writeln!(text, "- [{title}]({site}/articles/{slug}.md): {summary}");
    }
    text
}

fn path(lesson: &Lesson) -> String {
    format!("/lessons/{}/{}", lesson.area, lesson.slug)
}
