//! Search finds what is meant: by its name, by its beginning, and in spite of a slip.

use content::search::{Entry, Hit, Index};
use content::{Known, Library, load};

use crate::problems::source;

const COURSE: &str = include_str!("../../course.toml");
const LESSON: &str = include_str!("../../distributed-systems/api-gateway.md");
const KNOWN: Known<'static> = Known {
    labs: &["rate_limiter"],
    figures: &["limiter-bench"],
    params: None,
    runs: None,
};

fn library() -> Library {
    let loaded = load(&source(COURSE, LESSON), &KNOWN);
    loaded.unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn index() -> Index {
    let lab = Entry {
        url: "/labs/sharding".into(),
        title: "Sharding".into(),
        heading: String::new(),
        text: "<h2>What you decide</h2><p>Which shard holds a <em>key</em>.</p>".into(),
    };
    Index::build(&library(), [lab])
}

fn first(index: &Index, query: &str) -> Hit {
    let mut hits = index.search(query, 10).into_iter();
    hits.next().unwrap_or_else(|| panic!("nothing for {query}"))
}

fn marked(hit: &Hit) -> Vec<&str> {
    let parts = hit.snippet.iter().filter(|part| part.marked);
    parts.map(|part| part.text.as_str()).collect()
}

#[test]
fn a_title_comes_first_and_a_heading_leads_to_its_section() {
    let index = index();
    let lesson = "/lessons/distributed-systems/api-gateway";
    assert_eq!(first(&index, "API gateway patterns").url, lesson);
    let clocks = first(&index, "clocks and nodes trap");
    assert_eq!(clocks.url, format!("{lesson}#two-traps-clocks-and-nodes"));
    assert_eq!(clocks.heading, "Two traps: clocks and nodes");
    let wild = first(&index, "Cloudflare counters");
    assert_eq!(wild.url, format!("{lesson}#wild"));
    assert_eq!(first(&index, "which shard").url, "/labs/sharding");
    let topic = first(&index, "caching");
    assert!(
        topic.url.starts_with("/course/") && topic.heading.is_empty(),
        "{topic:?}"
    );
}

#[test]
fn the_last_word_is_completed_and_slips_are_forgiven() {
    let index = index();
    let whole = first(&index, "theoretical arrival time");
    assert!(whole.url.ends_with("#one-number-per-tenant"), "{whole:?}");
    for query in [
        "theoretical arriv",
        "theoretcal arrival",
        "theoretical arrvial time",
        "THEORETICAL arrivals",
        "theroetical arival",
    ] {
        assert_eq!(first(&index, query).url, whole.url, "{query}");
    }
    let unfinished = index.search("theoretical arriv ", 10);
    assert!(!unfinished.is_empty(), "the other word is enough");
}

#[test]
fn snippets_show_the_words_that_were_found() {
    let index = index();
    let hit = first(&index, "burst refills accounts");
    let text: String = hit.snippet.iter().map(|part| part.text.as_str()).collect();
    assert!(text.chars().count() < 230, "{text}");
    assert!(!marked(&hit).is_empty(), "{hit:?}");
    let hit = first(&index, "cloudfl");
    assert_eq!(marked(&hit).first(), Some(&"Cloudflare"), "{hit:?}");
    assert!(text.is_char_boundary(0) && !text.contains('<'), "{text}");
}

#[test]
fn whatever_is_asked_gets_an_answer() {
    let index = index();
    let long = "a".repeat(100_000);
    let many = "word ".repeat(50_000);
    for query in [
        "",
        "   ",
        "?!",
        "\u{301}",
        "日本語",
        "x",
        long.as_str(),
        many.as_str(),
    ] {
        assert!(index.search(query, 5).len() <= 5);
    }
    assert_eq!(index.search("zzzzzzzz", 10), []);
    assert_eq!(index.search("gateway", 3).len(), 3);
    assert_eq!(index.search("gateway", 9), index.search("gateway", 9));
    assert_eq!(Index::default().search("gateway", 3), []);
}
