//! Every built-in policy of every lab lands in the band that its `lab.toml` publishes, so an
//! engine change that moves a score is noticed.

use std::sync::{LazyLock, Mutex};
use std::thread;

use labs::{Case, Lab, Native, Policy, PolicyRole, Report, Subject};

/// What a policy earned in public, and what the hidden scenarios said.
struct Graded {
    lab: &'static Lab,
    policy: &'static Policy,
    report: Report,
    hidden: Vec<Case>,
}

/// Every policy of every lab, graded once for all tests, on all cores.
static GRADED: LazyLock<Vec<Graded>> = LazyLock::new(|| {
    let all = labs::ALL
        .iter()
        .flat_map(|lab| lab.policies.iter().map(move |policy| (*lab, policy)));
    let queue: Mutex<Vec<_>> = Mutex::new(all.collect());
    let next = || queue.lock().ok().and_then(|mut queue| queue.pop());
    let work = || {
        let mut graded = Vec::new();
        while let Some((lab, policy)) = next() {
            graded.push(Graded {
                lab,
                policy,
                report: grade(lab, policy),
                hidden: hidden_cases(lab, policy, b"calibration"),
            });
        }
        graded
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().flat_map(|worker| worker.join());
        done.flatten().collect()
    })
});

fn grade(lab: &Lab, policy: &Policy) -> Report {
    labs::grade(
        lab,
        Subject::Policy(policy.id.into()),
        &mut Native(policy.make),
    )
}

fn hidden_cases(lab: &Lab, policy: &Policy, secret: &[u8]) -> Vec<Case> {
    let hidden = lab.spec().scenarios.iter().filter(|s| !s.public);
    hidden
        .map(|s| {
            let seed = labs::hidden_seed(secret, lab, &s.id, 0);
            labs::run_case(lab, s, seed, &mut Native(policy.make), false).0
        })
        .collect()
}

#[test]
fn every_policy_lands_in_its_band() {
    let policies: usize = labs::ALL.iter().map(|lab| lab.policies.len()).sum();
    assert_eq!(GRADED.len(), policies, "a worker panicked");
    let mut misses = Vec::new();
    for graded in GRADED.iter() {
        let (lab, policy) = (graded.lab, graded.policy);
        let points = graded.report.quality as f64 / 10_000.0;
        match lab.spec().calibration.get(policy.id) {
            Some(&[low, high]) if (low..=high).contains(&points) => {}
            band => misses.push(format!("{}/{}: {points:.2}, {band:?}", lab.id, policy.id)),
        }
    }
    assert!(
        misses.is_empty(),
        "outside their bands:\n{}",
        misses.join("\n")
    );
}

/// `anchors.json` holds what the policies reach. `HEADROOM_BLESS=1` writes it.
#[test]
fn anchors_are_what_the_policies_reach() -> std::io::Result<()> {
    for lab in labs::ALL {
        let measured = labs::anchors::table(lab);
        if std::env::var_os("HEADROOM_BLESS").is_some() {
            let path = format!("{}/src/{}/anchors.json", env!("CARGO_MANIFEST_DIR"), lab.id);
            std::fs::write(path, format!("{}\n", serde_json::to_string(&measured)?))?;
        } else {
            let bless = "HEADROOM_BLESS=1 cargo test -p labs --test calibration writes them";
            assert!(
                *lab.anchors() == measured,
                "{}: stale anchors; {bless}",
                lab.id
            );
        }
    }
    Ok(())
}

/// The reports of built-in policies are the committed bytes, in debug and (by `cargo xtask test`,
/// with the release binary) in release builds. `HEADROOM_BLESS=1` writes the digests.
#[test]
fn reports_are_the_committed_bytes() -> std::io::Result<()> {
    for lab in labs::ALL {
        let mut lines: Vec<String> = GRADED
            .iter()
            .filter(|g| g.lab.id == lab.id)
            .map(|g| format!("{} {}\n", g.policy.id, g.report.digest.0))
            .collect();
        lines.sort();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let path = format!("{folder}/{}/digests.txt", lab.id);
        if std::env::var_os("HEADROOM_BLESS").is_some() {
            std::fs::write(path, lines.concat())?;
            continue;
        }
        let committed = std::fs::read_to_string(path)?;
        let changed = lines.iter().filter(|line| !committed.contains(*line));
        let changed: Vec<&str> = changed.map(|line| line.trim()).collect();
        assert!(
            committed == lines.concat(),
            "{}: other reports than committed; a change of the engine or of a lab needs a new \
             version, then HEADROOM_BLESS=1 writes them: {changed:?}",
            lab.id
        );
    }
    Ok(())
}

/// No mistake may earn three stars: what the public scenarios let pass, the hidden ones gate.
#[test]
fn no_mutant_earns_three_stars() {
    for graded in GRADED.iter() {
        let (lab, policy, report) = (graded.lab, graded.policy, &graded.report);
        let hidden = labs::assemble_hidden(report, &graded.hidden);
        let stars = labs::stars(lab, report, Some(&hidden));
        let name = format!("{}/{}", lab.id, policy.id);
        match policy.role {
            PolicyRole::Reference => assert_eq!(stars, 3, "{name}: {hidden:?}"),
            PolicyRole::Mutant => assert!(stars < 3, "{name}: {hidden:?}"),
            PolicyRole::Naive | PolicyRole::Baseline => {}
        }
    }
}

/// Over the public scenarios and the two hidden families that the design's figures include
/// (idle, skew): the order and the size of the scores are as published.
#[test]
fn ten_scenarios_reproduce_the_published_table() {
    let Some(lab) = labs::by_id("rate_limiter") else {
        unreachable!("the lab exists")
    };
    let published = [
        ("gcra", 100.0),
        ("fixed_window", 34.7),
        ("sliding_log", 33.7),
        ("sliding_counter", 25.7),
        ("one_bucket", 17.2),
        ("truncating", 16.7),
        ("unclamped", 63.0),
        ("clear_all", 87.5),
        ("always_allow", 0.0),
        ("always_deny", 0.0),
    ];
    for (id, points) in published {
        let graded = GRADED
            .iter()
            .find(|g| g.lab.id == lab.id && g.policy.id == id);
        let Some(graded) = graded else {
            unreachable!("{id} exists")
        };
        let mut scores: Vec<i64> = graded.report.scenarios.iter().map(|s| s.score).collect();
        let families = graded
            .hidden
            .iter()
            .filter(|c| c.scenario == "idle" || c.scenario == "skew");
        scores.extend(families.map(|c| c.score));
        let found = labs::engine::score::quality(&scores) as f64 / 10_000.0;
        assert!(
            (found - points).abs() <= 4.0,
            "{id}: {found:.1}, published {points}"
        );
    }
}
