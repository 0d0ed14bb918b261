//! Accounts, as browsers and attackers meet them.

mod access;
mod guessing;
mod links;
mod own;
mod progress;
mod sessions;

use std::time::Duration;

use headroom::ids::{Id, Ids};
use headroom::store::users::{self, User};

use crate::browser::Browser;
use crate::test_app::TestApp;

pub const ADA: &str = "ada@example.org";
pub const PASSWORD: &str = "correct horse battery staple";
/// Caps that no test reaches by accident.
pub const UNCAPPED: &str = "[limits]\nsign_ins_per_minute = 60000\nsign_ins_burst = 60000\n\
    sign_ins_per_address_per_hour = 60000\nsign_ins_per_address_burst = 60000\n\
    mails_per_address_per_hour = 60000\nmails_per_address_burst = 60000\n";

/// Makes an account with [`PASSWORD`], as if its link had been opened.
pub async fn account(app: &TestApp, email: &str) -> Id {
    let password_hash = app.state.passwords.hash(PASSWORD).await.unwrap();
    let ids = Ids::new(app.clock.clone(), app.state.parts.random.clone());
    let user = User {
        id: ids.next(),
        email: email.to_owned(),
        password_hash: Some(password_hash),
        is_admin: false,
        submissions_per_minute: None,
        created_at: app.clock.now_ms(),
    };
    let mut tx = app.state.db.write().await.unwrap();
    assert!(users::insert(&mut tx, &user).await.unwrap());
    tx.commit().await.unwrap();
    user.id
}

/// A browser in which somebody has signed in.
pub async fn signed_in(app: &TestApp, email: &str) -> Browser {
    let mut browser = app.browser();
    let form = [("email", email), ("password", PASSWORD)];
    let answer = browser.post("/sign-in", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert!(browser.session().is_some());
    browser
}

/// The messages in the outbox, without transfer encoding, once there are `count`.
pub async fn mails(app: &TestApp, count: usize) -> Vec<String> {
    let outbox = app.state.config.data.dir.join("outbox");
    for _ in 0..200 {
        let files = std::fs::read_dir(&outbox).into_iter().flatten().flatten();
        let mut mails: Vec<_> = files
            .filter(|file| file.path().extension().is_some_and(|e| e == "eml"))
            .map(|file| (file.metadata().unwrap().modified().unwrap(), file.path()))
            .collect();
        if mails.len() >= count {
            mails.sort();
            // A file that has just appeared may not be whole yet.
            tokio::time::sleep(Duration::from_millis(50)).await;
            let read = |path| plain(&std::fs::read_to_string(path).unwrap());
            return mails.into_iter().map(|(_, path)| read(path)).collect();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("fewer than {count} mails");
}

/// The secret in the last of `count` mails.
pub async fn token(app: &TestApp, count: usize) -> String {
    let mail = mails(app, count).await.pop().unwrap();
    let (_, rest) = mail.split_once("/link?token=").unwrap();
    let fits = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    rest.chars().take_while(fits).collect()
}

/// Undoes quoted-printable (RFC 2045 §6.7), as far as our mails use it.
fn plain(mail: &str) -> String {
    mail.replace("=\r\n", "").replace("=3D", "=")
}
