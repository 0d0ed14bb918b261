//! The reference: GCRA with one instant per tenant, in a table of bounded size.

use super::policy::Limiter;

/// Entries kept. 24 bytes each, so that table, plans and stack fit two pages of wasm memory.
const SLOTS: usize = 4096;
/// Entries at which the table counts as full: 15/16, for short probes.
const FULL_AT: usize = SLOTS / 16 * 15;
/// Entries looked at for each newcomer. One idle entry is found per newcomer as soon as 1/8
/// of the table is idle, so a table beyond half full settles at its live entries plus 512.
const LOOKS: usize = 8;
/// Distinct contracts remembered; tenants share them.
const PLANS: usize = 512;

/// A contract, shared by all tenants that bought the same.
#[derive(Clone, Copy, Default)]
struct Plan {
    interval_ns: i64,
    depth_ns: i64,
}

/// A tenant that is known. `plan` is 0 in an empty slot, else 1 + the plan's position.
#[derive(Clone, Copy, Default)]
struct Entry {
    tenant: i64,
    tat: i64,
    plan: u32,
}

/// GCRA (ITU-T I.371): a tenant's whole state is its *theoretical arrival time*, the instant
/// at which it will owe nothing. An idle tenant equals a fresh one, so entries whose instant
/// has passed are forgotten when room is needed.
pub struct Gcra {
    entries: Vec<Entry>,
    used: usize,
    cursor: usize,
    plans: Vec<Plan>,
    latest_ns: i64,
}

impl Default for Gcra {
    fn default() -> Self {
        Self::new(SLOTS)
    }
}

impl Gcra {
    /// A limiter that remembers up to `slots` tenants; `slots` is a power of two.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        Self {
            entries: vec![Entry::default(); slots.next_power_of_two()],
            used: 0,
            cursor: 0,
            plans: Vec::new(),
            latest_ns: 0,
        }
    }

    // lesson: gcra
    /// Decides one request: `tat` is when the tenant would owe nothing.
    fn decide(tat: &mut i64, plan: Plan, now_ns: i64, cost: i64) -> bool {
        let next = (*tat).max(now_ns) + cost * plan.interval_ns;
        let fits = next - now_ns <= plan.depth_ns;
        if fits {
            *tat = next;
        }
        fits
    }
    // lesson: end

    /// Nanoseconds until a request of `cost` tokens would fit, 0 if it would now; `None` if
    /// it never will or the tenant is unknown. What `Retry-After` says.
    #[must_use]
    pub fn wait_ns(&self, tenant: i64, now_ns: i64, cost: i64) -> Option<i64> {
        let entry = self.entries[self.slot(tenant)];
        let plan = *self.plans.get((entry.plan as usize).checked_sub(1)?)?;
        let price = cost.checked_mul(plan.interval_ns)?;
        (price <= plan.depth_ns)
            .then(|| (entry.tat.max(now_ns) + price - plan.depth_ns - now_ns).max(0))
    }

    /// Where the tenant is, or where it would go.
    fn slot(&self, tenant: i64) -> usize {
        let mask = self.entries.len() - 1;
        let mut slot = home(tenant, mask);
        while self.entries[slot].plan != 0 && self.entries[slot].tenant != tenant {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Position of a plan plus 1; the plan is added where it is new. When more contracts
    /// than `PLANS` are in use, the last position is shared by the newest of them.
    fn plan(&mut self, interval_ns: i64, burst: i64) -> u32 {
        let depth_ns = burst * interval_ns;
        let same = |p: &Plan| p.interval_ns == interval_ns && p.depth_ns == depth_ns;
        if let Some(found) = self.plans.iter().position(same) {
            return found as u32 + 1;
        }
        self.plans.truncate(PLANS - 1);
        self.plans.push(Plan {
            interval_ns,
            depth_ns,
        });
        self.plans.len() as u32
    }

    /// Makes room for a newcomer once the table is half full: looks at the next few entries
    /// and forgets those that owe nothing, so the work per call stays small and idle entries
    /// never pile up. Only in a full table does the look go all the way round, and only if
    /// everyone in it owes something does the one who is nearest to owing nothing go.
    fn make_room(&mut self) {
        if self.used < self.entries.len() / 2 {
            return;
        }
        for _ in 0..LOOKS {
            self.forget_if_idle();
        }
        let full = FULL_AT.min(self.entries.len() - 1);
        for _ in 0..self.entries.len() {
            if self.used < full {
                return;
            }
            self.forget_if_idle();
        }
        let owing = self.entries.iter().enumerate().filter(|(_, e)| e.plan != 0);
        if let Some((nearest, _)) = owing.min_by_key(|(_, e)| e.tat) {
            self.remove(nearest);
        }
    }

    /// Forgets the entry under the cursor if it owes nothing; else moves on.
    fn forget_if_idle(&mut self) {
        let Entry { tat, plan, .. } = self.entries[self.cursor];
        if plan != 0 && tat <= self.latest_ns {
            self.remove(self.cursor);
        } else {
            self.cursor = (self.cursor + 1) & (self.entries.len() - 1);
        }
    }

    /// Empties a slot of the probe sequence and moves later entries back into the hole
    /// (Knuth, *The Art of Computer Programming* 3, algorithm 6.4R).
    fn remove(&mut self, slot: usize) {
        let mask = self.entries.len() - 1;
        let mut hole = slot;
        let mut next = (hole + 1) & mask;
        while self.entries[next].plan != 0 {
            let home = home(self.entries[next].tenant, mask);
            if (next.wrapping_sub(home) & mask) >= (next.wrapping_sub(hole) & mask) {
                self.entries[hole] = self.entries[next];
                hole = next;
            }
            next = (next + 1) & mask;
        }
        self.entries[hole] = Entry::default();
        self.used -= 1;
    }
}

/// Where a tenant's probe starts: multiplicative hashing by 2^64 / φ.
fn home(tenant: i64, mask: usize) -> usize {
    ((tenant as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize & mask
}

impl Limiter for Gcra {
    fn configure(&mut self, tenant: i64, interval_ns: i64, burst: i64) {
        let plan = self.plan(interval_ns, burst);
        let mut slot = self.slot(tenant);
        if self.entries[slot].plan == 0 {
            self.make_room();
            slot = self.slot(tenant);
            self.used += 1;
            self.entries[slot] = Entry {
                tenant,
                tat: 0,
                plan,
            };
        }
        self.entries[slot].plan = plan;
    }

    fn allow(&mut self, tenant: i64, now_ns: i64, cost: i64) -> i32 {
        // The clock may step back a little: the latest time seen is the time.
        self.latest_ns = self.latest_ns.max(now_ns);
        let slot = self.slot(tenant);
        let Entry { plan, .. } = self.entries[slot];
        let Some(plan) = (plan as usize)
            .checked_sub(1)
            .and_then(|p| self.plans.get(p))
        else {
            return 0;
        };
        i32::from(Self::decide(
            &mut self.entries[slot].tat,
            *plan,
            self.latest_ns,
            cost,
        ))
    }
}
