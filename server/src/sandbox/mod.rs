//! Runs learners' modules: wasmtime as a lab host, and the walls around the process it is in.
//!
//! Nothing outside this folder names wasmtime. What leaves it is [`labs::Host`].

mod engine;
mod guest;
pub mod lockdown;

pub use engine::{Effort, Engine, EngineError};
pub use guest::Modules;
