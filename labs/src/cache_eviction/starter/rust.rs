//! A cache that evicts what came in first. It runs, and it is not good: look at "Loop" and
//! "One-hit wonders" after the first run.

use std::cell::RefCell;

/// The keys in the order in which they came in, round and round; 0 where there is none yet.
struct Ring {
    keys: Vec<i64>,
    next: usize,
}

thread_local! {
    static RING: RefCell<Ring> = const { RefCell::new(Ring { keys: Vec::new(), next: 0 }) };
}

#[unsafe(no_mangle)]
pub extern "C" fn abi_version() -> i32 {
    1
}

/// Called once: the cache has room for this many objects and is empty.
#[unsafe(no_mangle)]
pub extern "C" fn configure(capacity: i64) {
    RING.with_borrow_mut(|ring| ring.keys = vec![0; capacity as usize]);
}

/// An object that is in the cache was asked for.
#[unsafe(no_mangle)]
pub extern "C" fn on_hit(_key: i64) {}

/// An object that is not in the cache was asked for: the key of the one that goes for it, or -1
/// to leave it out. While there is room the answer counts for nothing, unless it is -1.
#[unsafe(no_mangle)]
pub extern "C" fn on_miss(key: i64) -> i64 {
    RING.with_borrow_mut(|ring| {
        let next = ring.next;
        ring.next = (next + 1) % ring.keys.len();
        std::mem::replace(&mut ring.keys[next], key)
    })
}
