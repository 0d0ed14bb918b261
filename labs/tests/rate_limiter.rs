//! The rate limiter lab against closed forms, and the contract as a property of windows.

#![expect(clippy::unwrap_used, reason = "tests")]

use labs::rate_limiter::{Contract, ExactMeter, Limiter, Trace, reference::Gcra};
use labs::{Lab, Scenario};
use proptest::prelude::*;

fn lab() -> &'static Lab {
    labs::by_id("rate_limiter").unwrap()
}

fn scenario(id: &str) -> &'static Scenario {
    lab().spec().scenario(id).unwrap().1
}

/// Sizes of the traces, as published.
#[test]
fn traces_have_their_sizes() {
    let sizes = [
        ("steady", 34_000),
        ("onoff", 39_000),
        ("edge", 24_000),
        ("drip", 48_000),
        ("fast", 160_000),
        ("weighted", 7_000),
        ("noisy", 46_000),
        ("tail", 240_000),
    ];
    for (id, expected) in sizes {
        let scenario = scenario(id);
        let found = Trace::new(scenario, scenario.seeds[0]).requests.len();
        let gap = (found as f64 / f64::from(expected) - 1.0).abs();
        assert!(gap < 0.15, "{id}: {found} requests, {expected} published");
    }
}

/// What crosses the boundary fits a JavaScript number, whatever the scenario.
#[test]
fn ids_and_times_stay_below_two_to_the_53() {
    for scenario in &lab().spec().scenarios {
        let trace = Trace::new(scenario, 99);
        let mut ids = trace.ids.clone();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), trace.ids.len(), "{}: ids repeat", scenario.id);
        assert!(
            ids.iter().all(|&id| (0..1 << 53).contains(&id)),
            "{}",
            scenario.id
        );
        let times = trace.requests.iter().map(|r| r.at);
        assert!(
            times.clone().all(|at| (1..1 << 53).contains(&at)),
            "{}",
            scenario.id
        );
    }
}

/// No policy admits more of the sample tenant's traffic than the clairvoyant bound.
#[test]
fn the_bound_bounds_the_reference() {
    for (_, scenario) in lab().spec().public() {
        let trace = Trace::new(scenario, scenario.seeds[0]);
        let mut exact = ExactMeter::new(trace.contracts.len());
        let mut fluid = exact.clone();
        let (mut admitted, mut bound) = (0_i128, 0_i128);
        for r in &trace.requests {
            let contract = trace.contracts[r.tenant as usize];
            if exact.conforms(r.tenant, contract, r.at, r.cost) {
                admitted += i128::from(r.cost * contract.interval_ns);
            }
            bound += i128::from(fluid.pour(r.tenant, contract, r.at, r.cost));
        }
        assert!(admitted <= bound, "{}: {admitted} > {bound}", scenario.id);
        assert!(
            bound - admitted < bound / 3,
            "{}: the bound says nothing",
            scenario.id
        );
    }
}

proptest! {
    /// The contract as it is sold: in every stretch of time, admitted cost stays within
    /// burst + length / interval (the arrival curve of network calculus).
    #[test]
    fn admitted_cost_stays_below_the_arrival_curve(
        interval in 1_i64..1000,
        burst in 1_i64..50,
        requests in prop::collection::vec((0_i64..3000, 1_i64..20), 1..200),
    ) {
        let mut gcra = Gcra::new(16);
        gcra.configure(7, interval, burst);
        let mut now = 1_000_000;
        let mut admitted: Vec<(i64, i64)> = Vec::new();
        for (gap, cost) in requests {
            now += gap;
            if gcra.allow(7, now, cost) == 1 {
                admitted.push((now, cost));
            }
        }
        for i in 0..admitted.len() {
            let mut sum = 0;
            for &(at, cost) in &admitted[i..] {
                sum += cost;
                let length = at - admitted[i].0;
                prop_assert!(sum * interval <= burst * interval + length);
            }
        }
    }

    /// A table of any size answers as an unbounded exact meter does, as long as the tenants
    /// that owe something fit.
    #[test]
    fn the_bounded_table_forgets_only_the_idle(
        requests in prop::collection::vec((0_u32..60, 0_i64..400), 1..600),
    ) {
        let contract = Contract { interval_ns: 100, burst: 3 };
        let mut gcra = Gcra::new(32);
        let mut exact = ExactMeter::new(60);
        let mut now = 1_000;
        for (tenant, gap) in requests {
            now += gap;
            if exact.live(now) > 25 {
                continue;
            }
            let id = i64::from(tenant) * 1_000_003;
            if exact.is_idle(tenant, now) {
                gcra.configure(id, contract.interval_ns, contract.burst);
            }
            let expected = exact.conforms(tenant, contract, now, 1);
            prop_assert_eq!(gcra.allow(id, now, 1) == 1, expected);
        }
    }
}
