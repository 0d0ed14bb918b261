//! The requests: which object each of them asks for. A policy changes nothing about them.

use super::keys::Keys;
use super::popularity::Popularity;
use crate::engine::PPM;
use crate::engine::q32::neg_ln_uniform;
use crate::engine::rng::Draws;
use crate::spec::Scenario;

// Streams of draws.
const KINDS: u64 = 1;
const RANKS: u64 = 2;
const DEPTHS: u64 = 3;
const NAMES: u64 = 4;
const SIZES: u64 = 5;

/// All requests of a run.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Objects in the order in which they are asked for.
    pub ids: Vec<u32>,
    /// Objects are numbered below this.
    pub objects: usize,
    /// Objects that the cache has room for.
    pub capacity: usize,
    /// Names of the objects.
    pub keys: Keys,
}

impl Trace {
    /// The requests of a scenario under a seed.
    #[must_use]
    pub fn new(scenario: &Scenario, seed: u64) -> Self {
        let requests = scenario.param("requests").max(0) as usize;
        let mut source = Source::new(scenario, seed);
        let mut ids = Vec::with_capacity(requests);
        while ids.len() < requests {
            let id = source.next(&ids);
            ids.push(id);
        }
        Self {
            ids,
            objects: source.fresh as usize,
            capacity: scenario.param("capacity").max(1) as usize,
            keys: Keys::new(Draws::new(seed, NAMES, 0).at(0)),
        }
    }
}

/// The parameters that are looked at for each request.
struct Rules {
    scan_every: i64,
    scan_length: i64,
    once_ppm: i64,
    loop_ppm: i64,
    loop_length: i64,
    recent_ppm: i64,
    recent_mean: i64,
    recent_depth: i64,
    shift_every: i64,
    shift_by: i64,
    shift_cycle: i64,
    shift_rest: i64,
}

impl Rules {
    fn new(scenario: &Scenario) -> Self {
        let param = |name| scenario.param(name);
        Self {
            scan_every: param("scan_every"),
            scan_length: param("scan_length"),
            once_ppm: param("once_ppm"),
            loop_ppm: param("loop_ppm"),
            loop_length: param("loop_length"),
            recent_ppm: param("recent_ppm"),
            recent_mean: param("recent_mean"),
            recent_depth: param("recent_depth"),
            shift_every: param("shift_every"),
            shift_by: param("shift_by"),
            shift_cycle: param("shift_cycle"),
            shift_rest: param("shift_rest"),
        }
    }
}

/// Objects are numbered: first the popular ones by rank (with room for all pieces of each), then
/// those of the loop, then those that come up while the run goes on.
struct Source {
    rules: Rules,
    popularity: Popularity,
    universe: u32,
    pieces: u32,
    loop_first: u32,
    loop_next: u32,
    fresh: u32,
    run: std::ops::Range<u32>,
    kinds: Draws,
    ranks: Draws,
    depths: Draws,
    sizes: Draws,
}

impl Source {
    fn new(scenario: &Scenario, seed: u64) -> Self {
        let universe = scenario.param("universe").max(1);
        let pieces = scenario.param("pieces").max(1) as u32;
        let popular = universe as u32 * pieces;
        let inside = scenario.param("loop_inside") > 0;
        let length = scenario.param("loop_length") as u32;
        let (loop_first, fresh) = if inside {
            (0, popular.max(length))
        } else {
            (popular, popular + length)
        };
        Self {
            rules: Rules::new(scenario),
            universe: universe as u32,
            popularity: Popularity::new(universe as u64, scenario.param("skew_milli")),
            pieces,
            loop_first,
            loop_next: 0,
            fresh,
            run: 0..0,
            kinds: Draws::new(seed, KINDS, 0),
            ranks: Draws::new(seed, RANKS, 0),
            depths: Draws::new(seed, DEPTHS, 0),
            sizes: Draws::new(seed, SIZES, 0),
        }
    }

    /// The next request, given those before it.
    fn next(&mut self, before: &[u32]) -> u32 {
        if let Some(piece) = self.run.next() {
            return piece;
        }
        let at = before.len() as i64;
        let kind = below(self.kinds.at(at as u64), PPM as u64) as i64;
        let once = self.rules.once_ppm;
        let looped = once + self.rules.loop_ppm;
        let recent = looped + self.rules.recent_ppm;
        if self.scans(at) || kind < once {
            self.never_seen()
        } else if kind < looped {
            self.around()
        } else if kind < recent {
            self.again(before)
        } else if recent > looped {
            self.never_seen()
        } else {
            self.popular(at)
        }
    }

    /// Whether request number `at` belongs to a scan: the last `scan_length` of `scan_every`.
    fn scans(&self, at: i64) -> bool {
        let every = self.rules.scan_every;
        every > 0 && at % every >= every - self.rules.scan_length
    }

    const fn never_seen(&mut self) -> u32 {
        let id = self.fresh;
        self.fresh += 1;
        id
    }

    /// The next object of the loop.
    fn around(&mut self) -> u32 {
        let id = self.loop_first + self.loop_next;
        self.loop_next = (self.loop_next + 1) % self.rules.loop_length.max(1) as u32;
        id
    }

    /// An object that was asked for lately: an exponential number of requests ago.
    fn again(&mut self, before: &[u32]) -> u32 {
        let deepest = before.len().min(self.rules.recent_depth as usize);
        if deepest == 0 {
            return self.never_seen();
        }
        let mean = i128::from(self.rules.recent_mean);
        let word = self.depths.at(before.len() as u64);
        let depth = ((mean * i128::from(neg_ln_uniform(word))) >> 32) as usize;
        before[before.len() - 1 - depth.min(deepest - 1)]
    }

    /// An object by its popularity, which moves; all pieces of it, one after the other.
    fn popular(&mut self, at: i64) -> u32 {
        let rank = self.popularity.rank(self.ranks.at(at as u64));
        let shift = self.phase(at) * self.rules.shift_by;
        let object = (i64::from(rank) + shift).rem_euclid(i64::from(self.universe)) as u32;
        let size = 1 + below(self.sizes.at(u64::from(object)), u64::from(self.pieces)) as u32;
        let first = object * self.pieces;
        self.run = first + 1..first + size;
        first
    }

    /// How far popularity has moved: one step every `shift_every` requests for good; or, where
    /// there is a cycle, one step away for the last `shift_rest` of `shift_cycle` stretches.
    fn phase(&self, at: i64) -> i64 {
        let every = self.rules.shift_every;
        if every == 0 {
            return 0;
        }
        let cycle = self.rules.shift_cycle;
        if cycle == 0 {
            return at / every;
        }
        i64::from(at / every % cycle >= cycle - self.rules.shift_rest)
    }
}

/// A value in `0..n` from one random word.
const fn below(word: u64, n: u64) -> u64 {
    ((word as u128 * n as u128) >> 64) as u64
}
