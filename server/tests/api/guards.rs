//! Headers on every response, methods, requests from other sites.

use crate::client::request;
use crate::test_app::{MODULE, TestApp};

const ROUTES: [&str; 9] = [
    "/",
    "/nothing",
    "/course/panic",
    "/assets/none.js",
    "/healthz",
    "/readyz",
    "/api/v1/labs",
    "/api/v1/labs/none",
    "/api/v1/submissions/none",
];

#[tokio::test]
async fn every_response_carries_the_security_headers() {
    let app = TestApp::start("[server]\npublic_url = 'https://course.example'").await;
    for path in ROUTES {
        for method in ["GET", "HEAD", "DELETE", "TRACE"] {
            let answer = app.send(method, path, &[]).await;
            let csp = answer.header("content-security-policy").unwrap();
            assert!(
                csp.starts_with("default-src 'none'; script-src 'self' 'sha256-"),
                "{csp}"
            );
            assert!(
                !csp.contains("unsafe-inline") && !csp.contains("'unsafe-eval'"),
                "{csp}"
            );
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
            for name in [
                "referrer-policy",
                "permissions-policy",
                "cross-origin-opener-policy",
                "strict-transport-security",
                "x-request-id",
            ] {
                assert!(answer.header(name).is_some(), "{method} {path}: {name}");
            }
            assert_eq!(answer.header("set-cookie"), None, "{method} {path}");
            if matches!(method, "DELETE" | "TRACE") {
                assert!(
                    [404, 405].contains(&answer.status),
                    "{method} {path} {}",
                    answer.status
                );
                let allow = answer.header("allow");
                assert_eq!(allow.is_some(), answer.status == 405, "{method} {path}");
            }
        }
    }
    let plain = TestApp::start("").await;
    assert_eq!(
        plain.get("/").await.header("strict-transport-security"),
        None
    );
}

#[tokio::test]
async fn only_a_harmless_request_id_is_taken_over() {
    let app = TestApp::start("").await;
    let given = app
        .send("GET", "/healthz", &[("x-request-id", "job-7.a_b")])
        .await;
    assert_eq!(given.header("x-request-id"), Some("job-7.a_b"));
    let odd = app
        .send("GET", "/healthz", &[("x-request-id", "a b\tc")])
        .await;
    assert_eq!(odd.header("x-request-id").map(str::len), Some(36));
}

#[tokio::test]
async fn browsers_on_other_sites_cannot_submit() {
    let app = TestApp::start("").await;
    let own = format!("http://{}", app.address);
    let table: &[(&[(&str, &str)], u16)] = &[
        (&[], 202),
        (&[("sec-fetch-site", "same-origin")], 202),
        (&[("sec-fetch-site", "none")], 202),
        (&[("sec-fetch-site", "same-site")], 403),
        (&[("sec-fetch-site", "cross-site")], 403),
        (&[("origin", &own)], 202),
        (&[("origin", "https://evil.example")], 403),
        (&[("origin", "null")], 403),
    ];
    for (headers, status) in table {
        let answer = app.submit(headers, MODULE).await;
        assert_eq!(answer.status, *status, "{headers:?}: {}", answer.text());
        if *status == 403 {
            assert_eq!(answer.json()["type"], "/problems/cross-site-request");
        }
    }
    let get = [("sec-fetch-site", "cross-site")];
    assert_eq!(app.send("GET", "/", &get).await.status, 200);
}

#[tokio::test]
async fn a_long_head_is_refused() {
    let app = TestApp::start("").await;
    let long = "x".repeat(100 * 1024);
    let answer = request(app.address, "GET", "/", &[("x-long", &long)], b"").await;
    assert_eq!(answer.status, 431);
}
