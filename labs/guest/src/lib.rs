//! The built-in policies of one lab as a learner's module: the same Rust, compiled to WebAssembly,
//! must give the same cases as the native policies.
//!
//! `HEADROOM_LAB` names the lab at build time. Which policy the module plays is in
//! [`CHOICE`], a place in its data that `cargo xtask` overwrites: one build gives them all.

use std::cell::RefCell;

use labs::Guest;

include!(concat!(env!("OUT_DIR"), "/exports.rs"));

/// `headroom-policy:` and the policy's id, filled up with spaces.
#[used]
static CHOICE: [u8; 48] = *b"headroom-policy:                                ";

thread_local! {
    static GUEST: RefCell<Option<Box<dyn Guest>>> = const { RefCell::new(None) };
}

/// The policy that [`CHOICE`] names; volatile, because it is written after the build.
fn chosen() -> Box<dyn Guest> {
    // SAFETY: a static is valid and aligned for reading.
    let choice = unsafe { std::ptr::read_volatile(&raw const CHOICE) };
    let id = choice.iter().skip_while(|&&byte| byte != b':').skip(1);
    let id: String = id.map(|&byte| char::from(byte)).collect();
    let (_, policy) = LAB.policy(id.trim()).expect("the policy exists");
    (policy.make)()
}

fn guest_call(export: usize, args: &[i64]) -> i64 {
    GUEST.with_borrow_mut(|guest| {
        let guest = guest.get_or_insert_with(chosen);
        guest
            .call(export, args)
            .map_or(i64::MIN, |reply| reply.value)
    })
}

#[unsafe(no_mangle)]
extern "C" fn abi_version() -> i32 {
    1
}
