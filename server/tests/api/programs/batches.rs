//! Batches, and shares.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::Program;
use crate::accounts::{ADA, account};
use crate::test_app::{MODULE, TestApp};

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
