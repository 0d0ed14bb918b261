//! Articles: what they are loaded as, and what is said of one that is wrong.

use content::{Known, Memory, Problem, load};

const COURSE: &str = include_str!("../../course.toml");
const GLOSSARY: &str = include_str!("../../glossary.toml");
const REFERENCE: &str = include_str!("../../../labs/src/rate_limiter/reference.rs");
const LESSON: &str = include_str!("../../distributed-systems/api-gateway.md");
const KNOWN: Known<'static> = Known {
    labs: &["rate_limiter"],
    figures: &["limiter-bench"],
    runs: None,
    params: None,
};

fn article(day: &str, body: &str) -> String {
    let source = "[[sources]]\ntitle = \"A paper\"\nurl = \"https://example.org/paper\"\n\
                  kind = \"paper\"\ndate = \"2020\"\nchecked = \"2026-11-27\"\n\
                  why = \"It shows it.\"\n";
    let words = "word ".repeat(900);
    format!(
        "+++\ntitle = \"On queues\"\nsummary = \"What a queue does when nobody looks at it.\"\n\
         published = \"{day}\"\n\n{source}\n{source}+++\n\nFirst, {words}.\n\n## A part\n\n{body}\n"
    )
}

fn source(articles: &[(&str, &str)]) -> Memory {
    let base = Memory::default()
        .with_file("course.toml", COURSE)
        .with_file("distributed-systems/api-gateway.md", LESSON)
        .with_file("glossary.toml", GLOSSARY)
        .with_code("labs/src/rate_limiter/reference.rs", REFERENCE);
    articles.iter().fold(base, |memory, (slug, text)| {
        memory.with_file(&format!("articles/{slug}.md"), *text)
    })
}

fn problems(text: &str) -> Vec<Problem> {
    load(&source(&[("on-queues", text)]), &KNOWN)
        .err()
        .unwrap_or_default()
}

#[track_caller]
fn assert_found(text: &str, message: &str) {
    let found = problems(text);
    let hit = found.iter().any(|problem| {
        problem.file == "articles/on-queues.md" && problem.message.contains(message)
    });
    assert!(hit, "no “{message}”, but {found:#?}");
}

#[test]
fn the_newest_comes_first_and_headings_are_free() {
    let (old, new) = (
        article("2026-01-02", "Text."),
        article("2026-03-04", "## More\n\nText."),
    );
    let library = load(&source(&[("old", &old), ("new", &new)]), &KNOWN).unwrap();
    let slugs: Vec<&str> = library.articles().iter().map(|a| a.slug.as_str()).collect();
    assert_eq!(slugs, ["new", "old"]);
    let new = library.article("new").unwrap();
    let titles: Vec<&str> = new.headings().iter().map(|h| h.title.as_str()).collect();
    assert_eq!((titles, new.minutes), (vec!["A part", "More"], 5));
    assert!(library.article("none").is_none());
    let feed = content::feed::articles(&library, "https://course.example");
    let first = feed.find("/articles/new</id>").unwrap();
    assert!(first < feed.find("/articles/old</id>").unwrap());
}

#[test]
fn what_is_wrong_with_one_is_told() {
    let good = article(
        "2026-03-04",
        "See [this](article:on-queues) and [that](lesson:retries).",
    );
    assert_eq!(problems(&good), []);
    let broken = |from: &str, to: &str| {
        assert!(good.contains(from));
        good.replace(from, to)
    };
    let near = "no article “on-queue”, did you mean “on-queues”?";
    assert_found(&broken("article:on-queues", "article:on-queue"), near);
    assert_found(&broken("## A part", "# A part"), "start with ##");
    assert_found(&broken("2026-03-04", "soon"), "not YYYY-MM-DD");
    assert_found(
        &broken("What a queue does when nobody looks at it.", "Short."),
        "20 to 160",
    );
    assert_found(
        &broken(&"word ".repeat(900), ""),
        "an article has 800 to 1500",
    );
    assert_found(&broken("title = \"On queues\"", "titel = \"x\""), "titel");
    assert_found("text", "between two lines of +++");
}
