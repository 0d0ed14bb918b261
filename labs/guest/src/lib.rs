//! A built-in policy as a learner's module: the same Rust, compiled to WebAssembly, must give
//! the same cases as the native policy. One module is one policy, chosen at build time by
//! the feature of its lab and the variable `HEADROOM_POLICY`.

#[cfg(feature = "rate_limiter")]
mod rate_limiter {
    use std::cell::RefCell;

    use labs::Guest;
    use labs::rate_limiter::{ALLOW, CONFIGURE, LAB};

    const POLICY: Option<&str> = option_env!("HEADROOM_POLICY");

    thread_local! {
        static GUEST: RefCell<Option<Box<dyn Guest>>> = const { RefCell::new(None) };
    }

    fn call(export: usize, args: &[i64]) -> i64 {
        GUEST.with_borrow_mut(|guest| {
            let guest = guest.get_or_insert_with(|| {
                let id = POLICY.expect("HEADROOM_POLICY names a policy");
                let (_, policy) = LAB.policy(id).expect("the policy exists");
                (policy.make)()
            });
            guest
                .call(export, args)
                .map_or(i64::MIN, |reply| reply.value)
        })
    }

    #[unsafe(no_mangle)]
    extern "C" fn abi_version() -> i32 {
        1
    }

    #[unsafe(no_mangle)]
    extern "C" fn configure(tenant: i64, interval_ns: i64, burst: i64) {
        call(CONFIGURE, &[tenant, interval_ns, burst]);
    }

    #[unsafe(no_mangle)]
    extern "C" fn allow(tenant: i64, now_ns: i64, cost: i64) -> i32 {
        call(ALLOW, &[tenant, now_ns, cost]) as i32
    }
}
