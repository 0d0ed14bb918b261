//! Validation of learners' modules: what may run, and clear words for what may not.
//!
//! [`check`] takes hostile bytes and gives either a [`Checked`] module, ready to run, or a
//! list of [`AbiError`]s that name what was found, what was expected and what to do.

mod adapter;
mod dispatcher;
mod error;
mod exports;
mod features;
mod imports;
pub mod limits;
mod scan;
mod work;

pub use adapter::adapter;
pub use dispatcher::dispatcher;
pub use error::{AbiError, Code, MAX_ERRORS, quote};
pub use features::FEATURES;

use crate::{Spec, meter};
use scan::Scan;
#[cfg(test)]
pub(crate) use scan::facts;
pub(crate) use scan::{BodyFacts, Facts};

/// Version of this ABI; a module's `abi_version()` must return it.
pub const VERSION: i32 = 1;
/// Export that every module must have: `abi_version() -> i32`.
pub const ABI_VERSION: &str = "abi_version";
/// Optional export `_initialize() -> ()`, called once after instantiation.
pub const INITIALIZE: &str = "_initialize";
/// Prefix of the names that belong to the meter.
pub const RESERVED: &str = "headroom:";

/// A module that was found right for a lab, and its metered form.
#[derive(Debug, Clone)]
pub struct Checked {
    metered: Vec<u8>,
}

impl Checked {
    /// The bytes that run, in every host.
    #[must_use]
    pub fn metered(&self) -> &[u8] {
        &self.metered
    }
}

/// Who made a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Somebody: it must be valid, and simple enough to compile.
    Learner,
    /// [`crate::script::assemble`] from a runtime of ours. It must be valid; how hard it is to
    /// compile was measured. Never to be believed of bytes that came from outside.
    Ours,
}

/// Checks whether `bytes` can run as a policy of the lab `spec`.
///
/// # Errors
/// Everything that was found wrong, at most [`MAX_ERRORS`] entries, never empty.
pub fn check(spec: &Spec, bytes: &[u8]) -> Result<Checked, Vec<AbiError>> {
    check_from(Origin::Learner, spec, bytes)
}

/// [`check`], with the limits that its origin calls for.
///
/// # Errors
/// As [`check`].
pub fn check_from(origin: Origin, spec: &Spec, bytes: &[u8]) -> Result<Checked, Vec<AbiError>> {
    if origin == Origin::Learner {
        preamble(bytes).map_err(|error| vec![error])?;
    }
    let mut scan = Scan::new(spec.budget.pages, origin);
    if let Err(error) = scan.module(bytes) {
        scan.report(error);
    } else {
        exports::check(spec, &mut scan);
    }
    let Scan {
        facts, mut errors, ..
    } = scan;
    if !errors.is_empty() {
        errors.truncate(MAX_ERRORS);
        return Err(errors);
    }
    let caps = meter::Caps {
        ops: spec.budget.hard_ops_per_call,
        pages: spec.budget.pages,
    };
    let metered = meter::rewrite(bytes, &facts, caps).map_err(|error| vec![error])?;
    Ok(Checked { metered })
}

/// Refuses what is no core module at all, before anything is parsed.
fn preamble(bytes: &[u8]) -> Result<(), AbiError> {
    if bytes.len() > limits::MODULE_BYTES {
        return Err(AbiError::new(
            Code::TooLarge,
            format!(
                "the module has {} bytes; at most {} are allowed: build in release mode and \
                 strip it (rustc `-C strip=symbols`, Cargo `profile.release.strip = true`, \
                 clang `-Wl,--strip-all`, Zig `-fstrip`, TinyGo `-no-debug`)",
                bytes.len(),
                limits::MODULE_BYTES
            ),
        ));
    }
    match bytes {
        [0, b'a', b's', b'm', 1, 0, 0, 0, ..] => Ok(()),
        [0, b'a', b's', b'm', _, 0, 1, 0, ..] => Err(AbiError::new(
            Code::Component,
            "this is a component (component model), labs run core modules: build for \
             `wasm32-unknown-unknown` and do not pass it through `wasm-tools component new`",
        )),
        [0, b'a', b's', b'm', rest @ ..] if rest.len() >= 4 => Err(AbiError::at(
            Code::NotWasm,
            4,
            "unknown version of the WebAssembly format",
        )),
        [0, b'a', b's', b'm', ..] => Err(AbiError::at(
            Code::Malformed,
            bytes.len(),
            "the module ends within its header",
        )),
        _ => Err(AbiError::new(
            Code::NotWasm,
            "this is not a WebAssembly module: it must start with the bytes 00 61 73 6d \
             (text format? run it through `wat2wasm` first)",
        )),
    }
}
