//! Randomness as a parameter: one cryptographic generator, seeded by the system in production and
//! by a number in tests.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::rngs::StdRng;
use rand::{Rng as _, RngExt as _, SeedableRng as _};

/// A shared source of random numbers. Cheap to clone; clones draw from the same stream.
#[derive(Clone)]
pub struct Random(Arc<Mutex<StdRng>>);

impl Random {
    /// A generator seeded by the operating system.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the system"
    )]
    pub fn system() -> Self {
        Self::from_rng(StdRng::from_rng(&mut rand::rng()))
    }

    /// A generator that always gives the same numbers. For tests.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::from_rng(StdRng::seed_from_u64(seed))
    }

    /// A uniform draw from `0..=most`.
    #[must_use]
    pub fn up_to(&self, most: u64) -> u64 {
        self.rng().random_range(0..=most)
    }

    /// Random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.rng().fill_bytes(&mut bytes);
        bytes
    }

    /// A secret for a link or a key: 32 random bytes, in base64url without padding.
    #[must_use]
    pub fn secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    fn from_rng(rng: StdRng) -> Self {
        Self(Arc::new(Mutex::new(rng)))
    }

    fn rng(&self) -> MutexGuard<'_, StdRng> {
        // A generator has no invariant that a panicking holder could have broken.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The state predicts every id and token still to come.
        f.write_str("Random(***)")
    }
}
