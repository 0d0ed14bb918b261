//! Gives memory back to the operating system.
//!
//! glibc keeps what is freed between two things that live on: after ten thousand connections have
//! fallen silent, 16 KB of each. `malloc_trim` (malloc_trim(3)) returns every whole page of it.
//!
//! And a process keeps the pages of its program that it has once touched. Two thirds of ours are
//! touched by the start alone: lessons are read, assets compressed, settings parsed.

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

/// Lets go of the pages of the program's code, and answers how many bytes of address space they
/// were in; nothing where that is not known. What is wanted again comes back from the system's
/// cache of the file, at a microsecond for sixteen pages. Call it once, when the start is over.
#[must_use]
pub fn let_go_of_program() -> Option<usize> {
    #[cfg(target_os = "linux")]
    let went = linux::let_go_of_program();
    #[cfg(not(target_os = "linux"))]
    let went = None;
    went
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::{c_int, c_void};

    const MADV_DONTNEED: c_int = 4;

    #[expect(unsafe_code, reason = "madvise(2), as POSIX systems declare it")]
    unsafe extern "C" {
        fn madvise(start: *mut c_void, length: usize, advice: c_int) -> c_int;
    }

    pub fn let_go_of_program() -> Option<usize> {
        let here = let_go_of_program as fn() -> Option<usize> as usize;
        let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
        let (start, end) = maps.lines().find_map(|line| code_around(here, line))?;
        #[expect(unsafe_code, reason = "see SAFETY")]
        // SAFETY: the range is one mapping of this program's file, private and never writable
        // (`r-xp`): its pages are the file's, unchanged, and are read from it again when touched.
        let done = unsafe { madvise(start as *mut c_void, end - start, MADV_DONTNEED) };
        (done == 0).then_some(end - start)
    }

    /// The mapping of this line of proc_pid_maps(5), if it is code of a file that is read only,
    /// and `address` is in it.
    pub fn code_around(address: usize, line: &str) -> Option<(usize, usize)> {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let start = usize::from_str_radix(start, 16).ok()?;
        let end = usize::from_str_radix(end, 16).ok()?;
        let is_code = words.next()? == "r-xp" && words.nth(3)?.starts_with('/');
        (is_code && (start..end).contains(&address)).then_some((start, end))
    }
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
    fn the_program_goes_on_without_its_pages() {
        let file = || {
            let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
            let line = status.lines().find(|line| line.starts_with("RssFile:"));
            let number = line.and_then(|line| line.split_whitespace().nth(1));
            number
                .and_then(|kib| kib.parse::<usize>().ok())
                .unwrap_or(0)
        };
        let before = file();
        let bytes = let_go_of_program();
        let after = file();
        assert!(bytes.is_some_and(|bytes| bytes > 100_000), "{bytes:?}");
        assert!(after < before, "{before} to {after}");
    }

    #[test]
    fn only_code_that_nobody_can_write_is_let_go() {
        let around = |line| linux::code_around(0x5000, line);
        let code = "4000-6000 r-xp 00001000 08:01 42    /usr/bin/headroom";
        assert_eq!(around(code), Some((0x4000, 0x6000)));
        for other in [
            "4000-6000 r--p 00001000 08:01 42    /usr/bin/headroom",
            "4000-6000 rwxp 00001000 08:01 42    /usr/bin/headroom",
            "4000-6000 r-xp 00000000 00:00 0     [vdso]",
            "4000-6000 r-xp 00000000 00:00 0",
            "4000-5000 r-xp 00001000 08:01 42    /usr/bin/headroom",
        ] {
            assert_eq!(around(other), None, "{other}");
        }
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
