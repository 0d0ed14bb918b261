//! Hidden scenarios: drawn from the instance's key, and a gate to the second star.

use std::os::unix::fs::PermissionsExt;

use headroom::grader::Pool;
use headroom::grader::key::{HiddenSeeds, InstanceKey};

const LAB: &str = "rate_limiter";

#[tokio::test]
async fn a_flaw_that_public_scenarios_miss_costs_the_stars() {
    let module = super::selftest::unclamped();
    let open = super::pool().grade(LAB, &module).await.unwrap();
    assert_eq!((open.stars, &open.hidden), (3, &None));

    let keyed = Pool::new(
        super::config(),
        HiddenSeeds::Secret(InstanceKey::new([7; 32])),
    );
    let closed = keyed.grade(LAB, &module).await.unwrap();
    let hidden = closed.hidden.unwrap();
    assert!(!hidden.holds && closed.stars <= 1, "{hidden:?}");
    assert!(hidden.scenarios["skew"] < 500_000, "{hidden:?}");
    // What is published does not tell.
    assert_eq!(closed.report, open.report);
}

#[tokio::test]
async fn a_sound_module_passes_the_gate() {
    let keyed = Pool::new(
        super::config(),
        HiddenSeeds::Secret(InstanceKey::new([8; 32])),
    );
    let module = super::selftest::limiter();
    let graded = keyed.grade(LAB, &module).await.unwrap();
    let hidden = graded.hidden.unwrap();
    assert!(hidden.holds && graded.stars == 3, "{hidden:?}");
}

#[test]
fn the_key_is_made_once_and_for_its_owner_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("instance.key");
    let first = InstanceKey::open(folder.path()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes.len(), 32);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    InstanceKey::open(folder.path()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(format!("{first:?}"), "InstanceKey(***)");

    std::fs::write(&path, [1; 31]).unwrap();
    InstanceKey::open(folder.path()).unwrap_err();
}
