//! Common mistakes. Each must score lower than the reference, and says why.

use super::policy::{Balancer, SERVERS, two};
use super::reference::TwoChoices;

/// Always the server with the lowest average latency. Until the first of the flood comes back,
/// it stays the best: everybody runs there at once, then somewhere else.
pub struct Fastest([i64; SERVERS]);

impl Default for Fastest {
    fn default() -> Self {
        Self([0; SERVERS])
    }
}

impl Balancer for Fastest {
    fn pick(&mut self, n: usize, _now_ns: i64, _rand: u64) -> usize {
        (0..n).min_by_key(|&i| self.0[i]).unwrap_or(0)
    }

    fn on_done(&mut self, server: usize, latency_ns: i64, _ok: bool, _now_ns: i64) {
        self.0[server] = (self.0[server] * 7 + latency_ns) / 8;
    }
}

/// Two choices from the same bits: the second is the first again, so there is no choice.
pub struct SameBits([i64; SERVERS]);

impl Default for SameBits {
    fn default() -> Self {
        Self([0; SERVERS])
    }
}

impl Balancer for SameBits {
    fn pick(&mut self, n: usize, _now_ns: i64, rand: u64) -> usize {
        let pick = || (rand % n as u64) as usize;
        let (a, b) = (pick(), pick());
        let better = if self.0[a] <= self.0[b] { a } else { b };
        self.0[better] += 1;
        better
    }

    fn on_done(&mut self, server: usize, _latency_ns: i64, _ok: bool, _now_ns: i64) {
        self.0[server] -= 1;
    }
}

/// Two choices that forget to count a failed request as back: each failure stays outstanding
/// for ever, so a server that failed for a moment is never used again.
pub struct Leaky([i64; SERVERS]);

impl Default for Leaky {
    fn default() -> Self {
        Self([0; SERVERS])
    }
}

impl Balancer for Leaky {
    fn pick(&mut self, n: usize, _now_ns: i64, rand: u64) -> usize {
        let (a, b) = two(n, rand);
        let better = if self.0[a] <= self.0[b] { a } else { b };
        self.0[better] += 1;
        better
    }

    fn on_done(&mut self, server: usize, _latency_ns: i64, ok: bool, _now_ns: i64) {
        if ok {
            self.0[server] -= 1;
        }
    }
}

/// The reference with the length of the list that it saw first.
pub struct FixedList {
    inner: TwoChoices,
    servers: usize,
}

impl Default for FixedList {
    fn default() -> Self {
        Self {
            inner: TwoChoices::with_penalty(),
            servers: 0,
        }
    }
}

impl Balancer for FixedList {
    fn pick(&mut self, n: usize, now_ns: i64, rand: u64) -> usize {
        if self.servers == 0 {
            self.servers = n;
        }
        self.inner.pick(self.servers, now_ns, rand)
    }

    fn on_done(&mut self, server: usize, latency_ns: i64, ok: bool, now_ns: i64) {
        self.inner.on_done(server, latency_ns, ok, now_ns);
    }
}

/// Always the same server.
pub struct First;

impl Balancer for First {
    fn pick(&mut self, _n: usize, _now_ns: i64, _rand: u64) -> usize {
        0
    }

    fn on_done(&mut self, _server: usize, _latency_ns: i64, _ok: bool, _now_ns: i64) {}
}
