//! The servers: how many there are, how fast each is, and which of them fail.
//!
//! All of it follows from the scenario and the seed. Nothing depends on the policy.

use crate::engine::PPM;
use crate::engine::SEC;
use crate::engine::rng::Draws;
use crate::spec::Scenario;

/// Speed of an ordinary server in percent.
const FULL: i64 = 100;

// Streams of draws.
const PLACES: u64 = 1;

/// A stretch of time that comes back every `every` ns, `times` times; in ns from the start.
#[derive(Debug, Clone, Copy)]
struct Spell {
    from: i64,
    length: i64,
    every: i64,
    times: i64,
}

impl Spell {
    fn holds(&self, at: i64) -> bool {
        let since = at - self.from;
        if since < 0 {
            return false;
        }
        let round = since.checked_div(self.every).unwrap_or(0);
        round < self.times && since - round * self.every < self.length
    }
}

/// The servers of one run. Times are ns since the start of the run.
#[derive(Debug, Clone)]
pub struct Fleet {
    /// Servers of the longest list there is in the run.
    pub servers: usize,
    /// Workers per server.
    pub workers: usize,
    base_pct: Vec<i64>,
    /// Place of a server in the order in which the scenario hits them.
    rank: Vec<usize>,
    lag: Option<(Spell, usize, i64)>,
    hole: Option<(Spell, usize)>,
    rolling: bool,
    join: Option<(i64, usize, i64, i64)>,
    leave: Option<(i64, usize)>,
}

impl Fleet {
    /// The servers of a scenario under a seed.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64) -> Self {
        let param = |name| scenario.param(name);
        let servers = param("servers") as usize;
        let rank = shuffled(servers, &mut Draws::new(seed, PLACES, 0));
        let slow = param("slow_servers") as usize;
        let speed = |&rank: &usize| if rank < slow { param("slow_pct") } else { FULL };
        let spell = |kind: &str| {
            let number = |name: &str| scenario.param(&format!("{kind}_{name}"));
            Spell {
                from: number("from_s") * SEC,
                length: number("for_s") * SEC,
                every: number("every_s") * SEC,
                times: number("times").max(1),
            }
        };
        let some = |name| (param(name) > 0).then_some(param(name));
        Self {
            servers,
            workers: param("workers") as usize,
            base_pct: rank.iter().map(speed).collect(),
            rank,
            lag: some("lag_servers").map(|n| (spell("lag"), n as usize, param("lag_pct"))),
            hole: some("hole_servers").map(|n| (spell("hole"), n as usize)),
            rolling: param("hole_rolling") > 0,
            join: some("join_servers").map(|n| {
                let (at, warm) = (param("join_at_s") * SEC, param("join_warm_s") * SEC);
                (at, n as usize, warm, param("join_pct"))
            }),
            leave: some("leave_servers").map(|n| (param("leave_at_s") * SEC, n as usize)),
        }
    }

    /// Servers on the list at `at`, at least one. Those that join or leave are the last ones.
    #[must_use]
    pub fn listed(&self, at: i64) -> usize {
        let missing = self
            .join
            .filter(|&(from, ..)| at < from)
            .map_or(0, |join| join.1);
        let gone = self
            .leave
            .filter(|&(from, _)| at >= from)
            .map_or(0, |leave| leave.1);
        self.servers.saturating_sub(missing + gone).max(1)
    }

    /// Speed in percent at `at` of a server that starts on a job.
    #[must_use]
    pub fn speed_pct(&self, server: usize, at: i64) -> i64 {
        let mut pct = self.base_pct[server];
        if let Some((spell, count, lag_pct)) = self.lag
            && self.rank[server] < count
            && spell.holds(at)
        {
            pct = pct * lag_pct / FULL;
        }
        if let Some((from, count, warm, cold_pct)) = self.join
            && server >= self.servers.saturating_sub(count)
            && at < from + warm
        {
            pct = pct * cold_pct / FULL;
        }
        pct.max(1)
    }

    /// Whether the server answers with an error, at once, whatever comes at `at`. Where failures
    /// roll, the servers have their spells one after the other.
    #[must_use]
    pub fn fails(&self, server: usize, at: i64) -> bool {
        let Some((spell, count)) = self.hole else {
            return false;
        };
        let rank = self.rank[server];
        if self.rolling {
            let from = spell.from + rank as i64 * spell.length;
            let one = Spell { from, ..spell };
            return rank < count && one.holds(at);
        }
        rank < count && spell.holds(at)
    }

    /// Whether the server is not what it should be at `at`: slow for a while, cold or failing.
    #[must_use]
    pub fn troubled(&self, server: usize, at: i64) -> bool {
        let listed = server < self.listed(at);
        listed && (self.fails(server, at) || self.speed_pct(server, at) < self.base_pct[server])
    }

    /// Work per ns and worker at the start, in percent summed over all servers, joined or not.
    #[must_use]
    pub fn capacity_pct(&self) -> i64 {
        self.base_pct.iter().sum()
    }

    /// What share of the capacity each server has, ppm.
    #[must_use]
    pub fn share_ppm(&self, server: usize) -> i64 {
        self.base_pct[server] * PPM / self.capacity_pct().max(1)
    }
}

/// `0..n` in random order (Fisher and Yates).
fn shuffled(n: usize, draws: &mut Draws) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for i in (1..n).rev() {
        order.swap(i, draws.below(i as u64 + 1) as usize);
    }
    order
}
