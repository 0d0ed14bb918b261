//! Figures of lessons: what their parameters may say, and what the server draws.

#![cfg(feature = "ssr")]

use std::collections::BTreeMap;

use app::figures::{check, fan_out, lab_run};
use content::{Slip, Value};

type Params = BTreeMap<String, Value>;

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn list(values: &[&str]) -> Value {
    Value::List(values.iter().copied().map(text).collect())
}

fn noise() -> Params {
    [
        ("lab", text("retry")),
        ("scenario", text("noise")),
        ("plot", text("goodput")),
        ("policy", text("full_jitter")),
        ("against", text("no_retry")),
        ("policies", list(&["full_jitter", "budget"])),
        (
            "sliders",
            list(&["queue 75..1200", "load_ppm 300000..900000 at 700000"]),
        ),
        ("metrics", list(&["success", "latency_p99"])),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn with(name: &str, value: Value) -> Params {
    let mut params = noise();
    params.insert(name.to_owned(), value);
    params
}

#[track_caller]
fn slip(params: &Params, message: &str) -> Slip {
    let slips = check("lab-run", params);
    let found = slips.iter().find(|slip| slip.message.contains(message));
    found
        .cloned()
        .unwrap_or_else(|| panic!("no “{message}” but {slips:?}"))
}

#[test]
fn every_name_of_a_lab_run_is_looked_up() {
    assert_eq!(check("lab-run", &noise()), []);
    for (name, wrong, what, right) in [
        ("lab", "retri", "no lab", "retry"),
        ("scenario", "nois", "no public scenario", "noise"),
        ("scenario", "silent", "no public scenario", "noise"),
        ("plot", "godput", "no plot", "goodput"),
        ("policy", "ful_jitter", "no policy", "full_jitter"),
        ("against", "no_retri", "no policy", "no_retry"),
    ] {
        let slip = slip(&with(name, text(wrong)), what);
        assert_eq!(slip.name, wrong);
        assert!(slip.known.iter().any(|known| known == right), "{slip:?}");
    }
    assert_eq!(
        slip(&with("policies", list(&["budgt"])), "no policy").name,
        "budgt"
    );
    assert_eq!(
        slip(&with("metrics", list(&["sucess"])), "no metric").name,
        "sucess"
    );
    assert_eq!(
        slip(&with("polices", list(&[])), "no parameter").name,
        "polices"
    );
    let mut none = noise();
    none.remove("plot");
    slip(&none, "`plot` is missing");
    slip(&with("plot", Value::Integer(3)), "`plot` is a name");
    slip(&with("policies", text("budget")), "`policies` is a list");
}

#[test]
fn sliders_stay_within_what_worlds_allow() {
    let sliders = |line: &str| with("sliders", list(&[line]));
    for (line, message) in [
        ("quene 100..200", "no parameter of the scenario"),
        ("queue", "is not like"),
        ("queue 100-200", "is not like"),
        ("queue 100..400 at many", "is not like"),
        ("queue 74..1200", "from 75 to 1200"),
        ("queue 75..1201", "from 75 to 1200"),
        ("queue 400..1200", "holds its start"),
        ("queue 75..200", "holds its start"),
        ("queue 75..400 at 500", "holds its start"),
        ("error_from_s 0..10", "from 0 to 0"),
    ] {
        slip(&sliders(line), message);
    }
    for line in [
        "queue 75..1200",
        "queue 300..1200",
        "queue 75..300",
        "queue 400..800 at 400",
    ] {
        assert_eq!(check("lab-run", &sliders(line)), [], "{line}");
    }
}

#[test]
fn a_lab_run_starts_with_every_policy_and_one_chart_of_time() {
    let still = lab_run::read(&noise()).expect("right").still("f1".into());
    let info = &still.info;
    let ids: Vec<&str> = info
        .policies
        .iter()
        .map(|policy| policy.id.as_str())
        .collect();
    assert_eq!(ids, ["no_retry", "full_jitter", "budget"]);
    assert_eq!(info.start.len(), 3);
    for metrics in info.start.values() {
        assert_eq!(
            metrics.keys().collect::<Vec<_>>(),
            ["latency_p99", "success"]
        );
    }
    assert_eq!(info.ends, Some((0, 39_000_000_000)));
    let plot = still.plot.expect("a chart");
    let labels: Vec<&str> = plot
        .series
        .iter()
        .map(|series| series.label.as_str())
        .collect();
    assert_eq!(labels[labels.len() - 2..], ["No retry", "Full jitter"]);
    let mut published = noise();
    published.remove("sliders");
    let other = lab_run::read(&published).expect("right").still("f1".into());
    assert_ne!(
        info.start, other.info.start,
        "the start is that of the changed world"
    );
}

#[test]
fn the_fan_out_takes_whole_numbers_in_range() {
    let params = |name: &str, value| Params::from([(name.to_owned(), value)]);
    assert_eq!(check("fan-out", &params("leaves", Value::Integer(200))), []);
    for (name, value) in [
        ("leaves", Value::Integer(0)),
        ("slow_ppm", Value::Integer(100_001)),
        ("load_percent", Value::Number(0.5)),
    ] {
        let slips = check("fan-out", &params(name, value));
        assert!(
            slips[0].message.contains("is a whole number from"),
            "{slips:?}"
        );
    }
    assert_eq!(
        check("fan-out", &params("leafs", Value::Integer(1)))[0].name,
        "leafs"
    );
    let setting = fan_out::read(&params("hedge_after_ms", Value::Integer(50))).expect("right");
    let (info, plot) = fan_out::still(setting, "f1".into());
    assert!(
        info.start
            .hedged
            .is_some_and(|hedged| hedged.p99_ns < info.start.plain.p99_ns)
    );
    assert_eq!(plot.series.len(), 4);
}
