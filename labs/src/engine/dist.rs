//! Integer samplers.

use super::q32::{inverse_power_q40, neg_ln_uniform};
use super::rng::Draws;

/// An exponential draw with the given mean, in the mean's unit.
pub fn exponential(draws: &mut Draws, mean: i64) -> i64 {
    exponential_of(draws.word(), mean)
}

/// The exponential value that a uniform word stands for.
#[must_use]
pub fn exponential_of(word: u64, mean: i64) -> i64 {
    ((i128::from(mean) * i128::from(neg_ln_uniform(word))) >> 32) as i64
}

/// A Zipf law over ranks `0..n`: rank `i` has weight `1/(i+1)^s`.
#[derive(Debug, Clone)]
pub struct Zipf {
    cumulative: Vec<u64>,
}

impl Zipf {
    /// A table for `n` ranks with exponent `s_milli / 1000`.
    #[must_use]
    pub fn new(n: u64, s_milli: i64) -> Self {
        let mut total = 0;
        let cumulative = (1..=n)
            .map(|i| {
                total += inverse_power_q40(i, s_milli);
                total
            })
            .collect();
        Self { cumulative }
    }

    /// A rank.
    pub fn draw(&self, draws: &mut Draws) -> usize {
        let total = self.cumulative.last().copied().unwrap_or(1);
        let point = draws.below(total);
        self.cumulative.partition_point(|&c| c <= point)
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests compare with the host's libm"
)]
mod tests {
    use super::*;

    #[test]
    fn exponential_has_its_law() {
        let n = 400_000;
        let mean = 1_000_000_000_i64;
        let mut draws = Draws::new(1, 0, 0);
        let mut samples: Vec<f64> = (0..n)
            .map(|_| exponential(&mut draws, mean) as f64 / mean as f64)
            .collect();
        samples.sort_by(f64::total_cmp);
        let average = samples.iter().sum::<f64>() / f64::from(n);
        let variance = samples.iter().map(|x| (x - average).powi(2)).sum::<f64>() / f64::from(n);
        let distance = samples
            .iter()
            .enumerate()
            .map(|(i, x)| ((i + 1) as f64 / f64::from(n) - (1.0 - (-x).exp())).abs())
            .fold(0.0, f64::max);
        assert!((average - 1.0).abs() < 0.005, "mean {average}");
        assert!((variance - 1.0).abs() < 0.02, "variance {variance}");
        // Kolmogorov–Smirnov: 1.358 is the 5 % point of √n·D.
        assert!(distance * f64::from(n).sqrt() < 1.358, "KS {distance}");
    }

    #[test]
    fn zipf_has_its_law() {
        let zipf = Zipf::new(1000, 1000);
        let mut draws = Draws::new(2, 0, 0);
        let mut first = 0;
        for _ in 0..100_000 {
            first += u32::from(zipf.draw(&mut draws) == 0);
        }
        let expected = 100_000.0 / (1..=1000).map(|i| 1.0 / f64::from(i)).sum::<f64>();
        assert!(
            (f64::from(first) - expected).abs() < 5.0 * expected.sqrt(),
            "{first}"
        );
    }
}
