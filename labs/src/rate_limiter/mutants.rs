//! Common mistakes. Each must score lower than the reference, and says why.

use std::collections::BTreeMap;

use super::policy::Limiter;
use super::trace::Contract;

/// Contracts and one state per tenant: what most of the mistakes share.
#[derive(Default)]
struct Book<S> {
    contracts: BTreeMap<i64, Contract>,
    states: BTreeMap<i64, S>,
}

impl<S> Book<S> {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        self.contracts
            .insert(tenant, Contract { interval_ns, burst });
    }

    /// The tenant's contract and state, made by `first` where it is new.
    fn open(&mut self, tenant: i64, first: impl Fn(Contract) -> S) -> Option<(Contract, &mut S)> {
        let contract = *self.contracts.get(&tenant)?;
        Some((
            contract,
            self.states.entry(tenant).or_insert_with(|| first(contract)),
        ))
    }
}

/// Millisecond clock, whole tokens, `last = now`: every call throws the fraction away, and
/// a slow contract polled fast never earns a token.
#[derive(Default)]
pub struct Truncating(Book<(i64, i64)>);

impl Limiter for Truncating {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        self.0.configure(tenant, interval_ns, burst);
    }

    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32 {
        let now_ms = now_ns / 1_000_000;
        let Some((contract, state)) = self.0.open(tenant, |c| (c.burst, now_ms)) else {
            return 0;
        };
        let earned = (now_ms - state.1) * 1_000_000 / contract.interval_ns;
        let tokens = contract.burst.min(state.0 + earned);
        let fits = tokens >= cost;
        *state = (if fits { tokens - cost } else { tokens }, now_ms);
        i32::from(fits)
    }
}

/// Token bucket in micro-tokens with unsigned elapsed time: when the clock steps back, the
/// subtraction wraps to centuries and the bucket is full again.
#[derive(Default)]
pub struct Unclamped(Book<(u64, i64)>);

impl Limiter for Unclamped {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        self.0.configure(tenant, interval_ns, burst);
    }

    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32 {
        // Nanoseconds of credit, so that only the clock is wrong here.
        let full = |c: Contract| (c.depth_ns() as u64, now_ns);
        let Some((contract, state)) = self.0.open(tenant, full) else {
            return 0;
        };
        let elapsed = now_ns.wrapping_sub(state.1) as u64;
        let credit = (contract.depth_ns() as u64).min(state.0.saturating_add(elapsed));
        let price = (cost * contract.interval_ns) as u64;
        let fits = credit >= price;
        *state = (if fits { credit - price } else { credit }, now_ns);
        i32::from(fits)
    }
}

/// `tokens += elapsed · rate / 1e9` in 64 bits: after an idle gap the product wraps.
#[derive(Default)]
pub struct Wrapping(Book<(u64, i64)>);

impl Limiter for Wrapping {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        self.0.configure(tenant, interval_ns, burst);
    }

    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32 {
        let full = |c: Contract| (c.burst as u64 * 1_000_000, now_ns);
        let Some((contract, state)) = self.0.open(tenant, full) else {
            return 0;
        };
        let micro_rate = 1_000_000_000_000_000 / contract.interval_ns as u64;
        let elapsed = (now_ns - state.1).max(0) as u64;
        let earned = elapsed.wrapping_mul(micro_rate) / 1_000_000_000;
        let tokens = (contract.burst as u64 * 1_000_000).min(state.0.saturating_add(earned));
        let price = cost as u64 * 1_000_000;
        let fits = tokens >= price;
        *state = (
            if fits { tokens - price } else { tokens },
            state.1.max(now_ns),
        );
        i32::from(fits)
    }
}

/// Seconds in a 32-bit float: 24 bits of mantissa cannot tell two instants of a day apart.
#[derive(Default)]
pub struct FloatSeconds(Book<(f32, f32)>);

impl Limiter for FloatSeconds {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        self.0.configure(tenant, interval_ns, burst);
    }

    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32 {
        let now = (now_ns as f64 / 1e9) as f32;
        let Some((contract, state)) = self.0.open(tenant, |c| (c.burst as f32, now)) else {
            return 0;
        };
        let rate = (1e9 / contract.interval_ns as f64) as f32;
        let tokens = (contract.burst as f32).min(state.0 + (now - state.1) * rate);
        let fits = tokens >= cost as f32;
        *state = (if fits { tokens - cost as f32 } else { tokens }, now);
        i32::from(fits)
    }
}

/// Tenants after which [`Forgetful::clearing`] drops its table.
const FULL: usize = 4096;

/// GCRA that forgets tenants who still owe: a free refill for them.
pub struct Forgetful {
    book: Book<i64>,
    latest_ns: i64,
    clear_at: usize,
    reset: bool,
}

impl Forgetful {
    /// Drops its whole table when 4,096 tenants are in it.
    #[must_use]
    pub fn clearing() -> Self {
        Self {
            book: Book::default(),
            latest_ns: 0,
            clear_at: FULL,
            reset: false,
        }
    }

    /// Starts a tenant anew whenever it is configured.
    #[must_use]
    pub fn resetting() -> Self {
        Self {
            book: Book::default(),
            latest_ns: 0,
            clear_at: usize::MAX,
            reset: true,
        }
    }
}

impl Limiter for Forgetful {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        self.book.configure(tenant, interval_ns, burst);
        if self.reset {
            self.book.states.remove(&tenant);
        }
    }

    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32 {
        self.latest_ns = self.latest_ns.max(now_ns);
        let now_ns = self.latest_ns;
        if self.book.states.len() >= self.clear_at && !self.book.states.contains_key(&tenant) {
            self.book.states.clear();
        }
        let Some((contract, tat)) = self.book.open(tenant, |_| 0) else {
            return 0;
        };
        let next = (*tat).max(now_ns) + cost * contract.interval_ns;
        let fits = next - now_ns <= contract.depth_ns();
        if fits {
            *tat = next;
        }
        i32::from(fits)
    }
}
