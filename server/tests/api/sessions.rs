//! Expired sessions go by themselves.

use std::time::Duration;

use headroom::store::sessions;

use crate::test_app::TestApp;

const HOUR_MS: i64 = 3_600_000;

#[tokio::test]
async fn expired_sessions_are_forgotten_within_the_hour() {
    let app = TestApp::start("").await;
    let now_ms = app.clock.now_ms();
    for (id, expires_at) in [("old", now_ms + 1), ("young", now_ms + 2 * HOUR_MS)] {
        let mut tx = app.state.db.write().await.unwrap();
        assert!(
            sessions::insert(&mut tx, &session(id, expires_at))
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
    }
    app.clock.advance_ms(HOUR_MS);
    for _ in 0..100 {
        if !exists(&app, "old").await {
            assert!(exists(&app, "young").await);
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it was never forgotten");
}

fn session(id: &str, expires_at: i64) -> sessions::Session {
    sessions::Session {
        id_sha256: id.to_owned(),
        user_id: None,
        data_json: "{}".to_owned(),
        expires_at,
    }
}

async fn exists(app: &TestApp, id: &str) -> bool {
    let mut tx = app.state.db.read().await.unwrap();
    sessions::by_id(&mut tx, id).await.unwrap().is_some()
}
