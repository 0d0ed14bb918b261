//! One shard after the other: its two queues, and the copies that wait for their time.
//!
//! Shards share nothing but the instants at which requests come, so each is run by itself. Every
//! draw belongs to its request and shard: what a hedge changes, it changes alone.

use std::collections::VecDeque;

use super::{FanOut, REQUESTS, WARM_UP};
use crate::engine::dist::exponential_of;
use crate::engine::rng::Draws;
use crate::engine::{MS, PPM, SEC};

const SEED: u64 = 1;
/// Streams of draws.
const ARRIVALS: u64 = 0;
const FIRST: u64 = 1;
const COPY: u64 = 2;
/// Draws that a request takes of a stream.
const EACH: u64 = 3;
/// Without load, requests come this far apart: nobody ever waits.
const APART_NS: i64 = 3_600 * SEC;

/// What the counted requests met.
pub(super) struct Tally {
    /// Time until the last leaf answered, sorted, ns.
    pub requests: Vec<i64>,
    /// Time until one leaf answered, sorted, ns.
    pub leaf: Vec<i64>,
    /// Requests with at least one slow first answer.
    pub met: i64,
    /// Copies sent, by all requests.
    pub copies: i64,
}

/// A copy that is sent when its time comes.
struct Waiting {
    request: usize,
    at: i64,
    replica: usize,
}

/// A shard under way.
struct Shard<'a> {
    setting: &'a FanOut,
    first: Draws,
    copy: Draws,
    /// When each replica has worked off its queue.
    free: [i64; 2],
    waiting: VecDeque<Waiting>,
    copies: i64,
}

/// What came of one request at one replica.
struct Answer {
    at: i64,
    slow: bool,
}

/// Runs every shard.
pub(super) fn tally(setting: &FanOut) -> Tally {
    let arrivals = arrivals(setting);
    let mut slowest = vec![0; arrivals.len()];
    let mut met = vec![false; arrivals.len()];
    let (mut leaf, mut copies) = (Vec::new(), 0);
    for index in 0..setting.leaves.unsigned_abs() {
        let mut shard = Shard::new(setting, index);
        let answers = shard.run(&arrivals, &mut met);
        for ((slowest, answer), came) in slowest.iter_mut().zip(&answers).zip(&arrivals) {
            *slowest = (answer - came).max(*slowest);
        }
        if index == 0 {
            let times = answers
                .iter()
                .zip(&arrivals)
                .map(|(answer, came)| answer - came);
            leaf = times.skip(WARM_UP).collect();
        }
        copies += shard.copies;
    }
    let mut requests = slowest.split_off(WARM_UP);
    requests.sort_unstable();
    leaf.sort_unstable();
    Tally {
        requests,
        leaf,
        met: met.iter().skip(WARM_UP).filter(|met| **met).count() as i64,
        copies,
    }
}

/// When requests come.
fn arrivals(setting: &FanOut) -> Vec<i64> {
    let mut draws = Draws::new(SEED, ARRIVALS, 0);
    let mut now = 0;
    let gap = setting.gap_ns();
    let next = |_| {
        now += gap.map_or(APART_NS, |mean| exponential_of(draws.word(), mean));
        now
    };
    (0..REQUESTS + WARM_UP).map(next).collect()
}

impl<'a> Shard<'a> {
    fn new(setting: &'a FanOut, index: u64) -> Self {
        Self {
            setting,
            first: Draws::new(SEED, FIRST, index),
            copy: Draws::new(SEED, COPY, index),
            free: [0; 2],
            waiting: VecDeque::new(),
            copies: 0,
        }
    }

    /// When each request has its answer; `met` learns which ones were slow at first.
    fn run(&mut self, arrivals: &[i64], met: &mut [bool]) -> Vec<i64> {
        let mut answers = Vec::with_capacity(arrivals.len());
        let delay = self.setting.hedge_after_ms * MS;
        for (request, &now) in arrivals.iter().enumerate() {
            self.send_copies(now, &mut answers);
            let (draws, at) = (self.first, request as u64 * EACH);
            let replica = (draws.at(at) & 1) as usize;
            let answer = self.serve(&draws, at, now, replica);
            if answer.slow {
                met[request] = true;
            }
            answers.push(answer.at);
            if delay > 0 && answer.at > now + delay {
                self.waiting.push_back(Waiting {
                    request,
                    at: now + delay,
                    replica: 1 - replica,
                });
            }
        }
        self.send_copies(i64::MAX, &mut answers);
        answers
    }

    /// Sends the copies whose time has come. They were put off in order, all for equally long.
    fn send_copies(&mut self, now: i64, answers: &mut [i64]) {
        while let Some(next) = self.waiting.pop_front_if(|next| next.at <= now) {
            self.copies += 1;
            let draws = self.copy;
            let answer = self.serve(&draws, next.request as u64 * EACH, next.at, next.replica);
            if let Some(first) = answers.get_mut(next.request) {
                *first = answer.at.min(*first);
            }
        }
    }

    /// One replica takes one request: it waits its turn, holds the server for a usual time, and
    /// is answered then or, if it is slow, later.
    fn serve(&mut self, draws: &Draws, at: u64, now: i64, replica: usize) -> Answer {
        let start = self.free[replica].max(now);
        let usual = exponential_of(draws.at(at + 1), self.setting.fast_ms * MS);
        self.free[replica] = start + usual;
        let slow = below_ppm(draws.at(at), self.setting.slow_ppm);
        let takes = if slow {
            exponential_of(draws.at(at + 2), self.setting.slow_ms * MS)
        } else {
            usual
        };
        Answer {
            at: start + takes,
            slow,
        }
    }
}

/// True for `ppm` of all words, by their upper bits.
const fn below_ppm(word: u64, ppm: i64) -> bool {
    (((word as u128 * PPM as u128) >> 64) as i64) < ppm
}
