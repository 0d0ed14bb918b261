//! Pages: encodings, validators, errors for people.

use std::io::Read as _;

use crate::test_app::TestApp;

#[tokio::test]
async fn a_page_comes_in_the_best_encoding_the_reader_takes() {
    let app = TestApp::start("").await;
    let plain = app.get("/").await;
    assert_eq!(
        (plain.status, plain.header("content-encoding")),
        (200, None)
    );
    assert_eq!(
        plain.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let table = [
        ("gzip, deflate, br", Some("br")),
        ("gzip", Some("gzip")),
        ("br;q=0, gzip;q=0.5", Some("gzip")),
        ("identity", None),
        ("br;q=0", None),
    ];
    let mut tags = vec![plain.header("etag").unwrap().to_owned()];
    for (accepted, chosen) in table {
        let answer = app.send("GET", "/", &[("accept-encoding", accepted)]).await;
        assert_eq!(answer.header("content-encoding"), chosen, "{accepted}");
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        tags.push(answer.header("etag").unwrap().to_owned());
        let mut text = Vec::new();
        match chosen {
            Some("br") => brotli::Decompressor::new(&*answer.body, 4096)
                .read_to_end(&mut text)
                .map(drop),
            Some(_) => flate2::read::GzDecoder::new(&*answer.body)
                .read_to_end(&mut text)
                .map(drop),
            None => answer.body.as_slice().read_to_end(&mut text).map(drop),
        }
        .unwrap();
        assert_eq!(text, plain.body);
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3, "one strong validator per encoding");
}

#[tokio::test]
async fn a_known_page_is_not_sent_again() {
    let app = TestApp::start("").await;
    let etag = app.get("/").await.header("etag").unwrap().to_owned();
    for value in [etag.clone(), format!("\"other\", W/{etag}"), "*".to_owned()] {
        let answer = app.send("GET", "/", &[("if-none-match", &value)]).await;
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{value}");
        assert_eq!(answer.header("etag"), Some(&*etag));
    }
    assert_eq!(
        app.send("GET", "/", &[("if-none-match", "\"other\"")])
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let app = TestApp::start("").await;
    let (get, head) = (app.get("/").await, app.send("HEAD", "/", &[]).await);
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("etag"), get.header("etag"));
    assert_eq!(
        head.header("content-length"),
        Some(&*get.body.len().to_string())
    );
}

#[tokio::test]
async fn errors_are_pages_for_people_and_documents_for_programs() {
    let app = TestApp::start("").await;
    let browser = [("accept", "text/html,*/*"), ("x-request-id", "abc-1")];
    for (path, status) in [
        ("/nothing", 404),
        ("/course/panic", 500),
        ("/assets/none.js", 404),
    ] {
        let page = app.send("GET", path, &browser).await;
        assert_eq!(page.status, status);
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{path}"
        );
        assert!(page.text().contains("abc-1"), "{}", page.text());
        let document = app.get(path).await;
        assert_eq!(
            document.header("content-type"),
            Some("application/problem+json"),
            "{path}"
        );
        assert!(!document.text().contains("a page that panics"));
    }
    let gone = app.get("/course/gone").await;
    assert_eq!(
        (gone.status, gone.text().contains("no such area")),
        (404, true)
    );
    let api = app.send("GET", "/api/v1/nothing", &browser).await;
    assert_eq!(api.header("content-type"), Some("application/problem+json"));
}

#[tokio::test]
async fn health_and_readiness() {
    let app = TestApp::start("").await;
    assert_eq!(app.get("/healthz").await.status, 200);
    let ready = app.get("/readyz").await;
    assert_eq!(
        (ready.status, &ready.json()["database"]),
        (200, &"ok".into())
    );
    assert_eq!(ready.json()["graders"]["workers"], 2);
    app.gate.close();
    let without_graders = app.get("/readyz").await;
    assert_eq!(without_graders.status, 503);
    assert_eq!(without_graders.json()["graders"]["ready"], false);
}

#[tokio::test]
async fn while_draining_it_serves_and_is_not_ready() {
    let app = TestApp::start("").await;
    app.state.drain.cancel();
    let ready = app.get("/readyz").await;
    assert_eq!(
        (ready.status, &ready.json()["stopping"]),
        (503, &true.into())
    );
    assert!(ready.header("retry-after").is_some());
    assert_eq!(app.get("/").await.status, 200);
}
