//! The simulator engine and every lab.
//!
//! One pure function is the heart of Headroom: a lab, a scenario, a seed and a guest's
//! decisions go in, a [`Case`] comes out, the same bytes in every host. Nothing here reads
//! a clock, a file or the network; see `engine` for how determinism is kept.

pub mod abi;
pub mod anchors;
pub mod burn_rate;
pub mod cache_eviction;
pub mod circuit_breaker;
pub mod engine;
pub mod fan_out;
mod grade;
pub mod guest;
pub mod kit;
mod lab;
pub mod language;
pub mod load_balancer;
pub mod meter;
pub mod rate_limiter;
pub mod retry;
pub mod script;
pub mod sharding;
pub mod solution;
pub mod soundness;
mod spec;
pub mod tape;
pub mod trial;
pub mod what_if;

pub use engine::report::{Case, Digest, Fault, Hidden, Ops, Report, ScenarioResult, Subject};
pub use grade::{assemble, assemble_hidden, fault_case, grade, hidden_seed, run_case, stars};
pub use guest::{FaultKind, Guest, Host, Native, Reply, Run};
pub use lab::{Files, Lab, Outcome, Policy, PolicyRole, Setting, Starter};
pub use language::Language;
pub use spec::{
    Among, Anchor, Budget, Export, Measure, Metric, Pick, Scenario, ScriptBudget, Shape, Soundness,
    Spec, Stars, ValType,
};

/// Version of the engine's arithmetic, samplers and report format. Part of every digest.
pub const ENGINE: &str = "engine/1";

/// Every lab, in the order of the course. Adding a lab is adding its folder and a line here.
pub static ALL: &[&Lab] = &[
    &rate_limiter::LAB,
    &sharding::LAB,
    &retry::LAB,
    &load_balancer::LAB,
    &cache_eviction::LAB,
    &circuit_breaker::LAB,
    &burn_rate::LAB,
];

/// The lab called `id`, if there is one.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Lab> {
    ALL.iter().copied().find(|lab| lab.id == id)
}
