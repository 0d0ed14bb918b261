//! Who flies next: as many as there are connections, and of one domain no more than its share, so
//! that a domain that answers slowly holds up its own and nobody else.

use std::collections::{HashMap, VecDeque};

use crate::store::mailings::Waiting;

/// How many wait here at most; the ledger has the others.
pub const WAITING_MAX: usize = 4_096;
/// How many are fetched at once.
pub const FETCH: usize = 512;

/// What limits a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caps {
    /// Messages in flight.
    pub flights: usize,
    /// Of them to one domain.
    pub per_domain: usize,
}

/// Who waits and who flies.
#[derive(Debug)]
pub struct Desk {
    caps: Caps,
    waiting: VecDeque<Waiting>,
    /// Domains of those in flight, by position.
    flying: HashMap<i64, String>,
    domains: HashMap<String, usize>,
}

impl Desk {
    /// An empty desk.
    #[must_use]
    pub fn new(caps: Caps) -> Self {
        Self {
            caps,
            waiting: VecDeque::new(),
            flying: HashMap::new(),
            domains: HashMap::new(),
        }
    }

    /// Takes those who come from the ledger.
    pub fn admit(&mut self, waiting: impl IntoIterator<Item = Waiting>) {
        self.waiting.extend(waiting);
    }

    /// Whether more should be fetched: connections are free, nobody here may take them, and there
    /// is room.
    #[must_use]
    pub fn is_hungry(&self) -> bool {
        self.flying.len() < self.caps.flights
            && self.waiting.len() < WAITING_MAX
            && !self.waiting.iter().any(|waiting| self.may_fly(waiting))
    }

    /// Those who fly now, in their order.
    pub fn board(&mut self) -> Vec<Waiting> {
        let mut boarding = Vec::new();
        let mut staying = VecDeque::new();
        while let Some(next) = self.waiting.pop_front() {
            if self.flying.len() >= self.caps.flights {
                staying.push_back(next);
                break;
            }
            if !self.may_fly(&next) {
                staying.push_back(next);
                continue;
            }
            let domain = domain(&next).to_owned();
            *self.domains.entry(domain.clone()).or_default() += 1;
            self.flying.insert(next.position, domain);
            boarding.push(next);
        }
        while let Some(stays) = staying.pop_back() {
            self.waiting.push_front(stays);
        }
        boarding
    }

    /// One has landed.
    pub fn land(&mut self, position: i64) {
        let Some(domain) = self.flying.remove(&position) else {
            return;
        };
        if let Some(count) = self.domains.get_mut(&domain) {
            *count -= 1;
            if *count == 0 {
                self.domains.remove(&domain);
            }
        }
    }

    /// Whether nobody waits here and nobody flies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.flying.is_empty()
    }

    /// Forgets who waits; the ledger still has them.
    pub fn close(&mut self) {
        self.waiting.clear();
    }

    fn may_fly(&self, waiting: &Waiting) -> bool {
        let count = self.domains.get(domain(waiting)).copied().unwrap_or(0);
        count < self.caps.per_domain
    }
}

fn domain(waiting: &Waiting) -> &str {
    let email = waiting.email.as_deref().unwrap_or_default();
    email.rsplit_once('@').map_or("", |(_, domain)| domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(position: i64, domain: &str) -> Waiting {
        Waiting {
            position,
            attempts: 0,
            uncertain: 0,
            first_at: None,
            email: Some(format!("p{position}@{domain}")),
            key: Some("key".into()),
            topics: Some("labs".into()),
        }
    }

    fn positions(of: &[Waiting]) -> Vec<i64> {
        of.iter().map(|waiting| waiting.position).collect()
    }

    #[test]
    fn a_domain_has_its_share_and_the_others_pass_it() {
        let mut desk = Desk::new(Caps {
            flights: 4,
            per_domain: 2,
        });
        assert!(desk.is_hungry());
        desk.admit((1..=4).map(|n| somebody(n, "slow.example")));
        desk.admit((5..=7).map(|n| somebody(n, "quick.example")));
        assert_eq!(positions(&desk.board()), [1, 2, 5, 6]);
        assert!(desk.board().is_empty());
        desk.land(5);
        assert_eq!(positions(&desk.board()), [7]);
        desk.land(6);
        // A connection is free, but those who wait are all of the domain that has its share.
        assert!(desk.board().is_empty());
        assert!(desk.is_hungry());
        desk.land(1);
        assert!(!desk.is_hungry());
        assert_eq!(positions(&desk.board()), [3]);
        for position in [2, 3, 7] {
            desk.land(position);
        }
        assert_eq!(positions(&desk.board()), [4]);
        desk.land(4);
        assert!(desk.is_empty());
    }
}
