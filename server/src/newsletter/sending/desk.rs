//! Who flies next: as many as there are connections, and of one domain no more than its share, so
//! that a domain that answers slowly holds up its own and nobody else. A few more stand at the
//! gate, written as in flight, so that no connection waits for the ledger.

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
    /// How many may stand at the gate for each message in flight.
    pub at_gate: usize,
}

/// Who waits, who stands at the gate and who flies.
#[derive(Debug)]
pub struct Desk {
    caps: Caps,
    waiting: VecDeque<Waiting>,
    gate: VecDeque<Waiting>,
    /// Written as in flight.
    booked: Share,
    /// In flight.
    flying: Share,
}

/// Messages, and how many of them go to each domain.
#[derive(Debug, Default)]
struct Share {
    of: HashMap<i64, String>,
    domains: HashMap<String, usize>,
}

impl Share {
    fn add(&mut self, who: &Waiting) {
        let domain = domain(who).to_owned();
        *self.domains.entry(domain.clone()).or_default() += 1;
        self.of.insert(who.position, domain);
    }

    fn remove(&mut self, position: i64) {
        let Some(domain) = self.of.remove(&position) else {
            return;
        };
        if let Some(count) = self.domains.get_mut(&domain) {
            *count -= 1;
            if *count == 0 {
                self.domains.remove(&domain);
            }
        }
    }

    /// Whether one more fits under these caps.
    fn has_room(&self, who: &Waiting, most: usize, per_domain: usize) -> bool {
        let count = self.domains.get(domain(who)).copied().unwrap_or(0);
        self.of.len() < most && count < per_domain
    }
}

impl Desk {
    /// An empty desk.
    #[must_use]
    pub fn new(caps: Caps) -> Self {
        Self {
            caps,
            waiting: VecDeque::new(),
            gate: VecDeque::new(),
            booked: Share::default(),
            flying: Share::default(),
        }
    }

    /// Takes those who come from the ledger.
    pub fn admit(&mut self, waiting: impl IntoIterator<Item = Waiting>) {
        self.waiting.extend(waiting);
    }

    /// Whether more should be fetched: there are places, nobody here may take them, and there is
    /// room.
    #[must_use]
    pub fn is_hungry(&self) -> bool {
        self.booked.of.len() < self.booked_max()
            && self.waiting.len() < WAITING_MAX
            && !self.waiting.iter().any(|waiting| self.may_book(waiting))
    }

    /// Those who are to be written as in flight, in their order. Then they go to the gate.
    pub fn book(&mut self) -> Vec<Waiting> {
        let mut booked = Vec::new();
        let mut staying = VecDeque::new();
        while self.booked.of.len() < self.booked_max() {
            let Some(next) = self.waiting.pop_front() else {
                break;
            };
            if self.may_book(&next) {
                self.booked.add(&next);
                booked.push(next);
            } else {
                staying.push_back(next);
            }
        }
        while let Some(stays) = staying.pop_back() {
            self.waiting.push_front(stays);
        }
        booked
    }

    /// These are written as in flight.
    pub fn go_to_gate(&mut self, booked: impl IntoIterator<Item = Waiting>) {
        self.gate.extend(booked);
    }

    /// The next at the gate who may fly, and flies.
    pub fn board(&mut self) -> Option<Waiting> {
        let Caps {
            flights,
            per_domain,
            ..
        } = self.caps;
        let mut gate = self.gate.iter();
        let at = gate.position(|next| self.flying.has_room(next, flights, per_domain))?;
        let next = self.gate.remove(at)?;
        self.flying.add(&next);
        Some(next)
    }

    /// One has landed, or will not fly.
    pub fn land(&mut self, position: i64) {
        self.flying.remove(position);
        self.booked.remove(position);
    }

    /// Whether nobody is here and nobody flies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.booked.of.is_empty()
    }

    /// Forgets who waits, whom the ledger still has, and answers who stands at the gate: they do
    /// not fly.
    pub fn close(&mut self) -> Vec<Waiting> {
        self.waiting.clear();
        let turned_back: Vec<Waiting> = self.gate.drain(..).collect();
        for back in &turned_back {
            self.booked.remove(back.position);
        }
        turned_back
    }

    const fn booked_max(&self) -> usize {
        self.caps.flights * (1 + self.caps.at_gate)
    }

    fn may_book(&self, waiting: &Waiting) -> bool {
        let per_domain = self.caps.per_domain * (1 + self.caps.at_gate);
        self.booked.has_room(waiting, self.booked_max(), per_domain)
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
            audience: "everyone".into(),
        }
    }

    /// Books, and lets board who may.
    fn fly(desk: &mut Desk) -> Vec<i64> {
        let booked = desk.book();
        desk.go_to_gate(booked);
        std::iter::from_fn(|| desk.board())
            .map(|next| next.position)
            .collect()
    }

    #[test]
    fn a_domain_has_its_share_and_the_others_pass_it() {
        let mut desk = Desk::new(Caps {
            flights: 4,
            per_domain: 2,
            at_gate: 0,
        });
        assert!(desk.is_hungry());
        desk.admit((1..=4).map(|n| somebody(n, "slow.example")));
        desk.admit((5..=7).map(|n| somebody(n, "quick.example")));
        assert_eq!(fly(&mut desk), [1, 2, 5, 6]);
        assert!(fly(&mut desk).is_empty());
        desk.land(5);
        assert_eq!(fly(&mut desk), [7]);
        desk.land(6);
        // A connection is free, but those who wait are all of the domain that has its share.
        assert!(fly(&mut desk).is_empty());
        assert!(desk.is_hungry());
        desk.land(1);
        assert!(!desk.is_hungry());
        assert_eq!(fly(&mut desk), [3]);
        for position in [2, 3, 7] {
            desk.land(position);
        }
        assert_eq!(fly(&mut desk), [4]);
        desk.land(4);
        assert!(desk.is_empty());
    }

    #[test]
    fn who_stands_at_the_gate_flies_without_the_ledger() {
        let mut desk = Desk::new(Caps {
            flights: 2,
            per_domain: 1,
            at_gate: 1,
        });
        desk.admit((1..=5).map(|n| somebody(n, "slow.example")));
        desk.admit((6..=9).map(|n| somebody(n, "quick.example")));
        // Two of each domain are written down; of each domain one flies.
        assert_eq!(fly(&mut desk), [1, 6]);
        assert!(desk.board().is_none());
        desk.land(6);
        assert_eq!(desk.board().map(|next| next.position), Some(7));
        assert!(desk.board().is_none());
        // Closed, it turns back who has not flown.
        let back: Vec<i64> = desk.close().iter().map(|back| back.position).collect();
        assert_eq!(back, [2]);
        assert!(!desk.is_empty());
        for position in [1, 7] {
            desk.land(position);
        }
        assert!(desk.is_empty());
    }
}
