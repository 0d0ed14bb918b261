//! What a first attempt looks like: no memory at all.

use super::policy::Balancer;

/// Any server, each as likely as the others.
#[derive(Default)]
pub struct Random;

impl Balancer for Random {
    fn pick(&mut self, n: usize, _now_ns: i64, rand: u64) -> usize {
        ((u128::from(rand) * n as u128) >> 53) as usize
    }

    fn on_done(&mut self, _server: usize, _latency_ns: i64, _ok: bool, _now_ns: i64) {}
}
