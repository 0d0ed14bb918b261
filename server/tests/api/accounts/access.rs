//! Who may do what: every address and role there is. An address that is missing here fails.

use headroom::accounts::keys::{self, Scope};
use headroom::routes::{Access, map};
use headroom::store::users;

use super::{ADA, UNCAPPED, account, signed_in};
use crate::browser::Browser;
use crate::client::Answer;
use crate::test_app::TestApp;

use Access::{Admin, Anyone, Known, Owner, Program, SignedIn};
use Scope::{ProgressRead, ProgressWrite, SubmissionsRead, SubmissionsWrite, Webhooks};

const TABLE: &[(&str, &str, Access)] = &[
    ("GET", "/", Anyone),
    ("GET", "/.well-known/headroom-receipt-keys.json", Anyone),
    ("GET", "/account", SignedIn),
    ("POST", "/account/delete", SignedIn),
    ("POST", "/account/email", SignedIn),
    ("GET", "/account/export", SignedIn),
    ("POST", "/account/keys", SignedIn),
    ("POST", "/account/keys/delete", SignedIn),
    ("POST", "/account/password", SignedIn),
    ("POST", "/account/sessions/revoke", SignedIn),
    ("GET", "/admin", Admin),
    ("GET", "/admin/health", Admin),
    ("GET", "/admin/newsletter", Admin),
    ("POST", "/admin/newsletter", Admin),
    ("GET", "/admin/newsletter/deliverability", Admin),
    ("GET", "/admin/newsletter/{number}", Admin),
    ("POST", "/admin/newsletter/{number}", Admin),
    ("GET", "/admin/newsletter/{number}/events", Admin),
    ("GET", "/admin/newsletter/{number}/mail", Admin),
    ("GET", "/admin/newsletter/{number}/recipients", Admin),
    ("GET", "/admin/outbox", Admin),
    ("GET", "/admin/outbox/{file}", Admin),
    ("GET", "/admin/status", Admin),
    ("GET", "/admin/subscribers", Admin),
    ("POST", "/admin/subscribers", Admin),
    ("GET", "/admin/subscribers/{id}", Admin),
    ("POST", "/admin/subscribers/{id}", Admin),
    ("POST", "/api/v1/batches", Owner(SubmissionsWrite)),
    ("GET", "/api/v1/batches/{id}", Owner(SubmissionsRead)),
    ("POST", "/api/v1/compilers/{language}", Anyone),
    ("GET", "/api/v1/instance", Admin),
    ("GET", "/api/v1/keys", SignedIn),
    ("POST", "/api/v1/keys", SignedIn),
    ("DELETE", "/api/v1/keys/{id}", SignedIn),
    ("POST", "/api/v1/keys/{id}/rotate", SignedIn),
    ("GET", "/api/v1/labs", Anyone),
    ("GET", "/api/v1/labs/{lab}", Anyone),
    ("GET", "/api/v1/labs/{lab}/brief", Anyone),
    ("GET", "/api/v1/labs/{lab}/exports", Anyone),
    ("GET", "/api/v1/labs/{lab}/policies", Anyone),
    ("GET", "/api/v1/labs/{lab}/policies/{policy}/report", Anyone),
    ("GET", "/api/v1/labs/{lab}/scenarios", Anyone),
    (
        "POST",
        "/api/v1/labs/{lab}/submissions",
        Program(SubmissionsWrite),
    ),
    ("GET", "/api/v1/labs/{lab}/versions", Anyone),
    ("GET", "/api/v1/lessons", Anyone),
    ("GET", "/api/v1/lessons/{area}/{slug}", Anyone),
    ("GET", "/api/v1/me", Owner(ProgressRead)),
    ("GET", "/api/v1/me/progress", Owner(ProgressRead)),
    ("PUT", "/api/v1/me/progress", Owner(ProgressWrite)),
    ("POST", "/api/v1/newsletter/subscriptions", Anyone),
    ("GET", "/api/v1/openapi.json", Anyone),
    ("GET", "/api/v1/search", Anyone),
    ("GET", "/api/v1/submissions", Owner(SubmissionsRead)),
    (
        "DELETE",
        "/api/v1/submissions/{id}",
        Program(SubmissionsWrite),
    ),
    ("GET", "/api/v1/submissions/{id}", Anyone),
    ("GET", "/api/v1/submissions/{id}/events", Anyone),
    ("GET", "/api/v1/submissions/{id}/log", Anyone),
    ("GET", "/api/v1/submissions/{id}/receipt", Anyone),
    ("GET", "/api/v1/submissions/{id}/report", Anyone),
    ("GET", "/api/v1/submissions/{id}/series", Anyone),
    ("GET", "/api/v1/webhooks", Owner(Webhooks)),
    ("POST", "/api/v1/webhooks", Owner(Webhooks)),
    ("DELETE", "/api/v1/webhooks/{id}", Owner(Webhooks)),
    ("GET", "/api/v1/webhooks/{id}/deliveries", Owner(Webhooks)),
    (
        "POST",
        "/api/v1/webhooks/{id}/deliveries/{delivery}/replay",
        Owner(Webhooks),
    ),
    ("POST", "/api/v1/webhooks/{id}/test", Owner(Webhooks)),
    ("GET", "/articles", Anyone),
    ("GET", "/articles/{slug}", Anyone),
    ("GET", "/assets/{*name}", Anyone),
    ("GET", "/author/changes", Anyone),
    ("GET", "/cards/{*page}", Anyone),
    ("GET", "/course", Anyone),
    ("GET", "/course/print", Anyone),
    ("GET", "/course/{area}", Anyone),
    ("GET", "/docs/api", Anyone),
    ("GET", "/feed.json", Anyone),
    ("GET", "/feed.xml", Anyone),
    ("GET", "/figures/{*chart}", Anyone),
    ("GET", "/glossary", Anyone),
    ("GET", "/healthz", Anyone),
    ("GET", "/icons/{name}", Anyone),
    ("GET", "/labs", Anyone),
    ("GET", "/labs/{lab}", Anyone),
    ("GET", "/labs/{lab}/kits/{file}", Anyone),
    ("GET", "/lessons/{area}/{slug}", Anyone),
    ("GET", "/link", Known),
    ("POST", "/link", Known),
    ("GET", "/llms.txt", Anyone),
    ("GET", "/manifest.webmanifest", Anyone),
    ("GET", "/me", Anyone),
    ("GET", "/newsletter", Anyone),
    ("POST", "/newsletter", Anyone),
    ("POST", "/newsletter/bounces", Anyone),
    ("GET", "/newsletter/confirm", Anyone),
    ("POST", "/newsletter/confirm", Anyone),
    ("GET", "/newsletter/course", Anyone),
    ("POST", "/newsletter/course", Anyone),
    ("GET", "/newsletter/feed.xml", Anyone),
    ("GET", "/newsletter/issues", Anyone),
    ("GET", "/newsletter/issues/{slug}", Anyone),
    ("GET", "/newsletter/preferences", Anyone),
    ("POST", "/newsletter/preferences", Anyone),
    ("GET", "/newsletter/unsubscribe", Anyone),
    ("POST", "/newsletter/unsubscribe", Anyone),
    ("GET", "/offline", Anyone),
    ("GET", "/offline.json", Anyone),
    ("GET", "/problems", Anyone),
    ("GET", "/problems/{code}", Anyone),
    ("GET", "/readyz", Anyone),
    ("GET", "/reset", Known),
    ("POST", "/reset", Known),
    ("GET", "/search", Anyone),
    ("GET", "/setup", Known),
    ("POST", "/setup", Known),
    ("GET", "/sign-in", Known),
    ("POST", "/sign-in", Known),
    ("POST", "/sign-in/link", Known),
    ("POST", "/sign-out", Known),
    ("GET", "/sign-up", Known),
    ("POST", "/sign-up", Known),
    ("GET", "/sitemap.xml", Anyone),
    ("GET", "/status", Anyone),
    ("GET", "/sw.js", Anyone),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Nobody,
    Learner,
    Admin,
}

