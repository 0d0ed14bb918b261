//! Counts of integers in log-linear buckets: exact below 256, within 0.8 % above.

/// Sub-buckets per power of two.
const SUB: u64 = 128;

/// A histogram of `u64` values.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    count: u64,
    total: u64,
    max: u64,
}

impl Histogram {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one value.
    pub fn record(&mut self, value: u64) {
        let bucket = Self::bucket(value);
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.count += 1;
        self.total = self.total.saturating_add(value);
        self.max = self.max.max(value);
    }

    /// Values counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Sum of the values.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// Largest value; 0 if there is none.
    #[must_use]
    pub const fn max(&self) -> u64 {
        self.max
    }

    /// Mean in thousandths, rounded down; 0 if there is none.
    #[must_use]
    pub fn mean_milli(&self) -> u64 {
        (u128::from(self.total) * 1000)
            .checked_div(u128::from(self.count))
            .unwrap_or(0) as u64
    }

    // lesson: quantile
    /// The smallest bucket bound that `ppm` of the values do not exceed (nearest rank).
    #[must_use]
    pub fn quantile(&self, ppm: u64) -> u64 {
        let rank = (u128::from(self.count) * u128::from(ppm))
            .div_ceil(1_000_000)
            .max(1);
        let mut seen = 0;
        for (bucket, &n) in self.counts.iter().enumerate() {
            seen += u128::from(n);
            if n > 0 && seen >= rank {
                return Self::upper(bucket as u64).min(self.max);
            }
        }
        self.max
    }
    // lesson: end

    fn bucket(value: u64) -> usize {
        if value < 2 * SUB {
            return value as usize;
        }
        let shift = u64::from(value.ilog2() - SUB.ilog2());
        ((shift + 1) * SUB + (value >> shift) - SUB) as usize
    }

    const fn upper(bucket: u64) -> u64 {
        if bucket < 2 * SUB {
            return bucket;
        }
        let shift = bucket / SUB - 1;
        (((bucket % SUB + SUB + 1) as u128) << shift).saturating_sub(1) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_a_bucket() {
        let mut histogram = Histogram::new();
        for value in 1..=100_000 {
            histogram.record(value);
        }
        for ppm in [1_u64, 10_000, 500_000, 990_000, 999_000, 1_000_000] {
            let exact = (100_000_u64 * ppm).div_ceil(1_000_000).max(1);
            let found = histogram.quantile(ppm);
            assert!(
                found >= exact && found <= exact + exact / 120 + 1,
                "{ppm}: {found} {exact}"
            );
        }
        assert_eq!(histogram.mean_milli(), 50_000_500);
        assert_eq!(histogram.max(), 100_000);
    }

    #[test]
    fn buckets_cover_every_value_once() {
        for value in (0..2_000_000_u64)
            .step_by(37)
            .chain([u64::MAX, u64::MAX / 3])
        {
            let bucket = Histogram::bucket(value) as u64;
            assert!(value <= Histogram::upper(bucket));
            assert!(bucket == 0 || value > Histogram::upper(bucket - 1));
        }
    }
}
