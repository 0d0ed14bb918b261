//! The simulator against closed forms. A failure here blocks every lab that builds on it.

use labs::engine::MS;
use labs::engine::dist::exponential;
use labs::engine::queue::Events;
use labs::engine::rng::Draws;
use labs::engine::station::Station;

/// Mean service time.
const SERVICE: i64 = 10 * MS;

enum Event {
    Arrival(u64),
    Departure { since: i64, station: usize },
}

/// Mean wait in service times and share of jobs that wait, in an M/M/c queue.
fn mmc(workers: usize, load: f64, jobs: u64, seed: u64) -> (f64, f64, i64) {
    let gap = (SERVICE as f64 / (workers as f64 * load)) as i64;
    let (mut gaps, service) = (Draws::new(seed, 1, 0), Draws::new(seed, 2, 0));
    let mut station: Station<u64> = Station::new(workers);
    let mut events = Events::new();
    let (mut waits, mut waited, mut counted) = (0_i128, 0_u64, 0_u64);
    let mut begin = |now: i64, arrived: i64, job: u64, events: &mut Events<Event>| {
        if job >= jobs / 10 {
            counted += 1;
            waited += u64::from(now > arrived);
            waits += i128::from(now - arrived);
        }
        let mut draw = Draws::new(service.at(job), 0, 0);
        let end = now + exponential(&mut draw, SERVICE);
        events.push(
            end,
            Event::Departure {
                since: arrived,
                station: 0,
            },
        );
    };
    events.push(exponential(&mut gaps, gap), Event::Arrival(0));
    while let Some((now, event)) = events.pop() {
        match event {
            Event::Arrival(job) => {
                if job + 1 < jobs {
                    events.push(now + exponential(&mut gaps, gap), Event::Arrival(job + 1));
                }
                if station.arrive(now, job).is_some() {
                    begin(now, now, job, &mut events);
                }
            }
            Event::Departure { since, .. } => {
                if let Some((arrived, job)) = station.finish(now, now - since) {
                    begin(now, arrived, job, &mut events);
                }
            }
        }
    }
    let mean = waits as f64 / counted as f64 / SERVICE as f64;
    (
        mean,
        waited as f64 / counted as f64,
        station.ledger().little_gap_ppm(),
    )
}

/// Probability that a job waits in M/M/c with `a` Erlangs offered (Erlang 1917).
fn erlang_c(workers: usize, a: f64) -> f64 {
    let mut blocked = 1.0;
    for k in 1..=workers {
        blocked = a * blocked / (k as f64 + a * blocked);
    }
    let load = a / workers as f64;
    blocked / (1.0 - load * (1.0 - blocked))
}

#[test]
fn mmc_agrees_with_erlang_c() {
    for (workers, load) in [
        (1, 0.5),
        (1, 0.8),
        (1, 0.9),
        (4, 0.8),
        (16, 0.9),
        (50, 0.95),
    ] {
        let (wait, share, gap) = mmc(workers, load, 400_000, 5);
        let c = erlang_c(workers, workers as f64 * load);
        let expected = c / (workers as f64 * (1.0 - load));
        println!("M/M/{workers} {load}: wait {wait:.3}/{expected:.3}, P {share:.3}/{c:.3}");
        // Waits of a queue near saturation are strongly correlated, so the tolerance grows
        // with the load: at 0.9, 400,000 jobs are only a few thousand independent ones.
        let tolerance = if load >= 0.9 { 0.08 } else { 0.03 };
        assert!(
            (wait / expected - 1.0).abs() < tolerance,
            "M/M/{workers} at {load}: {wait}"
        );
        assert!(
            (share - c).abs() < 0.02,
            "M/M/{workers} at {load}: P(wait) {share}, {c}"
        );
        assert!(gap < 10_000, "Little's law is off by {gap} ppm");
    }
}

/// P(queue ≥ k) for k = 1..=5 over `n` queues at load 0.9 with `d` random choices each.
fn choices(n: usize, d: usize, jobs: u64, seed: u64) -> [f64; 5] {
    let gap = (SERVICE as f64 / (n as f64 * 0.9)) as i64;
    let (mut gaps, mut picks) = (Draws::new(seed, 1, 0), Draws::new(seed, 3, 0));
    let mut service = Draws::new(seed, 2, 0);
    let mut stations: Vec<Station<()>> = (0..n).map(|_| Station::new(1)).collect();
    let mut events = Events::new();
    let (mut tails, mut looks) = ([0_u64; 5], 0_u64);
    events.push(exponential(&mut gaps, gap), Event::Arrival(0));
    while let Some((now, event)) = events.pop() {
        match event {
            Event::Arrival(job) => {
                if job + 1 < jobs {
                    events.push(now + exponential(&mut gaps, gap), Event::Arrival(job + 1));
                }
                let pick = (0..d)
                    .map(|_| picks.below(n as u64) as usize)
                    .min_by_key(|&i| stations[i].inside())
                    .unwrap_or(0);
                if stations[pick].arrive(now, ()).is_some() {
                    let end = now + exponential(&mut service, SERVICE);
                    events.push(
                        end,
                        Event::Departure {
                            since: now,
                            station: pick,
                        },
                    );
                }
                if job > jobs / 5 && job % 50 == 0 {
                    looks += 1;
                    for (k, tail) in tails.iter_mut().enumerate() {
                        *tail += stations.iter().filter(|s| s.inside() > k).count() as u64;
                    }
                }
            }
            Event::Departure { since, station } => {
                if let Some((arrived, ())) = stations[station].finish(now, now - since) {
                    let end = now + exponential(&mut service, SERVICE);
                    events.push(
                        end,
                        Event::Departure {
                            since: arrived,
                            station,
                        },
                    );
                }
            }
        }
    }
    tails.map(|tail| tail as f64 / looks as f64 / n as f64)
}

/// Mitzenmacher 2001: P(Q ≥ k) is ρ^k with one choice and ρ^(2^k − 1) with two.
#[test]
fn two_choices_agree_with_the_mean_field() {
    for (d, exponents) in [(1, [1, 2, 3, 4, 5]), (2, [1, 3, 7, 15, 31])] {
        let found = choices(100, d, 200_000, 9);
        for (k, exponent) in exponents.into_iter().enumerate() {
            let expected = (0..exponent).fold(1.0, |product: f64, _| product * 0.9);
            println!("d={d} P(Q>={}) {:.3}/{expected:.3}", k + 1, found[k]);
            assert!(
                (found[k] - expected).abs() < 0.03,
                "d={d} k={}: {}",
                k + 1,
                found[k]
            );
        }
    }
}