#[tokio::test]
async fn every_address_lets_in_who_may_and_nobody_else() {
    let app = TestApp::start(UNCAPPED).await;
    let map = map(app.state.clone());
    let mut routes: Vec<(&str, &str, Access)> = map
        .routes()
        .iter()
        .map(|route| (route.method.as_str(), route.path, route.access))
        .collect();
    routes.sort_by_key(|(method, path, _)| (*path, *method));
    assert_eq!(
        routes, TABLE,
        "the table above lists every address, in order"
    );

    for (at, (method, path, access)) in TABLE.iter().enumerate() {
        for role in [Role::Nobody, Role::Learner, Role::Admin] {
            let mut browser = somebody(&app, role, at).await;
            let answer = browser.send(method, &example(path), &[], b"").await;
            let may = match access {
                Anyone | Known | Program(_) => true,
                SignedIn | Owner(_) => role >= Role::Learner,
                Admin => role == Role::Admin,
            };
            assert_eq!(
                is_let_in(&answer),
                may,
                "{role:?} {method} {path}: {answer:?}"
            );
            let private = answer
                .header("cache-control")
                .is_some_and(|v| v.contains("no-store"));
            assert!(
                *access == Anyone || private,
                "{method} {path} may be kept: {answer:?}"
            );
        }
    }
}

