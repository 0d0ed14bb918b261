//! A submission's trace, as a collector of OpenTelemetry gets it from the program.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use crate::running::{ANY, Program};

const LIMITER: &str = r#"(module
    (func (export "abi_version") (result i32) i32.const 1)
    (func (export "configure") (param i64 i64 i64))
    (func (export "allow") (param i64 i64 i64) (result i32) i32.const 1))"#;
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

/// A collector that takes everything.
fn collector() -> (String, Receiver<ExportTraceServiceRequest>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let sender = sender.clone();
            std::thread::spawn(move || collect(stream.unwrap(), &sender));
        }
    });
    (address, receiver)
}

fn collect(stream: TcpStream, sender: &Sender<ExportTraceServiceRequest>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let (mut line, mut length) = (String::new(), 0);
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        assert!(line.starts_with("POST /v1/traces "), "{line}");
        loop {
            line.clear();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "content-type" => assert_eq!(value, "application/x-protobuf"),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let _gone = sender.send(ExportTraceServiceRequest::decode(&*body).unwrap());
        let answer = "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\n\
                      content-length: 0\r\n\r\n";
        writer.write_all(answer.as_bytes()).unwrap();
    }
}

fn to(endpoint: &str) -> (String, String) {
    ("HEADROOM_TRACES__ENDPOINT".into(), endpoint.into())
}

fn text(span: &Span, key: &str) -> String {
    let found = span
        .attributes
        .iter()
        .find(|attribute| attribute.key == key);
    match found.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        other => panic!("{}: {key} is {other:?}", span.name),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_grading_is_part_of_the_trace_of_the_request_that_handed_it_in() {
    let (endpoint, exported) = collector();
    let data = tempfile::tempdir().unwrap();
    let proxy = (
        "HEADROOM_SERVER__TRUSTED_PROXIES".into(),
        "127.0.0.1".into(),
    );
    let settings = [to(&endpoint), proxy];
    let server = Program::start(ANY, data.path(), settings);
    let url = server.url.clone();
    let submissions = format!("{url}/api/v1/labs/rate_limiter/submissions?wait=30");
    let answer = ureq::post(&submissions)
        .header("content-type", "application/wasm")
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .send(wat::parse_str(LIMITER).unwrap())
        .unwrap()
        .body_mut()
        .read_to_string()
        .unwrap();
    assert!(answer.contains("\"graded\""), "{answer}");
    ureq::get(format!("{url}/labs/nowhere")).call().unwrap_err();
    server.stop();
    let mut spans = Vec::new();
    while let Ok(export) = exported.recv_timeout(Duration::from_millis(500)) {
        for resource in export.resource_spans {
            let about = resource.resource.unwrap().attributes;
            assert!(about.iter().any(|one| one.key == "service.name"));
            spans.extend(
                resource
                    .scope_spans
                    .into_iter()
                    .flat_map(|scope| scope.spans),
            );
        }
    }
    let named = |name: &str| {
        let found = spans.iter().find(|span| span.name == name);
        found.unwrap_or_else(|| panic!("no span {name:?}"))
    };
    let request = named("POST /api/v1/labs/{lab}/submissions");
    assert_eq!(hex(&request.trace_id), TRACE);
    assert_eq!(hex(&request.parent_span_id), CALLER);
    assert_eq!(text(request, "http.response.status_code"), "202");
    let job = named("process grade-submission");
    assert_eq!(job.trace_id, request.trace_id);
    assert_eq!(job.parent_span_id, request.span_id);
    assert_eq!(text(job, "job.outcome"), "done");
    assert!(job.start_time_unix_nano >= request.start_time_unix_nano);
    let grade = named("grade");
    assert_eq!(grade.parent_span_id, job.span_id);
    assert!(grade.end_time_unix_nano <= job.end_time_unix_nano);
    let page = named("GET /labs/{lab}");
    assert_ne!(page.trace_id, request.trace_id);
    assert_eq!(text(page, "http.response.status_code"), "404");
}

#[test]
fn a_stranger_does_not_choose_the_trace() {
    let (endpoint, exported) = collector();
    let data = tempfile::tempdir().unwrap();
    let settings = [to(&endpoint)];
    let server = Program::start(ANY, data.path(), settings);
    let url = server.url.clone();
    ureq::get(format!("{url}/course"))
        .header("traceparent", format!("00-{TRACE}-{CALLER}-01"))
        .call()
        .unwrap();
    server.stop();
    let export = exported.recv_timeout(Duration::from_secs(5)).unwrap();
    let scopes = export
        .resource_spans
        .into_iter()
        .flat_map(|one| one.scope_spans);
    let spans: Vec<Span> = scopes.flat_map(|scope| scope.spans).collect();
    assert!(spans.iter().any(|span| span.name == "GET /course"));
    assert!(spans.iter().all(|span| hex(&span.trace_id) != TRACE));
}

#[test]
fn a_collector_that_is_gone_costs_nothing_but_spans() {
    let data = tempfile::tempdir().unwrap();
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let endpoint = format!("http://{gone}");
    let settings = [to(&endpoint)];
    let server = Program::start(ANY, data.path(), settings);
    let url = server.url.clone();
    for _ in 0..50 {
        let answer = ureq::get(format!("{url}/readyz")).call().unwrap();
        assert_eq!(answer.status(), 200);
    }
    server.stop();
}
