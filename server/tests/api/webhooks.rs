//! Webhooks, told to receivers that take, refuse, dawdle and redirect.

use std::time::Duration;

use headroom::webhooks::signature;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::accounts::{ADA, account};
use crate::programs::Program;
use crate::test_app::{MODULE, TestApp};

const ON: &str = "[webhooks]\nenabled = true\nallow_private = true\n";

/// A receiver that answers with each of `answers` in turn and says what it got.
async fn receiver(answers: &'static [&'static str]) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut got = Vec::new();
            let mut buffer = [0; 4096];
            while !is_whole(&got) {
                let read = stream.read(&mut buffer).await.unwrap();
                got.extend_from_slice(&buffer[..read]);
            }
            tell.send(String::from_utf8(got).unwrap()).unwrap();
            let text =
                format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(text.as_bytes()).await.unwrap();
        }
    });
    (address, told)
}

fn is_whole(got: &[u8]) -> bool {
    let text = String::from_utf8_lossy(got).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.split("content-length: ").nth(1).unwrap();
    let length: usize = length.lines().next().unwrap().trim().parse().unwrap();
    body.len() >= length
}

async fn make(ada: &Program<'_>, url: &str) -> Value {
    let made = ada
        .send("POST", "/api/v1/webhooks", &json!({"url": url}))
        .await;
    assert_eq!(made.status, 201, "{}", made.text());
    made.json()
}

