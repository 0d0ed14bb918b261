//! Keys, by the API and on the account page.

use serde_json::json;

use super::JSON;
use crate::accounts::{ADA, account, signed_in};
use crate::test_app::TestApp;

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
