//! What programs do: keys, lists, cancelling, events, batches, receipts.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headroom::accounts::keys::{self, Scope};
use headroom::ids::Id;
use headroom::receipts::{PublicKeys, Receipt, verify};
use serde_json::{Value, json};

use crate::accounts::{ADA, account, signed_in};
use crate::client::{Answer, request};
use crate::test_app::{MODULE, REPORT, TestApp};

const JSON: (&str, &str) = ("content-type", "application/json");

/// A program with a key that may do everything.
pub struct Program<'a> {
    app: &'a TestApp,
    bearer: String,
}

impl<'a> Program<'a> {
    pub async fn of(app: &'a TestApp, user: Id) -> Self {
        let made = keys::make(&app.state, user, ("test".into(), &Scope::ALL), 1 << 40).await;
        let bearer = format!("Bearer {}", made.unwrap().1);
        Self { app, bearer }
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let headers = [("authorization", self.bearer.as_str()), JSON];
        request(self.app.address, method, path, &headers, body.as_bytes()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null).await
    }

    pub async fn submit(&self, query: &str, module: &[u8]) -> Answer {
        let body = json!({"module": STANDARD.encode(module)});
        let path = format!("/api/v1/labs/rate_limiter/submissions{query}");
        self.send("POST", &path, &body).await
    }
}

