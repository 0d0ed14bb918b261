//! Gives memory that was freed back to the operating system.
//!
//! glibc keeps what is freed between two things that live on: after ten thousand connections have
//! fallen silent, 16 KB of each. `malloc_trim` (malloc_trim(3)) returns every whole page of it.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "glibc's own declaration: any number, any thread, any time"
)]
unsafe extern "C" {
    safe fn malloc_trim(pad: usize) -> std::ffi::c_int;
}

/// Gives back what is free, and answers whether there was any. Takes a millisecond or so, in which
/// others may wait for memory. Does nothing where the allocator is not glibc's.
#[must_use]
pub fn give_back() -> bool {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    let gave = malloc_trim(0) == 1;
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    let gave = false;
    gave
}

#[cfg(test)]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;

    /// Resident memory, KiB.
    fn resident() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.and_then(|kib| kib.parse().ok()).unwrap_or(0)
    }

    #[test]
    fn what_lies_between_things_that_live_on_is_given_back() {
        let before = resident();
        let pairs = (0..2_000).map(|_| (vec![1_u8; 16 << 10], vec![1_u8; 64]));
        let (large, small): (Vec<_>, Vec<_>) = pairs.unzip();
        drop(large);
        let kept = resident();
        assert!(kept > before + 20_000, "{before} to {kept}: nothing to try");
        assert!(give_back());
        let after = resident();
        assert!(after + 20_000 < kept, "{kept} to {after}");
        assert_eq!(small.len(), 2_000);
    }
}
