//! The event queue: what happens next, ties broken by who was scheduled first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

struct Entry<E> {
    at: i64,
    seq: u64,
    event: E,
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl<E> Eq for Entry<E> {}
impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Entry<E> {
    /// Reversed, so that the heap's greatest is the earliest.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.seq).cmp(&(self.at, self.seq))
    }
}

/// Events in order of `(time, sequence number)`.
pub struct Events<E> {
    heap: BinaryHeap<Entry<E>>,
    seq: u64,
    now: i64,
}

impl<E> Default for Events<E> {
    fn default() -> Self {
        Self {
            heap: BinaryHeap::new(),
            seq: 0,
            now: i64::MIN,
        }
    }
}

impl<E> Events<E> {
    /// An empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Schedules `event` at `at` ns.
    ///
    /// # Panics
    /// If `at` lies before the event taken last: virtual time never runs backwards.
    pub fn push(&mut self, at: i64, event: E) {
        assert!(
            at >= self.now,
            "scheduled at {at}, but it is {} already",
            self.now
        );
        self.heap.push(Entry {
            at,
            seq: self.seq,
            event,
        });
        self.seq += 1;
    }

    /// Takes the earliest event with its time.
    pub fn pop(&mut self) -> Option<(i64, E)> {
        let entry = self.heap.pop()?;
        self.now = entry.at;
        Some((entry.at, entry.event))
    }

    /// Events waiting.
    #[must_use]
    pub fn len(&self) -> usize {
        self.heap.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_time_then_sequence() {
        let mut events = Events::new();
        for (at, name) in [(5, "c"), (1, "a"), (5, "d"), (3, "b")] {
            events.push(at, name);
        }
        let order: Vec<_> = std::iter::from_fn(|| events.pop()).collect();
        assert_eq!(order, [(1, "a"), (3, "b"), (5, "c"), (5, "d")]);
    }

    #[test]
    #[should_panic(expected = "already")]
    fn the_past_is_closed() {
        let mut events = Events::new();
        events.push(10, ());
        events.pop();
        events.push(9, ());
    }
}
