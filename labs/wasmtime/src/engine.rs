//! wasmtime, narrowed to what labs need.

use thiserror::Error;
use wasmtime::{Config, OptLevel, WasmFeatures};

/// Bytes of host stack that wasm may use. The meter's own counter stands for 512 KiB and must
/// always trip first, so that recursion ends at the same depth everywhere.
const WASM_STACK: usize = 2 << 20;
/// Address space reserved per memory: the largest memory any lab allows is far smaller.
/// wasmtime's default of 4 GiB would make a limit on address space useless.
const MEMORY_RESERVATION: u64 = 4 << 20;

/// How hard the compiler tries. Results and metered cost do not depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// Optimise for speed.
    #[default]
    Speed,
    /// Do not optimise; for tests that compare.
    None,
}

/// Why there is no engine, or no compiled module.
#[derive(Debug, Error)]
pub enum EngineError {
    /// wasmtime refused its settings: a mistake of ours.
    #[error("the engine cannot be set up: {0}")]
    Setup(String),
    /// The compiler refused the module.
    #[error("the module cannot be compiled: {0}")]
    Compile(String),
}

/// A compiler and its settings.
#[derive(Clone)]
pub struct Engine(pub(crate) wasmtime::Engine);

impl Engine {
    /// An engine with every wasm feature off that labs do not use.
    ///
    /// # Errors
    /// If wasmtime cannot work with these settings on this machine.
    pub fn new(effort: Effort) -> Result<Self, EngineError> {
        wasmtime::Engine::new(&config(effort))
            .map(Self)
            .map_err(|error| EngineError::Setup(format!("{error:#}")))
    }

    pub(crate) fn compile(&self, bytes: &[u8]) -> Result<wasmtime::Module, EngineError> {
        wasmtime::Module::from_binary(&self.0, bytes)
            .map_err(|error| EngineError::Compile(format!("{error:#}")))
    }
}

/// What a module may use. A list of what is allowed, never of what is not: wasmtime turns
/// new proposals on by default, even those whose support is compiled out.
fn features() -> WasmFeatures {
    WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::MULTI_VALUE
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::BULK_MEMORY_OPT
        | WasmFeatures::CALL_INDIRECT_OVERLONG
        | WasmFeatures::REFERENCE_TYPES
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::FLOATS
}

fn config(effort: Effort) -> Config {
    let mut config = Config::new();
    for flag in WasmFeatures::all().iter() {
        config.wasm_features(flag, features().contains(flag));
    }
    config
        .relaxed_simd_deterministic(true)
        .cranelift_nan_canonicalization(true)
        .cranelift_opt_level(match effort {
            Effort::Speed => OptLevel::Speed,
            Effort::None => OptLevel::None,
        })
        .max_wasm_stack(WASM_STACK)
        .memory_init_cow(false)
        .memory_reservation(MEMORY_RESERVATION)
        .memory_reservation_for_growth(0)
        .memory_guard_size(64 << 10)
        .guard_before_linear_memory(false);
    config
}
