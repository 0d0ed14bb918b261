//! Handing in, waiting, reading the report; refusals; caps.

use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::client::request;
use crate::test_app::{MODULE, REPORT, TestApp};

const PATH: &str = "/api/v1/labs/rate_limiter/submissions";
const FREE: &str = "[limits]\nsubmissions_per_minute = 60000\nsubmissions_burst = 10000\n\
                    global_submissions_per_minute = 60000\nglobal_submissions_burst = 10000\n";

#[tokio::test]
async fn a_module_is_accepted_graded_and_its_report_is_exact() {
    let app = TestApp::start("").await;
    let accepted = app.submit(&[], MODULE).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    assert_eq!(accepted.header("ratelimit").unwrap(), "\"client\";r=9;t=2");
    let location = accepted.header("location").unwrap();
    let graded = app.get(&format!("{location}?wait=10")).await;
    let document = graded.json();
    assert_eq!(
        (graded.status, document["status"].as_str()),
        (200, Some("graded"))
    );
    assert_eq!(document["grade"]["digest"], "d1");
    assert_eq!(document["grade"]["hidden"]["verdict"], "holds");
    assert_eq!(document["created_at"], 1_800_000_000_000_i64);
    let report = app.get(&format!("{location}/report")).await;
    assert_eq!(report.body, REPORT);
    assert_eq!(report.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn all_three_forms_are_taken() {
    let app = TestApp::start("").await;
    let module = STANDARD.encode(MODULE);
    let body = json!({"module": module, "source": "export …", "language": "assemblyscript"});
    let kind = [("content-type", "application/json")];
    let answer = request(
        app.address,
        "POST",
        PATH,
        &kind,
        body.to_string().as_bytes(),
    )
    .await;
    assert_eq!(
        (answer.status, &answer.json()["language"]),
        (202, &json!("assemblyscript"))
    );

    let mut body = b"--x\r\ncontent-disposition: form-data; name=\"language\"\r\n\r\nrust\r\n\
                     --x\r\ncontent-disposition: form-data; name=\"module\"; filename=\"a.wasm\"\
                     \r\n\r\n"
        .to_vec();
    body.extend_from_slice(MODULE);
    body.extend_from_slice(b"\r\n--x--\r\n");
    let kind = [("content-type", "multipart/form-data; boundary=x")];
    let answer = request(app.address, "POST", PATH, &kind, &body).await;
    assert_eq!(
        (answer.status, &answer.json()["language"]),
        (202, &json!("rust"))
    );
}

#[tokio::test]
async fn a_script_is_taken_in_three_forms_and_is_not_a_module() {
    let app = TestApp::start("").await;
    let post = async |kind: &str, body: &[u8]| {
        let kind = [("content-type", kind)];
        request(app.address, "POST", PATH, &kind, body).await
    };
    let source = "export function allow() { return 1; }";
    let json = |document: serde_json::Value| document.to_string().into_bytes();
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"language\"\r\n\r\njavascript\r\n\
         --x\r\ncontent-disposition: form-data; name=\"source\"\r\n\r\n{source}\r\n--x--\r\n"
    );
    let answers = [
        post("text/javascript; charset=utf-8", source.as_bytes()).await,
        post(
            "application/json",
            &json(json!({"source": source, "language": "javascript"})),
        )
        .await,
        post("multipart/form-data; boundary=x", form.as_bytes()).await,
    ];
    for answer in &answers {
        let document = answer.json();
        assert_eq!(
            (answer.status, &document["language"]),
            (202, &json!("javascript"))
        );
        // The source is what is kept: the same bytes, whatever the form.
        assert_eq!(
            document["module_sha256"],
            answers[0].json()["module_sha256"]
        );
    }
    let module = STANDARD.encode(MODULE);
    for document in [
        json!({"language": "javascript"}),
        json!({"source": source, "language": "javascript", "module": module}),
        json!({"source": source, "language": "rust"}),
        json!({"source": source}),
        json!({"source": source, "language": "basic", "module": module}),
    ] {
        let answer = post("application/json", &json(document.clone())).await;
        assert_eq!(answer.status, 422, "{document}: {}", answer.text());
    }
    let long = vec![b' '; (256 << 10) + 1];
    assert_eq!(post("text/javascript", &long).await.status, 413);
}

#[tokio::test]
async fn a_repeated_module_is_graded_from_the_cache_as_its_own_submission() {
    let app = TestApp::gated("").await;
    app.gate.add_permits(1);
    let first = app.submit(&[], MODULE).await;
    let location = first.header("location").unwrap();
    assert_eq!(
        app.get(&format!("{location}?wait=10")).await.json()["status"],
        "graded"
    );
    // The gate is shut: only the cache can answer.
    let second = app.submit(&[], MODULE).await;
    assert_eq!(
        (second.status, second.json()["status"].as_str()),
        (202, Some("graded"))
    );
    assert_ne!(second.json()["id"], first.json()["id"]);
}

#[tokio::test]
async fn a_module_that_fails_in_the_grader_has_a_problem() {
    let app = TestApp::start("").await;
    let accepted = app.submit(&[], b"\0asm trap").await;
    let location = accepted.header("location").unwrap();
    let document = app.get(&format!("{location}?wait=10")).await.json();
    assert_eq!(document["status"], "failed");
    assert_eq!(document["problem"]["type"], "/problems/grading-memory");
    assert_eq!(document["problem"]["status"], 422);
    assert_eq!(app.get(&format!("{location}/report")).await.status, 404);
}

#[tokio::test]
async fn fifty_equal_posts_make_one_submission() {
    let app = TestApp::start(FREE).await;
    let posts = (0..50).map(|_| app.submit(&[("idempotency-key", "k1")], MODULE));
    let answers = futures_util::future::join_all(posts).await;
    let first = answers[0].json()["id"].clone();
    for answer in &answers {
        assert_eq!(
            (answer.status, &answer.json()["id"]),
            (202, &first),
            "{}",
            answer.text()
        );
    }
    let other = app
        .submit(&[("idempotency-key", "k1")], b"\0asm other")
        .await;
    assert_eq!(
        (other.status, &other.json()["type"]),
        (422, &json!("/problems/idempotency-key-reused"))
    );
}

#[tokio::test]
async fn refusals_name_their_problem() {
    let app = TestApp::start(FREE).await;
    let wasm = "application/wasm";
    let json = "application/json";
    let long = vec![0; (1 << 20) + 1];
    let lab = "/api/v1/labs/nothing/submissions";
    let table: &[(&str, &str, &[u8], u16, &str)] = &[
        (PATH, wasm, b"nonsense", 422, "module-invalid"),
        (PATH, wasm, b"panic", 422, "module-invalid"),
        (PATH, wasm, b"", 422, "module-invalid"),
        (PATH, wasm, &long, 413, "module-too-large"),
        (PATH, "text/plain", MODULE, 415, "unsupported-media-type"),
        (PATH, json, b"{", 400, "request-invalid"),
        (
            PATH,
            json,
            b"{\"module\":\"!\"}",
            422,
            "submission-incomplete",
        ),
        (
            PATH,
            json,
            b"{\"module\":\"\",\"language\":\"cobol\"}",
            422,
            "submission-incomplete",
        ),
        (PATH, "multipart/form-data", b"x", 400, "request-invalid"),
        (lab, wasm, MODULE, 404, "lab-not-found"),
    ];
    for (path, kind, body, status, code) in table {
        let answer = request(app.address, "POST", path, &[("content-type", kind)], body).await;
        assert_eq!(answer.status, *status, "{code}: {}", answer.text());
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(answer.json()["type"], format!("/problems/{code}"));
        assert_eq!(answer.json()["status"], *status);
    }
    let answer = app.submit(&[], b"nonsense").await.json();
    assert_eq!(answer["errors"][0]["offset"], 0);
    assert_eq!(answer["errors"][1]["code"], "missing-export");
    assert_eq!(
        app.submit(&[("content-encoding", "gzip")], MODULE)
            .await
            .status,
        415
    );
    let absent = "/api/v1/submissions/01890000-0000-7000-8000-000000000000";
    for path in [
        absent,
        "/api/v1/submissions/none",
        "/api/v1/submissions/none/report",
    ] {
        assert_eq!(
            app.get(path).await.json()["type"],
            "/problems/submission-not-found"
        );
    }
}

#[tokio::test]
async fn a_client_that_submits_too_fast_is_told_when_to_return() {
    let app = TestApp::start("[limits]\nsubmissions_per_minute = 6\nsubmissions_burst = 2").await;
    for _ in 0..2 {
        assert_eq!(app.submit(&[], MODULE).await.status, 202);
    }
    let refused = app.submit(&[], MODULE).await;
    assert_eq!(
        (refused.status, refused.header("retry-after")),
        (429, Some("10"))
    );
    assert_eq!(
        refused.header("ratelimit-policy"),
        Some("\"client\";q=6;w=60")
    );
    assert_eq!(refused.json()["type"], "/problems/too-many-submissions");
    app.clock.advance_ms(10_000);
    assert_eq!(app.submit(&[], MODULE).await.status, 202);
}

#[tokio::test]
async fn trusted_proxies_speak_for_their_clients_and_nobody_else_does() {
    let limits = "[limits]\nsubmissions_per_minute = 6\nsubmissions_burst = 1\n";
    let proxied = format!("{limits}[server]\ntrusted_proxies = ['127.0.0.1', '10.0.0.0/8']");
    let app = TestApp::start(&proxied).await;
    let from = |value| [("x-forwarded-for", value)];
    assert_eq!(app.submit(&from("203.0.113.1"), MODULE).await.status, 202);
    assert_eq!(
        app.submit(&from("6.6.6.6, 203.0.113.1, 10.0.0.9"), MODULE)
            .await
            .status,
        429
    );
    assert_eq!(app.submit(&from("203.0.113.2"), MODULE).await.status, 202);
    let app = TestApp::start(limits).await;
    assert_eq!(app.submit(&from("203.0.113.1"), MODULE).await.status, 202);
    assert_eq!(app.submit(&from("203.0.113.2"), MODULE).await.status, 429);
}

#[tokio::test]
async fn a_full_queue_refuses_and_leaves_nothing_behind() {
    let app = TestApp::gated(&format!("{FREE}[grader]\nqueue_max = 3")).await;
    let mut refused = None;
    for n in 0..12_u8 {
        let key = format!("k{n}");
        let answer = app
            .submit(&[("idempotency-key", &key)], &[MODULE, &[n]].concat())
            .await;
        if answer.status != 202 {
            refused = Some((n, answer));
            break;
        }
    }
    let (n, answer) = refused.expect("the queue is bounded");
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, Some("5"))
    );
    assert_eq!(answer.json()["type"], "/problems/grading-queue-full");
    app.gate.add_permits(100);
    let again = [("idempotency-key", &*format!("k{n}"))];
    for _ in 0..100 {
        if app.submit(&again, &[MODULE, &[n]].concat()).await.status == 202 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the queue never emptied");
}

#[tokio::test]
async fn waiting_ends_when_the_grade_is_there_and_not_before() {
    let app = TestApp::gated("").await;
    let location = app
        .submit(&[], MODULE)
        .await
        .header("location")
        .unwrap()
        .to_owned();
    let started = Instant::now();
    let document = app.get(&format!("{location}?wait=1")).await.json();
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_ne!(document["status"], "graded");
    let gate = app.gate.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        gate.add_permits(1);
    });
    let started = Instant::now();
    let document = app.get(&format!("{location}?wait=30")).await.json();
    assert_eq!(document["status"], "graded");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn labs_are_listed_and_shown() {
    let app = TestApp::start("").await;
    assert_eq!(
        app.get("/api/v1/labs").await.json()[0]["id"],
        "rate_limiter"
    );
    assert_eq!(
        app.get("/api/v1/labs/rate_limiter").await.json()["id"],
        "rate_limiter"
    );
    let absent = app.get("/api/v1/labs/none").await;
    assert_eq!(
        (absent.status, &absent.json()["type"]),
        (404, &json!("/problems/lab-not-found"))
    );
}
