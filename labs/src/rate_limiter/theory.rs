//! What admitting everything must be over by.

use super::LAB;
use crate::grade::run_case;
use crate::guest::Native;
use crate::soundness::Agreement;

/// Whoever admits everything is over by 1 − 1/ρ in the long run, where ρ is offered ÷ sold:
/// 4,000/s against 3,333/s in `fast`; 20/s against 1.43/s and the first burst in `drip`; in
/// `noisy` one tenant is 50 times over among 39 who keep their contracts.
pub fn agreements() -> Vec<Agreement> {
    let expected = [
        ("fast", 16.67, 0.5),
        ("drip", 92.86, 0.5),
        ("noisy", 63.4, 1.0),
    ];
    let agreement = |(id, expected, tolerance): (&str, f64, f64)| {
        let (_, scenario) = LAB.spec().scenario(id)?;
        let (_, policy) = LAB.policy("always_allow")?;
        let seed = scenario.seeds.first().copied()?;
        let (case, _) = run_case(&LAB, scenario, seed, &mut Native(policy.make), false);
        Some(Agreement {
            says: format!("{id}: over-admission of always allow, 1 - 1/rho, in %"),
            found: *case.metrics.get("over")? as f64 / 10_000.0,
            expected,
            tolerance,
        })
    };
    expected.into_iter().filter_map(agreement).collect()
}