fn id(answer: &Answer) -> String {
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_key_is_made_used_rotated_and_taken_away() {
    let app = TestApp::start("").await;
    account(&app, ADA).await;
    let mut ada = signed_in(&app, ADA).await;
    let new = json!({"name": " CI ", "scopes": ["submissions:read", "progress:read"], "days": 7});
    let made = ada
        .send("POST", "/api/v1/keys", &[JSON], new.to_string().as_bytes())
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(
        secret.starts_with("headroom_") && secret.len() > 50,
        "{secret}"
    );
    assert_eq!(made["name"], "CI");
    assert_eq!(made["expires_at"], 1_800_000_000_000_i64 + 7 * 86_400_000);

    let me = async |secret: &str| {
        let bearer = format!("Bearer {secret}");
        app.send("GET", "/api/v1/me", &[("authorization", &bearer)])
            .await
    };
    assert_eq!(me(&secret).await.json()["email"], ADA);
    let listed = ada.get("/api/v1/keys").await.json();
    assert_eq!(listed["items"][0]["last_used_at"], 1_800_000_000_000_i64);
    assert!(listed["items"][0].get("secret").is_none());

    let path = format!("/api/v1/keys/{}", made["id"].as_str().unwrap());
    let rotated = ada.send("POST", &format!("{path}/rotate"), &[], b"").await;
    let second = rotated.json()["secret"].as_str().unwrap().to_owned();
    assert_eq!(
        (me(&secret).await.status, me(&second).await.status),
        (401, 200)
    );
    app.clock.advance_ms(7 * 86_400_000);
    assert_eq!(me(&second).await.status, 401, "it has ended");
    let again = ada.send("POST", &format!("{path}/rotate"), &[], b"").await;
    let third = again.json()["secret"].as_str().unwrap().to_owned();
    assert_eq!(
        me(&third).await.status,
        200,
        "rotating gives it a life as long"
    );
    assert_eq!(ada.send("DELETE", &path, &[], b"").await.status, 204);
    assert_eq!(me(&third).await.status, 401);
    assert_eq!(ada.send("DELETE", &path, &[], b"").await.status, 404);

    for wrong in [
        json!({"name": "", "scopes": ["webhooks"]}),
        json!({"name": "x", "scopes": []}),
        json!({"name": "x", "scopes": ["all"]}),
        json!({"name": "x", "scopes": ["webhooks"], "days": 0}),
        json!({"name": "x", "scopes": ["webhooks"], "days": 367}),
    ] {
        let answer = ada
            .send(
                "POST",
                "/api/v1/keys",
                &[JSON],
                wrong.to_string().as_bytes(),
            )
            .await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn keys_are_made_and_deleted_on_the_account_page() {
    let app = TestApp::start("").await;
    account(&app, ADA).await;
    let mut ada = signed_in(&app, ADA).await;
    let form = [
        ("name", "CI"),
        ("scope", "submissions:write"),
        ("scope", "webhooks"),
        ("days", "30"),
    ];
    let page = ada.post("/account/keys", &form).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text().contains("new_key: Some(\"headroom_"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("submissions:write, webhooks"));
    let none = ada
        .post("/account/keys", &[("name", "CI"), ("days", "30")])
        .await;
    assert_eq!(none.status, 422);
    let listed = ada.get("/api/v1/keys").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    let key = listed["items"][0]["id"].as_str().unwrap().to_owned();
    let gone = ada.post("/account/keys/delete", &[("key", &key)]).await;
    assert_eq!(gone.header("location"), Some("/account?done=key"));
    assert_eq!(ada.get("/api/v1/keys").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let app = TestApp::start("").await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let mut made = Vec::new();
    for n in 0..5_u8 {
        made.push(id(&ada.submit("?wait=10", &[MODULE, &[n]].concat()).await));
    }
    made.reverse();
    let mut read = Vec::new();
    let mut path = "/api/v1/submissions?limit=2".to_owned();
    loop {
        let page = ada.get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        read.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        assert!(items.iter().all(|item| item["score"] == 1_000_000));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/submissions?limit=2&after={next}");
    }
    assert_eq!(read, made);
    let other = ada.get("/api/v1/submissions?lab=retry").await.json();
    assert_eq!(other["items"], json!([]));
    for wrong in ["limit=0", "limit=201", "limit=x", "after=x", "page=2"] {
        let answer = ada.get(&format!("/api/v1/submissions?{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn what_waits_is_cancelled_and_what_is_graded_stays() {
    let app = TestApp::gated("").await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let running = [
        &id(&ada.submit("", b"\0asm 1").await),
        &id(&ada.submit("", b"\0asm 2").await),
    ]
    .map(|id| format!("/api/v1/submissions/{id}"));
    let waiting = format!(
        "/api/v1/submissions/{}",
        id(&ada.submit("", b"\0asm 3").await)
    );
    assert_eq!(
        app.send("DELETE", &waiting, &[]).await.status,
        403,
        "not theirs"
    );
    let cancelled = ada.send("DELETE", &waiting, &Value::Null).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.text());
    let document = cancelled.json();
    assert_eq!(document["status"], "failed");
    assert_eq!(
        document["problem"]["type"],
        "/problems/submission-cancelled"
    );
    let again = ada.send("DELETE", &waiting, &Value::Null).await;
    assert_eq!(
        (again.status, &again.json()["type"]),
        (409, &json!("/problems/submission-settled"))
    );
    assert_eq!(
        ada.send("DELETE", &running[0], &Value::Null).await.status,
        200
    );
    app.gate.add_permits(10);
    let graded = ada.get(&format!("{}?wait=10", running[1])).await.json();
    assert_eq!(graded["status"], "graded");
    let stays = ada.get(&running[0]).await.json();
    assert_eq!(
        stays["status"], "failed",
        "the grader's late answer does not count"
    );
}

#[tokio::test]
async fn a_newer_one_supersedes_what_waits_for_the_same_lab() {
    let app = TestApp::gated("").await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let mut made = Vec::new();
    for n in 0..5_u8 {
        made.push(id(&ada.submit("", &[MODULE, &[n]].concat()).await));
        // Two graders take the first two.
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    let last = id(&ada.submit("?supersede=true", b"\0asm last").await);
    app.gate.add_permits(10);
    let mut ends = Vec::new();
    for id in made.iter().chain([&last]) {
        let document = ada
            .get(&format!("/api/v1/submissions/{id}?wait=10"))
            .await
            .json();
        ends.push(document["status"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        ends,
        ["graded", "graded", "failed", "failed", "failed", "graded"]
    );
}

#[tokio::test]
async fn a_post_that_waits_answers_with_the_grade() {
    let app = TestApp::start("").await;
    let answer = app.submit(&[], MODULE).await;
    assert_eq!(answer.status, 202);
    let path = "/api/v1/labs/rate_limiter@1/submissions?wait=10";
    let kind = [("content-type", "application/wasm")];
    let waited = request(app.address, "POST", path, &kind, b"\0asm w").await;
    assert_eq!(
        (waited.status, &waited.json()["status"]),
        (202, &json!("graded"))
    );
    for (path, status, problem) in [
        (
            "/api/v1/labs/rate_limiter@2/submissions",
            404,
            "lab-version-gone",
        ),
        (
            "/api/v1/labs/rate_limiter@01/submissions",
            404,
            "lab-version-gone",
        ),
        ("/api/v1/labs/nothing@1/submissions", 404, "lab-not-found"),
        (
            "/api/v1/labs/rate_limiter/submissions?wait=31",
            400,
            "request-invalid",
        ),
        (
            "/api/v1/labs/rate_limiter/submissions?w=1",
            400,
            "request-invalid",
        ),
    ] {
        let answer = request(app.address, "POST", path, &kind, MODULE).await;
        assert_eq!(answer.status, status, "{path}");
        assert_eq!(answer.json()["type"], format!("/problems/{problem}"));
    }
}

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
async fn events_follow_a_submission_to_its_end_and_resume() {
    let app = TestApp::gated("").await;
    let accepted = app.submit(&[], MODULE).await;
    let path = format!("/api/v1/submissions/{}/events", id(&accepted));
    let release = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        app.gate.add_permits(1);
    };
    let (stream, ()) = tokio::join!(app.get(&path), release);
    assert_eq!(stream.header("content-type"), Some("text/event-stream"));
    let text = stream.text();
    let running = text.find("event: running").unwrap();
    let graded = text.find("event: graded").unwrap();
    assert!(running < graded, "{text}");
    assert!(
        text.contains("\"digest\":\"d1\"") && text.contains("id: 3"),
        "{text}"
    );
    let rest = app
        .send("GET", &path, &[("last-event-id", "2")])
        .await
        .text();
    assert!(
        rest.contains("graded") && !rest.contains("running"),
        "{rest}"
    );
    let none = app
        .send("GET", &path, &[("last-event-id", "3")])
        .await
        .text();
    assert!(!none.contains("event:"), "{none}");
    let foreign = app.send("GET", &path, &[("last-event-id", "x")]).await;
    assert!(foreign.text().contains("event: graded"));
}

#[tokio::test]
async fn a_batch_has_one_result_and_refuses_its_bad_items_alone() {
    let app = TestApp::start("").await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let module = |n: u8| STANDARD.encode([MODULE, &[n]].concat());
    let mut items: Vec<Value> = (0..100_u8)
        .map(
            |n| json!({"lab": "rate_limiter@1", "module": module(n), "reference": format!("r{n}")}),
        )
        .collect();
    items[3] = json!({"lab": "nothing", "module": module(3), "reference": "r3"});
    items[5] = json!({"lab": "rate_limiter", "module": STANDARD.encode(b"nonsense")});
    items[7] = json!({"lab": "rate_limiter", "module": STANDARD.encode(b"\0asm trap")});
    let accepted = ada
        .send("POST", "/api/v1/batches", &json!({"items": items}))
        .await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    let location = accepted.header("location").unwrap();
    let mut batch = ada.get(&format!("{location}?wait=30")).await.json();
    for _ in 0..10 {
        if batch["finished"] == true {
            break;
        }
        batch = ada.get(&format!("{location}?wait=30")).await.json();
    }
    assert_eq!(batch["finished"], true, "{batch}");
    let counts = json!({"queued": 0, "running": 0, "graded": 97, "failed": 1, "refused": 2});
    assert_eq!(batch["counts"], counts);
    let item = |n: usize| &batch["items"][n];
    assert_eq!(item(3)["problem"]["type"], "/problems/lab-not-found");
    assert_eq!(item(3)["reference"], "r3");
    assert_eq!(item(5)["problem"]["type"], "/problems/module-invalid");
    assert_eq!(item(7)["submission"]["status"], "failed");
    assert_eq!(item(99)["reference"], "r99");
    assert_eq!(item(99)["submission"]["stars"], 3);

    assert_eq!(app.get(location).await.status, 401);
    let eve = account(&app, "eve@example.org").await;
    let eve = Program::of(&app, eve).await;
    assert_eq!(eve.get(location).await.status, 404, "not hers");
    let many: Vec<Value> = (0..501).map(|_| json!({"lab": "rate_limiter"})).collect();
    for wrong in [
        json!({"items": []}),
        json!({"items": many}),
        json!({}),
        json!([]),
    ] {
        let answer = ada.send("POST", "/api/v1/batches", &wrong).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
    }
    let refused = json!({"items": [{"lab": "nothing", "module": ""}]});
    let refused = ada.send("POST", "/api/v1/batches", &refused).await.json();
    assert_eq!(refused["finished"], true, "nothing of it can come any more");
}

#[tokio::test]
async fn accounts_have_shares_of_their_own() {
    let settings = "[limits]\naccount_submissions_per_minute = 60\naccount_submissions_burst = 4\n";
    let app = TestApp::start(settings).await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let items = |count: usize| {
        let item = json!({"lab": "rate_limiter", "module": STANDARD.encode(MODULE)});
        json!({"items": vec![item; count]})
    };
    let too_many = ada.send("POST", "/api/v1/batches", &items(5)).await;
    assert_eq!(too_many.status, 429);
    assert!(too_many.header("retry-after").is_some());
    let fits = ada.send("POST", "/api/v1/batches", &items(3)).await;
    assert_eq!(fits.status, 202, "{}", fits.text());
    assert_eq!(fits.header("ratelimit"), Some("\"account\";r=1;t=3"));
    assert_eq!(
        fits.header("ratelimit-policy"),
        Some("\"account\";q=60;w=60")
    );
    let mut tx = app.state.db.write().await.unwrap();
    headroom::store::users::update_quota(&mut tx, user, Some(600))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    app.clock.advance_ms(3_000);
    let faster = ada.submit("", MODULE).await;
    assert_eq!(
        faster.header("ratelimit-policy"),
        Some("\"account\";q=600;w=60")
    );
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
