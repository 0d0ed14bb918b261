//! Wasmtime as the labs' host: compiles a learner's module, and makes the instances that a world
//! asks for its decisions. What leaves this crate is [`labs::Host`].

mod engine;
mod guest;

pub use engine::{Effort, Engine, EngineError};
pub use guest::{Log, Modules};
