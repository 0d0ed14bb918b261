//! Sharding: the key modulo the number of nodes. It runs, and it is not good: clients that heard of
//! the nodes in another order disagree, and weights are ignored.

use std::cell::RefCell;

thread_local! {
    /// Members, in the order in which they came; at most 256 at once.
    static NODES: RefCell<Vec<i64>> = const { RefCell::new(Vec::new()) };
}

#[unsafe(no_mangle)]
pub extern "C" fn abi_version() -> i32 {
    1
}

/// A node joins. Weight 2 should get twice the keys of weight 1.
#[unsafe(no_mangle)]
pub extern "C" fn add_node(id: i64, _weight: i32) {
    NODES.with_borrow_mut(|nodes| nodes.push(id));
}

/// A member leaves.
#[unsafe(no_mangle)]
pub extern "C" fn remove_node(id: i64) {
    NODES.with_borrow_mut(|nodes| nodes.retain(|&node| node != id));
}

/// The member that holds the key.
#[unsafe(no_mangle)]
pub extern "C" fn place(key: i64) -> i64 {
    NODES.with_borrow(|nodes| nodes[(key as u64 % nodes.len() as u64) as usize])
}
