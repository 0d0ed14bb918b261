//! The lab's charts: what got through, what was asked, how long the queue was, where the policy
//! stands, and when retries came.

use super::books::{SLOTS_PER_SECOND, Second};
use super::faults::Plan;
use crate::engine::plot::{Axis, Mark, Plot, Role, Series};
use crate::engine::{MS, PPM, SEC};

pub fn draw(
    plan: &Plan,
    seconds: &[Second],
    retries: &[i64],
    success_ppm: i64,
    amplification_ppm: i64,
) -> Vec<Plot> {
    vec![
        goodput(plan, seconds),
        attempts(plan, seconds),
        queue(seconds),
        age(plan, seconds),
        place(success_ppm, amplification_ppm),
        instants(retries),
    ]
}

fn series(label: &str, role: Role, mark: Mark, points: Vec<[i64; 2]>) -> Series {
    Series {
        label: label.into(),
        role,
        mark,
        points,
    }
}

fn per_second(seconds: &[Second], value: impl Fn(&Second) -> i64) -> Vec<[i64; 2]> {
    let points = seconds.iter().enumerate();
    points
        .map(|(s, second)| [s as i64, value(second)])
        .collect()
}

/// Attempts that the workers can serve in each second; it shows the fault.
fn capacity(plan: &Plan, seconds: &[Second]) -> Vec<[i64; 2]> {
    let at = |s: usize| {
        let now = s as i64 * SEC;
        let works = PPM - plan.error_ppm(now);
        plan.workers_at(now) * SEC / plan.service * works / PPM
    };
    (0..seconds.len()).map(|s| [s as i64, at(s)]).collect()
}

fn time() -> Axis {
    Axis::new("time", "s", 1)
}

fn goodput(plan: &Plan, seconds: &[Second]) -> Plot {
    let capacity = capacity(plan, seconds);
    let bound = seconds.iter().zip(&capacity);
    let bound = bound.map(|(second, &[x, most])| [x, most.min(second.first)]);
    Plot {
        id: "goodput".into(),
        title: "Calls that succeeded, by the second they started in".into(),
        caption: "The capacity dips while the fault lasts. What matters comes after: whether \
                  success returns with the capacity, later, or never."
            .into(),
        x: time(),
        y: Axis::new("calls", "per s", 1),
        series: vec![
            series(
                "calls made",
                Role::Offered,
                Mark::Step,
                per_second(seconds, |s| s.first),
            ),
            series(
                "first attempts that capacity allows",
                Role::Bound,
                Mark::Step,
                bound.collect(),
            ),
            series("capacity", Role::Limit, Mark::Step, capacity),
            series(
                "policy",
                Role::Policy,
                Mark::Step,
                per_second(seconds, |s| s.good),
            ),
        ],
    }
}

fn attempts(plan: &Plan, seconds: &[Second]) -> Plot {
    Plot {
        id: "attempts".into(),
        title: "Attempts".into(),
        caption: "What the policy adds to the calls made. Above the capacity, work is done for \
                  callers who have gone."
            .into(),
        x: time(),
        y: Axis::new("attempts", "per s", 1),
        series: vec![
            series(
                "calls made",
                Role::Offered,
                Mark::Step,
                per_second(seconds, |s| s.first),
            ),
            series("capacity", Role::Limit, Mark::Step, capacity(plan, seconds)),
            series(
                "policy",
                Role::Policy,
                Mark::Step,
                per_second(seconds, |s| s.attempts),
            ),
        ],
    }
}

fn queue(seconds: &[Second]) -> Plot {
    Plot {
        id: "queue".into(),
        title: "Longest queue in each second".into(),
        caption: "Everything in the queue is worked off, whether anybody waits for it or not."
            .into(),
        x: time(),
        y: Axis::new("jobs waiting", "", 1),
        series: vec![series(
            "policy",
            Role::Policy,
            Mark::Step,
            per_second(seconds, |s| s.queue),
        )],
    }
}

fn age(plan: &Plan, seconds: &[Second]) -> Plot {
    let last = seconds.len() as i64;
    let limit = vec![[0, plan.timeout], [last, plan.timeout]];
    Plot {
        id: "age".into(),
        title: "Age of the job at the head of the queue".into(),
        caption: "Above the time-out the server works for nobody: every answer comes too late."
            .into(),
        x: time(),
        y: Axis::new("age", "ms", MS),
        series: vec![
            series("time-out", Role::Limit, Mark::Line, limit),
            series(
                "policy",
                Role::Policy,
                Mark::Step,
                per_second(seconds, |s| s.age),
            ),
        ],
    }
}

fn place(success_ppm: i64, amplification_ppm: i64) -> Plot {
    Plot {
        id: "place".into(),
        title: "Load added against calls saved".into(),
        caption: "Left is cheap, up is good. No retry is the leftmost point there is.".into(),
        x: Axis::new("amplification while the fault lasts", "x", PPM),
        y: Axis::new("success over the run", "%", PPM / 100),
        series: vec![series(
            "policy",
            Role::Policy,
            Mark::Dot,
            vec![[amplification_ppm, success_ppm]],
        )],
    }
}

fn instants(retries: &[i64]) -> Plot {
    let points = retries.iter().enumerate();
    let points = points.map(|(slot, &count)| [slot as i64, count]).collect();
    Plot {
        id: "instants".into(),
        title: "When retries come, in the first seconds of the fault".into(),
        caption: "Spikes are clients who failed together and return together. Jitter is what \
                  makes this flat."
            .into(),
        x: Axis::new("time since the fault began", "s", SLOTS_PER_SECOND),
        y: Axis::new("retries in 10 ms", "", 1),
        series: vec![series("policy", Role::Policy, Mark::Step, points)],
    }
}
