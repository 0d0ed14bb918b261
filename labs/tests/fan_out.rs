//! The fan-out against closed forms.
#![expect(
    clippy::disallowed_methods,
    reason = "tests compare with the host's libm"
)]

use labs::fan_out::{FanOut, Outcome, REQUESTS, met_closed_ppm, run};

fn setting(change: impl FnOnce(&mut FanOut)) -> Outcome {
    let mut setting = FanOut::default();
    change(&mut setting);
    run(&setting)
}

/// The time within which `part` of the requests have the last of `leaves` answers, ns, by bisection
/// of the product of the leaves' distributions.
fn exact(setting: &FanOut, part: f64) -> f64 {
    let slow = setting.slow_ppm as f64 / 1e6;
    let late = |ms: f64| {
        (1.0 - slow) * (-ms / setting.fast_ms as f64).exp()
            + slow * (-ms / setting.slow_ms as f64).exp()
    };
    let (mut low, mut high) = (0.0, 1e6);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        let within = (1.0 - late(middle)).powf(setting.leaves as f64);
        if within < part {
            low = middle
        } else {
            high = middle
        }
    }
    high * 1e6
}

fn near(found: i64, expected: f64, part: f64) {
    let off = (found as f64 - expected).abs() / expected;
    assert!(off < part, "{found} and not {expected}: off by {off}");
}

#[test]
fn a_hundred_leaves_meet_a_slow_one_in_63_percent_of_the_requests() {
    assert_eq!(met_closed_ppm(10_000, 100), 633_968);
    assert_eq!(met_closed_ppm(10_000, 1), 10_000);
    assert_eq!(met_closed_ppm(0, 200), 0);
    let run = setting(|_| ());
    // Four standard deviations of a share of 20,000.
    let deviation = (0.634_f64 * 0.366 / REQUESTS as f64).sqrt() * 1e6;
    let off = (run.met_ppm - run.met_closed_ppm).abs() as f64;
    assert!(
        off < 4.0 * deviation,
        "{} {}",
        run.met_ppm,
        run.met_closed_ppm
    );
}

#[test]
fn without_load_the_quantiles_are_those_of_the_maximum_of_exponentials() {
    for (leaves, slow_ppm) in [(1, 0), (100, 0), (100, 10_000), (200, 100_000)] {
        let run = setting(|s| (s.leaves, s.slow_ppm) = (leaves, slow_ppm));
        let of = FanOut {
            leaves,
            slow_ppm,
            ..FanOut::default()
        };
        near(run.plain.p50_ns, exact(&of, 0.5), 0.03);
        near(run.plain.p99_ns, exact(&of, 0.99), 0.05);
        near(run.plain.p999_ns, exact(&of, 0.999), 0.12);
    }
    // The median of the maximum of n exponentials is −mean · ln(1 − 2^(−1/n)).
    let run = setting(|s| s.slow_ppm = 0);
    let median = -10e6 * (1.0 - 0.5_f64.powf(0.01)).ln();
    near(run.plain.p50_ns, median, 0.01);
}

#[test]
fn waiting_is_that_of_a_queue_with_one_server() {
    // In an M/M/1 queue the time until the answer is exponential with mean S / (1 − ρ).
    for load in [50, 80] {
        let run = setting(|s| (s.leaves, s.slow_ppm, s.load_percent) = (1, 0, load));
        let mean = 10e6 / (1.0 - load as f64 / 100.0);
        near(run.plain.p50_ns, mean * 2_f64.ln(), 0.1);
        near(run.plain.p99_ns, mean * 100_f64.ln(), 0.15);
    }
}

#[test]
fn a_hedge_at_the_95th_percentile_costs_a_twentieth_and_cuts_the_tail() {
    // Of one usual leaf the 95th percentile is 10 ms · ln 20.
    let run = setting(|s| (s.slow_ppm, s.hedge_after_ms) = (0, 30));
    let hedged = run.hedged.expect("there are hedges");
    near(hedged.extra_ppm, 1e6 * (-3.0_f64).exp(), 0.02);
    let run = setting(|s| s.hedge_after_ms = 30);
    let hedged = run.hedged.expect("there are hedges");
    assert!(hedged.extra_ppm < 65_000);
    assert!(hedged.p99_ns * 20 < run.plain.p99_ns);
}

#[test]
fn hedges_of_everything_overload_what_was_half_busy() {
    let run = setting(|s| (s.hedge_after_ms, s.load_percent) = (1, 60));
    let hedged = run.hedged.expect("there are hedges");
    assert!(hedged.busy_ppm > 1_000_000);
    assert!(hedged.p50_ns > 5 * run.plain.p50_ns);
}

#[test]
fn a_hedge_that_never_comes_changes_nothing() {
    let (slow, usual) = (setting(|s| s.leaves = 20), setting(|s| s.leaves = 20));
    assert_eq!(slow, usual);
    let run = setting(|s| (s.leaves, s.slow_ppm, s.hedge_after_ms) = (20, 0, 500));
    let hedged = run.hedged.expect("hedges were asked for");
    assert_eq!((hedged.extra_ppm, hedged.p999_ns), (0, run.plain.p999_ns));
}

#[test]
fn the_curve_rises_from_nothing_to_everything_on_a_wide_axis() {
    for leaves in [1, 200] {
        let run = setting(|s| (s.leaves, s.hedge_after_ms) = (leaves, 40));
        for series in &run.plot.series {
            let (first, last) = (series.points.first(), series.points.last());
            let ([x0, _], [x1, _]) = (first.expect("points"), last.expect("points"));
            assert!(*x0 > 0 && x1 / x0 >= 1_000, "{} {x0} {x1}", series.label);
            assert!(series.points.is_sorted_by_key(|p| p[1]), "{}", series.label);
        }
        let own = run.plot.series.last().expect("a curve");
        assert_eq!(own.points.last().map(|p| p[1]), Some(1_000_000));
    }
}
