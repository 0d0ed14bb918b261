//! Cards, icons, and what browsers need to install the site.

use crate::test_app::TestApp;

#[tokio::test]
async fn a_page_has_a_card_and_other_addresses_have_none() {
    let app = TestApp::start("").await;
    let card = app.get("/cards/labs.png").await;
    assert_eq!(
        (card.status, card.header("content-type")),
        (200, Some("image/png"))
    );
    assert_eq!(&card.body[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(
        &card.body[16..24],
        [0, 0, 4, 176, 0, 0, 2, 118],
        "1200 by 630"
    );
    let again = app.get("/cards/labs.png").await;
    assert_eq!(again.body, card.body);
    let tag = card.header("etag").unwrap();
    let kept = app
        .send("GET", "/cards/labs.png", &[("if-none-match", tag)])
        .await;
    assert_eq!(kept.status, 304);
    for path in [
        "/cards/labs",
        "/cards/nothing.png",
        "/cards/../labs.png",
        "/cards/.png",
    ] {
        assert_eq!(app.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn icons_have_the_sizes_that_the_manifest_names() {
    let app = TestApp::start("").await;
    for (name, side) in [
        ("180", 180_u32),
        ("192", 192),
        ("512", 512),
        ("maskable-512", 512),
    ] {
        let icon = app.get(&format!("/icons/{name}.png")).await;
        assert_eq!(icon.status, 200, "{name}");
        assert_eq!(icon.body[16..20], side.to_be_bytes());
    }
    assert_eq!(app.get("/icons/193.png").await.status, 404);
    assert_eq!(app.get("/icons/99999999.png").await.status, 404);
}

#[tokio::test]
async fn the_service_worker_can_be_switched_off() {
    let app = TestApp::start("[server]\noffline = false").await;
    let worker = app.get("/sw.js").await;
    assert_eq!(worker.header("cache-control"), Some("no-cache"));
    assert!(
        worker.text().contains("registration.unregister()"),
        "{}",
        worker.text()
    );
    let on = TestApp::start("").await.get("/sw.js").await;
    // Without a built site there is none, and a browser keeps the one it has.
    if on.status == 200 {
        assert!(
            on.text().starts_with("self.headroom={\"build\":\""),
            "{}",
            on.text()
        );
        assert!(!on.text().contains("unregister"), "{}", on.text());
    } else {
        assert_eq!(on.status, 404);
    }
}