async fn deliveries(ada: &Program<'_>, hook: &Value, until: &str) -> Value {
    let path = format!(
        "/api/v1/webhooks/{}/deliveries",
        hook["id"].as_str().unwrap()
    );
    for _ in 0..400 {
        let found = ada.get(&path).await.json();
        if found["items"][0]["status"] == until {
            return found["items"].clone();
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{}", ada.get(&path).await.text());
}

#[tokio::test]
async fn a_grade_is_told_signed_and_can_be_told_again() {
    let app = TestApp::start(ON).await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let (url, mut told) = receiver(&["200 OK", "204 No Content", "200 OK"]).await;
    let hook = make(&ada, &url).await;
    ada.submit("?wait=10", MODULE).await;
    let got = told.recv().await.unwrap();
    let (head, body) = got.split_once("\r\n\r\n").unwrap();
    let event: Value = serde_json::from_str(body).unwrap();
    assert_eq!(event["event"], "submission.settled");
    assert_eq!(event["data"]["status"], "graded");
    assert_eq!(event["data"]["score"], 1_000_000);
    let secret = hook["secret"].as_str().unwrap();
    let expected = signature::of(secret, 1_800_000_000, body);
    assert!(
        head.contains(&format!("headroom-signature: {expected}")),
        "{head}"
    );
    let items = deliveries(&ada, &hook, "delivered").await;
    assert_eq!(
        (&items[0]["tries"], &items[0]["last_answer"]),
        (&json!(1), &json!("200"))
    );

    let root = format!("/api/v1/webhooks/{}", hook["id"].as_str().unwrap());
    let replay = format!(
        "{root}/deliveries/{}/replay",
        items[0]["id"].as_str().unwrap()
    );
    assert_eq!(ada.send("POST", &replay, &Value::Null).await.status, 202);
    let again = told.recv().await.unwrap();
    assert!(again.contains("submission.settled"));
    assert_eq!(
        ada.send("POST", &format!("{root}/test"), &Value::Null)
            .await
            .status,
        202
    );
    assert!(told.recv().await.unwrap().contains("\"event\":\"test\""));

    let eve = account(&app, "eve@example.org").await;
    let eve = Program::of(&app, eve).await;
    assert_eq!(eve.get(&format!("{root}/deliveries")).await.status, 404);
    assert_eq!(eve.send("DELETE", &root, &Value::Null).await.status, 404);
    assert_eq!(ada.send("DELETE", &root, &Value::Null).await.status, 204);
}

#[tokio::test]
async fn a_batch_is_told_once() {
    let app = TestApp::start(ON).await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let (url, mut told) = receiver(&["200 OK", "200 OK"]).await;
    make(&ada, &url).await;
    let module = |n: u8| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode([MODULE, &[n]].concat())
    };
    let items: Vec<Value> = (0..20)
        .map(|n| json!({"lab": "rate_limiter", "module": module(n)}))
        .collect();
    let batch = ada
        .send("POST", "/api/v1/batches", &json!({"items": items}))
        .await;
    let got = told.recv().await.unwrap();
    assert!(got.contains("batch.finished"), "{got}");
    assert!(got.contains(batch.json()["id"].as_str().unwrap()));
    let more = tokio::time::timeout(Duration::from_millis(300), told.recv()).await;
    assert!(more.is_err(), "one webhook for the whole batch: {more:?}");
}

#[tokio::test]
async fn a_receiver_that_refuses_is_told_again_later() {
    let app = TestApp::start(ON).await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let (url, mut told) =
        receiver(&["500 Oops", "302 Found\r\nlocation: /elsewhere", "200 OK"]).await;
    let hook = make(&ada, &url).await;
    let test = format!("/api/v1/webhooks/{}/test", hook["id"].as_str().unwrap());
    ada.send("POST", &test, &Value::Null).await;
    for expected in ["500", "302"] {
        told.recv().await.unwrap();
        for _ in 0..200 {
            let path = format!(
                "/api/v1/webhooks/{}/deliveries",
                hook["id"].as_str().unwrap()
            );
            let items = ada.get(&path).await.json();
            let said = items["items"][0]["last_answer"]
                .as_str()
                .unwrap_or("")
                .to_owned();
            if said.starts_with(expected) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The clock stands still; past the longest pause the next try is due.
        app.clock.advance_ms(1_800_000);
    }
    told.recv().await.unwrap();
    let items = deliveries(&ada, &hook, "delivered").await;
    assert_eq!(items[0]["tries"], 3);
}

#[tokio::test]
async fn a_receiver_that_dawdles_holds_up_nobody_for_long() {
    let app = TestApp::start(ON).await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let slow = format!("http://{}/", listener.local_addr().unwrap());
    let slow = make(&ada, &slow).await;
    let (quick, mut told) = receiver(&["200 OK"]).await;
    let quick = make(&ada, &quick).await;
    for hook in [&slow, &quick] {
        let test = format!("/api/v1/webhooks/{}/test", hook["id"].as_str().unwrap());
        ada.send("POST", &test, &Value::Null).await;
    }
    let began = std::time::Instant::now();
    told.recv().await.unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "the other one is told meanwhile"
    );
    let path = format!(
        "/api/v1/webhooks/{}/deliveries",
        slow["id"].as_str().unwrap()
    );
    while ada.get(&path).await.json()["items"][0]["tries"] == 0 {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "it is never given up"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let said = ada.get(&path).await.json();
    let said = said["items"][0]["last_answer"].as_str().unwrap().to_owned();
    assert!(said.contains("timeout"), "{said}");
}

#[tokio::test]
async fn private_addresses_are_refused_when_made_and_when_told() {
    let app = TestApp::start("[webhooks]\nenabled = true\n").await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    for url in [
        "http://hooks.example.org/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://u:p@hooks.example.org/",
    ] {
        let answer = ada
            .send("POST", "/api/v1/webhooks", &json!({"url": url}))
            .await;
        assert_eq!(answer.status, 422, "{url}");
        assert_eq!(answer.json()["type"], "/problems/webhook-refused");
    }
    // A public name that resolves to this machine.
    let hook = make(&ada, "https://localhost.localdomain/").await;
    let test = format!("/api/v1/webhooks/{}/test", hook["id"].as_str().unwrap());
    ada.send("POST", &test, &Value::Null).await;
    let path = format!(
        "/api/v1/webhooks/{}/deliveries",
        hook["id"].as_str().unwrap()
    );
    for _ in 0..400 {
        let items = ada.get(&path).await.json();
        if items["items"][0]["tries"] == 1 {
            assert_eq!(items["items"][0]["status"], "queued");
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it was not tried: {}", ada.get(&path).await.text());
}

#[tokio::test]
async fn they_are_off_unless_the_operator_says_so() {
    let app = TestApp::start("").await;
    let user = account(&app, ADA).await;
    let ada = Program::of(&app, user).await;
    let new = json!({"url": "https://hooks.example.org/"});
    let answer = ada.send("POST", "/api/v1/webhooks", &new).await;
    assert_eq!(
        (answer.status, &answer.json()["type"]),
        (404, &json!("/problems/webhooks-off"))
    );
}