/// An account of their own each time: some addresses end sessions.
async fn somebody(app: &TestApp, role: Role, at: usize) -> Browser {
    if role == Role::Nobody {
        return app.browser();
    }
    let email = format!("{role:?}{at}@example.org").to_lowercase();
    let id = account(app, &email).await;
    if role == Role::Admin {
        let mut tx = app.state.db.write().await.unwrap();
        users::update_admin(&mut tx, id, true).await.unwrap();
        tx.commit().await.unwrap();
    }
    signed_in(app, &email).await
}

fn example(path: &str) -> String {
    path.replace("{area}", "area")
        .replace("{slug}", "slug")
        .replace("{lab}", "rate_limiter")
        .replace("{file}", "rust.zip")
        .replace("{*page}", "labs.png")
        .replace("{name}", "192.png")
        .replace("{number}", "1")
        .replace("{code}", "not-found")
        .replace("{language}", "rust")
        .replace("{id}", "00000000-0000-7000-8000-000000000000")
        .replace("{policy}", "gcra")
        .replace("{delivery}", "00000000-0000-7000-8000-000000000000")
        .replace("{*name}", "style.css")
}

/// Whatever else was wrong with the request: it got past the door.
fn is_let_in(answer: &Answer) -> bool {
    let to_sign_in = answer.status == 303
        && answer
            .header("location")
            .is_some_and(|to| to.starts_with("/sign-in"));
    !to_sign_in && !matches!(answer.status, 401 | 403)
}

#[tokio::test]
async fn a_key_opens_what_its_scopes_say_and_nothing_else() {
    let app = TestApp::start(UNCAPPED).await;
    let id = account(&app, ADA).await;
    let mut secrets = Vec::new();
    for scope in Scope::ALL {
        let made = keys::make(&app.state, id, ("test".into(), &[scope]), 60_000).await;
        secrets.push((scope, made.unwrap().1));
    }
    for (method, path, access) in TABLE.iter().filter(|row| row.1.starts_with("/api/")) {
        for (scope, secret) in &secrets {
            let shown = format!("Bearer {secret}");
            let headers = [("authorization", shown.as_str())];
            let answer = app.send(method, &example(path), &headers).await;
            let may = match access {
                Anyone | Known => true,
                SignedIn | Admin => false,
                Program(needed) | Owner(needed) => needed == scope,
            };
            assert_eq!(
                is_let_in(&answer),
                may,
                "{scope:?} {method} {path}: {answer:?}"
            );
        }
        let headers = [("authorization", "Bearer headroom_guess")];
        let answer = app.send(method, &example(path), &headers).await;
        let refused = matches!(access, Owner(_) | Program(_) | SignedIn | Admin);
        assert_eq!(answer.status == 401, refused, "{method} {path}: {answer:?}");
        assert_eq!(refused, answer.header("www-authenticate").is_some());
    }
}

#[tokio::test]
async fn a_role_that_is_taken_away_is_gone_at_once() {
    let app = TestApp::start(UNCAPPED).await;
    let id = account(&app, ADA).await;
    let mut ada = signed_in(&app, ADA).await;
    for (is_admin, status) in [(false, 403), (true, 200), (false, 403)] {
        let mut tx = app.state.db.write().await.unwrap();
        users::update_admin(&mut tx, id, is_admin).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(ada.get("/api/v1/instance").await.status, status);
    }
}

#[tokio::test]
async fn another_site_can_do_nothing_in_somebodys_name() {
    let app = TestApp::start(UNCAPPED).await;
    account(&app, ADA).await;
    let mut ada = signed_in(&app, ADA).await;
    let writing = TABLE.iter().filter(|(method, _, _)| *method != "GET");
    for (method, path, _) in writing {
        let elsewhere = [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ];
        let answer = ada.send(method, &example(path), &elsewhere, b"").await;
        assert_eq!(answer.status, 403, "{method} {path}");
    }
    assert_eq!(ada.get("/account").await.status, 200);
}
