//! Numbers that lessons take from runs.

use content::{RunName, Runs as _, Unread};
use headroom::measured::{Measured, Published};

fn run(metric: &str) -> RunName<'_> {
    RunName {
        lab: "retry",
        scenario: "stall",
        policy: "two_signals",
        metric,
    }
}

#[test]
fn a_number_is_what_the_first_published_seed_gives() {
    let lab = labs::by_id("retry").expect("a lab");
    let (_, scenario) = lab.spec().scenario("stall").expect("a scenario");
    let committed = &lab.anchors()[&format!("stall/{}", scenario.seeds[0])]["two_signals"];
    let measured = Measured::default();
    for metric in ["success", "recovery"] {
        let reading = measured.reading(&run(metric)).expect("a reading");
        assert_eq!(reading.value, committed.get(metric).copied());
        let name = Published.reading(&run(metric)).expect("a name");
        assert_eq!((name.unit, name.value), (reading.unit, None));
    }
    assert_eq!(measured.counts(), (1, 2), "one run, two numbers");
}

#[test]
fn names_that_nothing_has_are_told_with_those_there_are() {
    let wrong = Published.reading(&run("sucess"));
    let Err(Unread::Unknown { kind, known, .. }) = wrong else {
        panic!("{wrong:?}");
    };
    assert!(kind == "metric" && known.contains(&"success".to_owned()));
    let hidden = labs::by_id("retry").expect("a lab").spec().scenarios.iter();
    for scenario in hidden.filter(|scenario| !scenario.public) {
        let scenario = &scenario.id;
        let name = RunName {
            scenario,
            ..run("success")
        };
        assert!(Published.reading(&name).is_err(), "{scenario} is hidden");
    }
}
