//! Shuts a grader process in: no files, no network, no new processes, little memory.
//!
//! Everything here is one-way. It goes through safe wrappers (rustix, landlock, seccompiler),
//! so this crate stays without `unsafe`.

use serde::{Deserialize, Serialize};

/// Bounds of a grader process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// CPU time over the whole life of the process, seconds.
    pub cpu_s: u64,
    /// Address space, bytes.
    pub address_space: u64,
    /// Keep off one core, so that whoever waits for a page need not wait for a grading to be
    /// interrupted.
    pub leave_core: bool,
}

/// Which walls stand. Kernels differ; what is missing is reported, never hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lockdown {
    /// CPU time, memory, file size and open files are bounded.
    pub limits: bool,
    /// The kernel denies every file, TCP and signal outside, as far as it knows how.
    pub landlock: bool,
    /// Any system call outside a short list kills the process.
    pub seccomp: bool,
    /// The process dies with its parent.
    pub death_signal: bool,
}

impl Lockdown {
    /// Whether every wall stands.
    #[must_use]
    pub const fn complete(self) -> bool {
        self.limits && self.landlock && self.seccomp && self.death_signal
    }

    /// Names of the walls that are missing.
    #[must_use]
    pub fn missing(self) -> Vec<&'static str> {
        let walls = [
            ("limits", self.limits),
            ("landlock", self.landlock),
            ("seccomp", self.seccomp),
            ("death-signal", self.death_signal),
        ];
        walls
            .into_iter()
            .filter(|(_, stands)| !stands)
            .map(|(name, _)| name)
            .collect()
    }
}

#[cfg(target_os = "linux")]
pub use linux::{limit, seal};

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::{Bounds, Lockdown};

    /// No limits are known for this system.
    #[must_use]
    pub fn limit(_bounds: Bounds) -> Lockdown {
        Lockdown::default()
    }

    /// No walls are known for this system.
    pub fn seal(_state: &mut Lockdown) {}
}
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{limit, seal};

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;

    use landlock::{
        ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
        RulesetStatus, Scope,
    };
    use rustix::process::{Resource, Rlimit, Signal, nice, set_parent_process_death_signal};
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule,
    };

    use super::{Bounds, Lockdown};

    /// Newest Landlock interface that is asked for; older kernels give what they have.
    const LANDLOCK: ABI = ABI::V6;
    /// Open files: the three pipes, and what starting the process needs.
    const FILES: u64 = 16;
    /// How much a grader yields to the server.
    const NICE: i32 = 10;

    /// First half, before the engine starts: bounds and Landlock. Threads made later inherit
    /// both; Landlock would not reach threads that are there already.
    #[must_use]
    pub fn limit(bounds: Bounds) -> Lockdown {
        let limits = [
            (Resource::As, bounds.address_space),
            (Resource::Fsize, 0),
            (Resource::Core, 0),
            (Resource::Nofile, FILES),
        ];
        // Each is tried even if an earlier one fails.
        let failed = limits
            .into_iter()
            .filter(|(what, most)| !set(*what, *most, *most))
            .count();
        // The soft limit sends a signal that tells the parent why; where both are equal the
        // kernel only kills.
        let timed = set(Resource::Cpu, bounds.cpu_s, bounds.cpu_s.saturating_add(1));
        let niced = nice(NICE).is_ok();
        if bounds.leave_core {
            // Where it cannot be done the server is slower while modules are graded, no less safe.
            let _ = leave_core();
        }
        Lockdown {
            limits: failed == 0 && timed && niced,
            death_signal: set_parent_process_death_signal(Some(Signal::KILL)).is_ok(),
            landlock: landlock(),
            seccomp: false,
        }
    }

    /// Takes the first core off those that this process may use, if there is another.
    fn leave_core() -> rustix::io::Result<()> {
        let mut cores = sched_getaffinity(None)?;
        let first = (0..CpuSet::MAX_CPU).find(|core| cores.is_set(*core));
        match first {
            Some(first) if cores.count() > 1 => {
                cores.unset(first);
                sched_setaffinity(None, &cores)
            }
            _ => Ok(()),
        }
    }

    /// Second half, when all is loaded: from here on only the listed system calls live.
    /// Reaches every thread of the process.
    pub fn seal(state: &mut Lockdown) {
        // Denials first: the second filter ends every way to install another.
        let filters = denials().into_iter().chain(filter());
        let applied = filters
            .filter(|program| seccompiler::apply_filter_all_threads(program).is_ok())
            .count();
        state.seccomp = applied == 2;
    }

    fn set(what: Resource, soft: u64, hard: u64) -> bool {
        let limit = Rlimit {
            current: Some(soft),
            maximum: Some(hard),
        };
        rustix::process::setrlimit(what, limit).is_ok()
    }

    fn landlock() -> bool {
        let deny = || {
            Ruleset::default()
                .set_compatibility(CompatLevel::BestEffort)
                .handle_access(AccessFs::from_all(LANDLOCK))?
                .handle_access(AccessNet::from_all(LANDLOCK))?
                .scope(Scope::from_all(LANDLOCK))?
                .create()?
                .restrict_self()
        };
        deny().is_ok_and(|status| status.ruleset != RulesetStatus::NotEnforced)
    }

    /// System calls that the engine, the allocator and the runtime need at work.
    const CALLS: &[i64] = &[
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_madvise,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_openat,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_getaffinity,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
    ];

    /// Opening a file is denied rather than deadly: the C library's allocator looks at a
    /// kernel setting when it gives memory back, and does without when it may not.
    fn denials() -> Option<BpfProgram> {
        let rules = BTreeMap::from([(libc::SYS_openat, Vec::new())]);
        let denied = SeccompAction::Errno(libc::EACCES.cast_unsigned());
        let arch = std::env::consts::ARCH.try_into().ok()?;
        SeccompFilter::new(rules, SeccompAction::Allow, denied, arch)
            .ok()?
            .try_into()
            .ok()
    }

    fn filter() -> Option<BpfProgram> {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
            CALLS.iter().map(|&call| (call, Vec::new())).collect();
        // Descriptors that the server itself inherited stay out of reach: read only the
        // request, write only the answer and the dying words.
        rules.insert(libc::SYS_read, vec![argument(0, 0)?]);
        rules.insert(libc::SYS_write, vec![argument(0, 1)?, argument(0, 2)?]);
        // Memory without a file behind it: descriptor −1.
        rules.insert(libc::SYS_mmap, vec![argument(4, u64::from(u32::MAX))?]);
        // `abort` raises a signal in its own process.
        let own = u64::from(std::process::id());
        rules.insert(libc::SYS_tgkill, vec![argument(0, own)?]);
        let arch = std::env::consts::ARCH.try_into().ok()?;
        SeccompFilter::new(
            rules,
            SeccompAction::KillProcess,
            SeccompAction::Allow,
            arch,
        )
        .ok()?
        .try_into()
        .ok()
    }

    fn argument(index: u8, value: u64) -> Option<SeccompRule> {
        let equal = SeccompCmpOp::Eq;
        let condition = SeccompCondition::new(index, SeccompCmpArgLen::Dword, equal, value);
        SeccompRule::new(vec![condition.ok()?]).ok()
    }
}
