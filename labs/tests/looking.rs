//! What the workbench asks of the engine beside runs: changed worlds, tapes, ends of scales.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use labs::tape::{Place, Tape, Taped, Window};
use labs::{Lab, Native, Scenario, anchors, tape, what_if};

fn lab() -> &'static Lab {
    labs::by_id("rate_limiter").unwrap()
}

fn scenario(id: &str) -> &'static Scenario {
    lab().spec().scenario(id).unwrap().1
}

fn window(scenario: &Scenario, policy: &str, place: Place) -> Window {
    let seed = scenario.seeds[0];
    let answers = Rc::new(tape::reference(lab(), scenario, seed));
    let tape = Rc::new(RefCell::new(Tape::around(lab().spec(), place, answers)));
    let mut native = Native(lab().policy(policy).unwrap().1.make);
    let mut host = Taped::new(&mut native, Rc::clone(&tape));
    let (case, _) = labs::run_case(lab(), scenario, seed, &mut host, false);
    let window = tape.borrow().window();
    assert_eq!(window.total, case.calls);
    window
}

#[test]
fn a_tape_keeps_the_calls_around_an_instant() {
    let edge = scenario("edge");
    let found = window(edge, "fixed_window", Place::At(30_000_000_000));
    assert_eq!(found.calls.len(), 16);
    assert!(found.calls[5].at < 30_000_000_000 && found.calls[6].at >= 30_000_000_000);
    assert!(found.calls.windows(2).all(|w| w[0].call + 1 == w[1].call));
    assert!(
        found
            .calls
            .iter()
            .all(|c| c.value.is_some() && c.reference.is_some())
    );
    assert!(found.length > 50_000_000_000);
    let again = window(edge, "fixed_window", Place::Call(found.calls[6].call));
    assert_eq!(again.calls, found.calls);
}

#[test]
fn the_first_other_answer_is_found_wherever_the_window_is() {
    let edge = scenario("edge");
    let early = window(edge, "fixed_window", Place::Call(1)).parted.unwrap();
    let late = window(edge, "fixed_window", Place::Call(1 << 40))
        .parted
        .unwrap();
    assert_eq!(early, late);
    assert_ne!(early.value, early.reference);
    let around = window(edge, "fixed_window", Place::Call(early.call));
    assert!(around.calls.contains(&early));
    assert_eq!(window(edge, "gcra", Place::Call(1)).parted, None);
}

#[test]
fn changed_worlds_are_bounded() {
    let steady = scenario("steady");
    let change =
        |name: &str, value| what_if::changed(steady, &BTreeMap::from([(name.into(), value)]));
    assert_eq!(change("tenants", 80).unwrap().param("tenants"), 80);
    for (name, value) in [
        ("tenants", 161),
        ("tenants", 9),
        ("burst", 0),
        ("burst", -1),
    ] {
        assert!(
            change(name, value).unwrap_err().contains(name),
            "{name} {value}"
        );
    }
    assert!(change("nothing", 1).unwrap_err().contains("nothing"));
    let many = ["tenants", "seconds", "rate_0"];
    let many = many.map(|n| (n.to_owned(), steady.param(n) * 4));
    let refused = what_if::changed(steady, &BTreeMap::from(many)).unwrap_err();
    assert!(refused.contains("together"), "{refused}");
    assert_eq!(what_if::range(-10), (-40, -3));
    assert_eq!(what_if::range(0), (0, 0));
}

/// Every parameter of every lab at both ends of its range: no lab may panic there.
#[test]
fn every_lab_survives_the_ends_of_its_ranges() {
    std::thread::scope(|scope| {
        for lab in labs::ALL {
            scope.spawn(|| survives_the_ends(lab));
        }
    });
}

fn survives_the_ends(lab: &'static Lab) {
    for (_, scenario) in lab.spec().public() {
        for (name, &value) in &scenario.world {
            let (least, most) = what_if::range(value);
            for end in [least, most] {
                let changes = BTreeMap::from([(name.clone(), end)]);
                let world = what_if::changed(scenario, &changes).unwrap();
                let mut host = Native(lab.reference().make);
                let (case, _) = labs::run_case(lab, &world, world.seeds[0], &mut host, true);
                assert_eq!(case.fault, None, "{}/{} {name}={end}", lab.id, scenario.id);
            }
        }
    }
}

#[test]
fn ends_are_those_of_the_scores_and_measured_in_changed_worlds() {
    let steady = scenario("steady");
    let ends = anchors::ends(lab(), steady, steady.seeds[0]);
    assert_eq!(ends["over"], (0, 100_000));
    for lab in labs::ALL {
        let (_, scenario) = lab.spec().public().next().unwrap();
        let ends = anchors::ends(lab, scenario, scenario.seeds[0]);
        assert!(
            !ends.is_empty() && ends.values().all(|(good, bad)| good != bad),
            "{}",
            lab.id
        );
    }
}

#[test]
fn every_lab_has_a_solution_to_read() {
    for lab in labs::ALL {
        let solution = labs::solution::by_id(lab.id).unwrap();
        assert!(solution.source.len() > 100, "{}", lab.id);
    }
    assert!(
        labs::solution::by_id("rate_limiter")
            .unwrap()
            .argument
            .contains("##")
    );
    assert!(labs::solution::by_id("nothing").is_none());
}
