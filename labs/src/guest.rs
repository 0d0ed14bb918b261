//! The boundary between the simulator and a policy.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::engine::histogram::Histogram;
use crate::engine::rng::mix;

/// Most parameters an export may have.
pub const MAX_PARAMS: usize = 8;

/// What a guest answers to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reply {
    /// The result; i32 results are sign-extended, functions without result give 0.
    pub value: i64,
    /// Metered operations of this call; 0 for native policies, which are not metered.
    pub ops: u64,
}

/// Why a guest could not go on. Only what every host can tell apart is told apart here.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FaultKind {
    /// The call spent more metered operations than one call may.
    #[error(
        "one call spent more than its operations: look for an endless loop, or a table that grows"
    )]
    OutOfOps,
    /// Calls nested too deep for the guest's stack.
    #[error("calls nested too deep: look for endless recursion")]
    CallDepth,
    /// Any trap of the module itself: unreachable, division by zero, out of bounds.
    #[error("the module trapped (unreachable, division by zero or out of bounds)")]
    Trap,
    /// `env.abort` was called: AssemblyScript's way to say that an assertion failed.
    #[error("the module called abort")]
    Abort,
    /// An answer outside the export's range.
    #[error("answered {value}, which this function may not return")]
    BadReturn {
        /// What was returned.
        value: i64,
    },
    /// `abi_version()` answered something else than 1.
    #[error("abi_version() answered {found}; this lab speaks version 1")]
    AbiVersion {
        /// What was returned.
        found: i64,
    },
    /// The module could not be started.
    #[error("the module could not be started")]
    Start,
}

/// One instance of a policy, with a memory of its own.
pub trait Guest {
    /// Calls export number `export` (its position in the lab's export list).
    ///
    /// # Errors
    /// The instance is unusable after a fault.
    fn call(&mut self, export: usize, args: &[i64]) -> Result<Reply, FaultKind>;

    /// Linear memory in pages of 64 KiB; 0 for native policies.
    fn pages(&self) -> u32;
}

/// Where instances come from.
pub trait Host {
    /// Starts a fresh instance: `_initialize` has run and `abi_version` was found right.
    ///
    /// # Errors
    /// The module cannot be started.
    fn spawn(&mut self, seed: u64) -> Result<Box<dyn Guest>, FaultKind>;

    /// Whether calls are metered. Native policies are not, and have no cost in reports.
    fn metered(&self) -> bool {
        true
    }
}

/// Host of a policy written in Rust: each spawn makes a new one.
pub struct Native(pub fn() -> Box<dyn Guest>);

impl Host for Native {
    fn spawn(&mut self, _seed: u64) -> Result<Box<dyn Guest>, FaultKind> {
        Ok((self.0)())
    }

    fn metered(&self) -> bool {
        false
    }
}

/// The call that was under way, for the report of a fault.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCall {
    /// Number of the call in this case, from 1; 0 before the first.
    pub call: u64,
    /// Export number.
    pub export: usize,
    /// Arguments.
    pub args: Vec<i64>,
}

/// A run under way: the instances, and the ledger of what they did and spent.
pub struct Run<'h> {
    host: &'h mut dyn Host,
    seed: u64,
    instances: Vec<Box<dyn Guest>>,
    calls: u64,
    export: usize,
    args: [i64; MAX_PARAMS],
    arity: usize,
    decisions: u64,
    ops: Histogram,
}

impl<'h> Run<'h> {
    /// A run on fresh instances of `host`.
    #[must_use]
    pub fn new(host: &'h mut dyn Host, seed: u64) -> Self {
        Self {
            host,
            seed,
            instances: Vec::new(),
            calls: 0,
            export: 0,
            args: [0; MAX_PARAMS],
            arity: 0,
            decisions: 0,
            ops: Histogram::new(),
        }
    }

    /// Starts an instance and returns its number.
    ///
    /// # Errors
    /// The module cannot be started.
    pub fn spawn(&mut self) -> Result<usize, FaultKind> {
        let instance = self
            .host
            .spawn(mix(self.seed ^ self.instances.len() as u64))?;
        self.instances.push(instance);
        Ok(self.instances.len() - 1)
    }

    /// Calls an export of an instance and enters the call in the ledger.
    ///
    /// # Errors
    /// What the guest could not do; the run ends there.
    ///
    /// # Panics
    /// If `instance` was not spawned or there are more than [`MAX_PARAMS`] arguments: both
    /// are mistakes of a lab, not of a learner.
    pub fn call(&mut self, instance: usize, export: usize, args: &[i64]) -> Result<i64, FaultKind> {
        self.calls += 1;
        self.export = export;
        self.arity = args.len();
        self.args[..args.len()].copy_from_slice(args);
        let reply = self.instances[instance].call(export, args)?;
        self.ops.record(reply.ops);
        self.decisions = mix(self.decisions ^ reply.value as u64);
        Ok(reply.value)
    }

    /// The call that was made last.
    #[must_use]
    pub fn last_call(&self) -> LastCall {
        LastCall {
            call: self.calls,
            export: self.export,
            args: self.args[..self.arity].to_vec(),
        }
    }

    /// Calls made so far.
    #[must_use]
    pub const fn calls(&self) -> u64 {
        self.calls
    }

    /// Running hash over every answer so far.
    #[must_use]
    pub const fn decisions(&self) -> u64 {
        self.decisions
    }

    /// Metered operations per call so far.
    #[must_use]
    pub const fn ops(&self) -> &Histogram {
        &self.ops
    }

    /// Largest memory of any instance, in pages of 64 KiB.
    #[must_use]
    pub fn pages(&self) -> u32 {
        self.instances.iter().map(|i| i.pages()).max().unwrap_or(0)
    }

    /// Pages of one instance.
    #[must_use]
    pub fn pages_of(&self, instance: usize) -> u32 {
        self.instances.get(instance).map_or(0, |i| i.pages())
    }

    /// Whether the host meters its guests.
    #[must_use]
    pub fn metered(&self) -> bool {
        self.host.metered()
    }
}
