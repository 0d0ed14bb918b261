//! The reference: two random choices by outstanding requests, and errors that count as load.

use super::policy::{Balancer, SERVERS, two};
use crate::engine::SEC;

/// Errors in a row that are remembered at most.
const MOST_STRIKES: i64 = 8;
/// How much dearer each of them makes a server, in multiples of its cost.
const STRIKE: i64 = 4;
/// How long errors are remembered after the last one, ns.
const MEMORY_NS: i64 = 5 * SEC;

/// What a dispatcher knows of a server: what it has seen itself.
#[derive(Clone, Copy, Default)]
struct View {
    outstanding: i64,
    strikes: i64,
    struck_ns: i64,
}

/// Power of two choices (Mitzenmacher 2001) over own outstanding requests. A server that fails
/// fast has nothing outstanding and looks idle, so each recent error multiplies its cost, a
/// success takes one back, and after five seconds without errors they are forgotten: then a
/// single request finds out whether the server is well again.
pub struct TwoChoices {
    views: [View; SERVERS],
    strike: i64,
}

impl TwoChoices {
    /// The reference.
    #[must_use]
    pub fn with_penalty() -> Self {
        Self::new(STRIKE)
    }

    /// Only outstanding requests count.
    #[must_use]
    pub fn plain() -> Self {
        Self::new(0)
    }

    fn new(strike: i64) -> Self {
        Self {
            views: [View::default(); SERVERS],
            strike,
        }
    }

    // lesson: cost
    fn cost(&self, server: usize, now_ns: i64) -> i64 {
        let view = self.views[server];
        let recent = now_ns - view.struck_ns < MEMORY_NS;
        let strikes = if recent { view.strikes } else { 0 };
        (view.outstanding + 1) * (1 + self.strike * strikes)
    }
    // lesson: end
}

impl Balancer for TwoChoices {
    // lesson: pick
    fn pick(&mut self, n: usize, now_ns: i64, rand: u64) -> usize {
        let (a, b) = two(n, rand);
        let better = if self.cost(a, now_ns) <= self.cost(b, now_ns) {
            a
        } else {
            b
        };
        self.views[better].outstanding += 1;
        better
    }
    // lesson: end

    fn on_done(&mut self, server: usize, _latency_ns: i64, ok: bool, now_ns: i64) {
        let view = &mut self.views[server];
        view.outstanding -= 1;
        if ok {
            view.strikes = (view.strikes - 1).max(0);
        } else {
            view.strikes = (view.strikes + 1).min(MOST_STRIKES);
            view.struck_ns = now_ns;
        }
    }
}
