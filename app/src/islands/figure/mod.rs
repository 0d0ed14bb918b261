//! Live figures that the lab engine runs: a lab's world, and the fan-out.
//!
//! The server draws the first state. The engine is loaded when somebody touches the figure, in a
//! worker; until its first answer what the server drew stays.

#[cfg(feature = "hydrate")]
mod engine;
#[cfg(not(feature = "hydrate"))]
#[path = "still.rs"]
mod engine;
mod fan_out;
mod field;
mod lab_run;
mod player;
mod state;

pub use fan_out::FanOut;
pub use lab_run::LabRun;
