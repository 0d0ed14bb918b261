//! What the API says of itself: its description, parts of labs, receipts, other sites.

use headroom::receipts::{PublicKeys, Receipt, verify};
use serde_json::{Value, json};

use super::id;
use crate::client::request;
use crate::test_app::{MODULE, REPORT, TestApp};

#[tokio::test]
async fn parts_of_a_lab_have_addresses_and_validators() {
    let app = TestApp::start("").await;
    let root = "/api/v1/labs/rate_limiter";
    let brief = app.get(&format!("{root}/brief")).await;
    assert_eq!(brief.text(), "# The task");
    assert_eq!(
        brief.header("content-type"),
        Some("text/markdown; charset=utf-8")
    );
    let versions = app.get(&format!("{root}/versions")).await.json();
    assert_eq!(versions[0]["engine"], "engine/1");
    assert_eq!(
        app.get(&format!("{root}@1/exports")).await.json()[0]["name"],
        "allow"
    );
    let scenarios = app.get(&format!("{root}/scenarios")).await.json();
    assert_eq!(
        scenarios,
        json!([{"id": "steady", "public": true}]),
        "hidden ones stay hidden"
    );
    let report = app.get(&format!("{root}/policies/gcra/report")).await;
    assert_eq!(report.body, REPORT);
    let tag = report.header("etag").unwrap();
    let known = app
        .send(
            "GET",
            &format!("{root}/policies/gcra/report"),
            &[("if-none-match", tag)],
        )
        .await;
    assert_eq!((known.status, known.body.len()), (304, 0));
    for missing in ["/policies/none/report", "@2", "@2/brief", "/nothing"] {
        assert_eq!(
            app.get(&format!("{root}{missing}")).await.status,
            404,
            "{missing}"
        );
    }
}

#[tokio::test]
async fn a_receipt_is_signed_by_a_published_key() {
    let app = TestApp::start("[server]\npublic_url = \"http://course.example\"").await;
    let graded = app.submit(&[], MODULE).await;
    let path = format!("/api/v1/submissions/{}", id(&graded));
    app.get(&format!("{path}?wait=10")).await;
    let text = app.get(&format!("{path}/receipt")).await;
    let receipt: Receipt = serde_json::from_slice(&text.body).unwrap();
    let keys = app.get("/.well-known/headroom-receipt-keys.json").await;
    let keys: PublicKeys = serde_json::from_slice(&keys.body).unwrap();
    let found = verify::signature(&receipt, Some(&keys));
    assert!(found.iter().all(|finding| finding.holds), "{found:?}");
    assert!(verify::module(&receipt, MODULE).holds);
    assert_eq!(receipt.statement["issuer"], "http://course.example");
    assert_eq!(receipt.statement["score"], 1_000_000);
    assert_eq!(receipt.statement["hidden"]["verdict"], "holds");
    let again = app.get(&format!("{path}/receipt")).await;
    assert_eq!(again.body, text.body, "the same each time");
    let failed = app.submit(&[], b"\0asm trap").await;
    let failed = format!("/api/v1/submissions/{}", id(&failed));
    app.get(&format!("{failed}?wait=10")).await;
    let none = app.get(&format!("{failed}/receipt")).await;
    assert_eq!(
        (none.status, &none.json()["type"]),
        (404, &json!("/problems/not-graded"))
    );
}

#[tokio::test]
async fn every_address_of_the_api_is_described_and_nothing_else() {
    let app = TestApp::start("").await;
    let api = app.get("/api/v1/openapi.json").await.json();
    assert_eq!(api["openapi"], "3.1.0");
    let mut described = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            described.push((path.clone(), method.to_uppercase()));
            assert!(
                operation["responses"]["default"].is_object(),
                "{method} {path}"
            );
            assert!(
                operation["summary"].is_string(),
                "{method} {path} has no summary"
            );
        }
    }
    described.sort();
    let map = headroom::routes::map(app.state.clone());
    let public = |path: &str| {
        let others = [
            "/.well-known/headroom-receipt-keys.json",
            "/healthz",
            "/readyz",
        ];
        (path.starts_with("/api/") && path != "/api/v1/openapi.json") || others.contains(&path)
    };
    let routes = map.routes().iter().filter(|route| public(route.path));
    let mut built: Vec<_> = routes
        .map(|route| (route.path.to_owned(), route.method.to_string()))
        .collect();
    built.sort();
    assert_eq!(described, built);
}

#[tokio::test]
async fn scopes_in_the_description_are_those_at_the_door() {
    let app = TestApp::start("").await;
    let api = app.get("/api/v1/openapi.json").await.json();
    let map = headroom::routes::map(app.state.clone());
    for route in map
        .routes()
        .iter()
        .filter(|route| route.path.starts_with("/api/v1/"))
    {
        let method = route.method.as_str().to_lowercase();
        let operation = &api["paths"][route.path][&method];
        let doors = operation["security"].as_array().into_iter().flatten();
        let described: Vec<&Value> = doors.filter_map(|door| door.get("key")).collect();
        let asked: Vec<Value> = route
            .access
            .scope()
            .map(|s| json!([s.name()]))
            .into_iter()
            .collect();
        let asked: Vec<&Value> = asked.iter().collect();
        assert_eq!(described, asked, "{method} {}", route.path);
    }
}

#[tokio::test]
async fn only_named_sites_may_call_from_a_browser() {
    let settings = "[server]\ncors_origins = [\"https://lab.example\"]";
    let app = TestApp::start(settings).await;
    let path = "/api/v1/labs/rate_limiter/submissions";
    let ask = async |origin: &str, path: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            (
                "access-control-request-headers",
                "authorization,content-type",
            ),
        ];
        app.send("OPTIONS", path, &headers).await
    };
    let allowed = ask("https://lab.example", path).await;
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        Some("https://lab.example")
    );
    assert!(allowed.header("access-control-allow-credentials").is_none());
    let other = ask("https://evil.example", path).await;
    assert_eq!(other.header("access-control-allow-origin"), None);
    let page = ask("https://lab.example", "/labs").await;
    assert_eq!(
        page.header("access-control-allow-origin"),
        None,
        "pages are not the API"
    );
    let sent = [
        ("origin", "https://lab.example"),
        ("sec-fetch-site", "cross-site"),
        ("content-type", "application/wasm"),
    ];
    let posted = request(app.address, "POST", path, &sent, MODULE).await;
    assert_eq!(posted.status, 202, "{}", posted.text());
    assert_eq!(
        posted.header("access-control-allow-origin"),
        Some("https://lab.example")
    );
    app.get("/api/v1/labs").await;
    let cached = app
        .send("GET", "/api/v1/labs", &[("origin", "https://lab.example")])
        .await;
    assert_eq!(
        cached.header("access-control-allow-origin"),
        Some("https://lab.example")
    );
}
