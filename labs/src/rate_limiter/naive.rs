//! What a first attempt looks like: a counter per window.

use std::collections::BTreeMap;

use super::policy::Limiter;
use super::trace::Contract;

/// Counts admitted cost per window of `burst · interval` and starts anew at each boundary.
/// Two bursts on either side of a boundary both fit: twice the contract.
#[derive(Default)]
pub struct FixedWindow {
    contracts: BTreeMap<i64, Contract>,
    windows: BTreeMap<i64, (i64, i64)>,
}

impl Limiter for FixedWindow {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        self.contracts
            .insert(tenant, Contract { interval_ns, burst });
    }

    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32 {
        let Some(contract) = self.contracts.get(&tenant) else {
            return 0;
        };
        let window = now_ns / contract.depth_ns();
        let (current, count) = self.windows.entry(tenant).or_insert((window, 0));
        if *current != window {
            (*current, *count) = (window, 0);
        }
        let fits = *count + cost <= contract.burst;
        if fits {
            *count += cost;
        }
        i32::from(fits)
    }
}
