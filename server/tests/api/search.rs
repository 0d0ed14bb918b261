//! Search over HTTP: the page, the JSON, and what is refused.

use std::sync::Arc;

use headroom::backend::Pages;
use headroom::state::Site as _;

use crate::test_app::TestApp;

#[tokio::test]
async fn the_page_and_the_json_answer_queries() {
    let app = TestApp::start("").await;
    let page = app.get("/search?q=re+try").await;
    assert_eq!(
        (page.status, page.text()),
        (200, "<!DOCTYPE html>found: 6".into())
    );
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert_eq!(app.get("/search").await.status, 200, "the form alone");
    let list = app.get("/api/v1/search?q=a%26b&limit=3").await.json();
    assert_eq!(
        (&list["query"], &list["hits"][0]["heading"]),
        (&"a&b".into(), &"one of 3".into())
    );
    let members = list["hits"][0].as_object().unwrap().keys();
    let members: Vec<&String> = members.collect();
    assert_eq!(members, ["heading", "snippet", "title", "url"]);
    let usual = app.get("/api/v1/search?q=a").await.json();
    assert_eq!(usual["hits"][0]["heading"], "one of 10");
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused() {
    let app = TestApp::start("").await;
    let long = format!("/search?q={}", "a".repeat(2_000));
    for path in [
        "/api/v1/search?q=a&limit=0",
        "/api/v1/search?q=a&limit=51",
        "/api/v1/search?q=a&limit=x",
        &long,
    ] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
    }
}

/// The lessons that ship, as the program holds them.
fn pages() -> Arc<Pages> {
    Arc::new(Pages::load(None, "https://example.org".into()).unwrap())
}

#[test]
fn lessons_topics_and_labs_are_found() {
    let pages = pages();
    let first = |query: &str| {
        let hits = headroom::state::Site::search(&*pages, query, 5);
        hits.first().map(|hit| hit.url.clone()).unwrap_or_default()
    };
    let lesson = "/lessons/distributed-systems/api-gateway";
    assert_eq!(first("API gateway patterns"), lesson);
    assert_eq!(
        first("theroetical arival time"),
        format!("{lesson}#one-number-per-tenant")
    );
    let hits = headroom::state::Site::search(&*pages, "burn rate", 5);
    let found = hits.iter().any(|hit| hit.url == "/labs/burn_rate");
    assert!(found, "{hits:?}");
    let page = pages.search_page("theoretical <arrival>");
    assert!(page.contains("<mark>theoretical</mark>"), "{page}");
    assert!(page.contains("“theoretical &lt;arrival&gt;”") && !page.contains("<arrival>"));
    assert!(pages.search_page("qqqqqqqq").contains("Nothing was found"));
}

#[test]
fn an_address_with_nothing_offers_a_search_for_its_words() {
    let pages = pages();
    let missing = pages.error_page(404, "", "id", "/lessons/reliability/retry-budget.html");
    assert!(
        missing.contains("value=\"reliability retry budget\""),
        "{missing}"
    );
    let (status, topic) = pages.page("/lessons/reliability/no-such-lesson").unwrap();
    assert!(
        status == 404 && topic.contains("value=\"no such lesson\""),
        "{topic}"
    );
    let busy = pages.error_page(503, "", "id", "/labs");
    assert!(!busy.contains("search-form"), "{busy}");
}

/// Not a bound to hold on a busy machine, but far from it something is wrong.
#[test]
fn an_answer_takes_little_time() {
    let pages = pages();
    let queries = [
        "gateway",
        "theroetical arival",
        "how do I shed load by priority",
        "a",
        "re",
    ];
    let start = std::time::Instant::now();
    for query in queries {
        for _ in 0..20 {
            assert!(headroom::state::Site::search(&*pages, query, 30).len() <= 30);
        }
    }
    let each = start.elapsed() / 100;
    println!("a search takes {each:?}");
    assert!(each.as_millis() < 100, "{each:?}");
}

#[tokio::test]
async fn programs_read_documents_beside_the_pages() {
    let app = TestApp::start("").await;
    let document = app.get("/llms.txt").await;
    assert_eq!(
        (document.status, document.text()),
        (200, "# Lessons".into())
    );
    assert_eq!(
        document.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert!(document.header("etag").is_some());
    assert_eq!(app.get("/feed.xml").await.status, 404);
}

#[test]
fn feed_map_and_sources_name_every_lesson() {
    let pages = pages();
    let document = |path: &str| {
        pages
            .document(path)
            .unwrap_or_else(|| panic!("no {path}"))
            .1
    };
    let lesson = "https://example.org/lessons/distributed-systems/api-gateway";
    let feed = document("/feed.xml");
    assert!(
        feed.contains(&format!("<entry>\n<id>{lesson}</id>")),
        "{feed}"
    );
    assert!(
        feed.contains("<title>Headroom: System Design &amp; Scaling</title>"),
        "{feed}"
    );
    let json: serde_json::Value = serde_json::from_str(&document("/feed.json")).unwrap();
    assert_eq!(json["version"], "https://jsonfeed.org/version/1.1");
    let items = json["items"].as_array().unwrap();
    assert!(items.iter().any(|item| item["url"] == lesson), "{json}");
    let map = document("/sitemap.xml");
    assert!(
        map.contains(&format!("<loc>{lesson}</loc>")) && map.contains("/labs/retry<"),
        "{map}"
    );
    assert!(document("/llms.txt").contains(&format!("]({lesson}.md): ")));
    let source = document("/lessons/distributed-systems/api-gateway.md");
    assert!(
        source.starts_with("# API Gateway") && source.contains("{#claim}"),
        "{source}"
    );
    assert!(
        pages
            .document("/lessons/distributed-systems/none.md")
            .is_none()
    );
    assert!(pages.document("/lessons/../api-gateway.md").is_none());
}
