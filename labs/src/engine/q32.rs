//! Logarithm and exponential in fixed point, so that no host's libm is trusted.
//!
//! Q32: a number times 2^32 in an integer. The table serves the hot path (exponential
//! draws); scores use the series directly, which is exact to the last bit kept.

/// One in Q32.
pub const ONE: i64 = 1 << 32;

/// ln 2 in Q60, rounded down.
const LN2_Q60: i128 = 799_144_290_325_165_978;

/// ln 2 in Q32.
pub const LN2: i64 = (LN2_Q60 >> 28) as i64;

/// ln(1 + i/1024) in Q32 for i = 0..=1024.
static LN_TABLE: [u64; 1025] = ln_table();

/// `ln(n/d)` in Q60 for `d ≤ n ≤ 2d`, by `2·artanh((n−d)/(n+d))`; the terms fall by 9.
const fn ln_series_q60(n: i128, d: i128) -> i128 {
    let t = ((n - d) << 60) / (n + d);
    let t2 = (t * t) >> 60;
    let mut power = t;
    let mut sum = 0;
    let mut k = 1;
    while k < 41 {
        sum += power / k;
        power = (power * t2) >> 60;
        k += 2;
    }
    2 * sum
}

const fn ln_table() -> [u64; 1025] {
    let mut table = [0; 1025];
    let mut i = 0;
    while i < 1025 {
        table[i] = (ln_series_q60(1024 + i as i128, 1024) >> 28) as u64;
        i += 1;
    }
    table
}

/// `−ln(u / 2^64)` in Q32 for a uniform word `u` (0 counts as 1): leading zeros, a table of
/// 1,024 steps and a linear step. Largest error 1.2e−7.
#[must_use]
pub fn neg_ln_uniform(u: u64) -> u64 {
    let u = u | 1;
    let zeros = u.leading_zeros();
    let m = u << zeros;
    let i = ((m >> 53) & 1023) as usize;
    let fraction = (m >> 21) & 0xFFFF_FFFF;
    let ln = LN_TABLE[i] + (((LN_TABLE[i + 1] - LN_TABLE[i]) * fraction) >> 32);
    (u64::from(zeros + 1) * LN2 as u64).saturating_sub(ln)
}

/// `ln(n / d)` in Q32, rounded towards zero.
///
/// # Panics
/// If `n` or `d` is not positive.
#[must_use]
pub fn ln_ratio(n: i64, d: i64) -> i64 {
    assert!(n > 0 && d > 0, "ln of a ratio of positive numbers");
    if n < d {
        return -ln_ratio(d, n);
    }
    let (n, mut d) = (i128::from(n), i128::from(d));
    let mut doublings = 0;
    while n > 2 * d {
        d *= 2;
        doublings += 1;
    }
    ((doublings * LN2_Q60 + ln_series_q60(n, d)) >> 28) as i64
}

/// `exp(x)` in Q32 for `x` in Q32; 0 below −22, saturated above 21.
#[must_use]
pub fn exp(x: i64) -> i64 {
    if x > 21 * ONE {
        return i64::MAX;
    }
    if x < -22 * ONE {
        return 0;
    }
    let x = i128::from(x) << 28;
    let doublings = x.div_euclid(LN2_Q60);
    let rest = x.rem_euclid(LN2_Q60);
    let (mut sum, mut term, mut k) = (1_i128 << 60, 1_i128 << 60, 1);
    while term > 0 && k < 30 {
        term = ((term * rest) >> 60) / k;
        sum += term;
        k += 1;
    }
    let shift = 28 - doublings;
    (if shift >= 0 {
        sum >> shift.min(127)
    } else {
        sum << -shift
    }) as i64
}

/// `1 / i^s` in Q40 with `s` in thousandths; at least 1, for Zipf weights.
#[must_use]
pub fn inverse_power_q40(i: u64, s_milli: i64) -> u64 {
    if s_milli == 1000 {
        return ((1_u64 << 40) / i.max(1)).max(1);
    }
    let ln = i128::from(ln_ratio(i.max(1) as i64, 1));
    let x = -(ln * i128::from(s_milli) / 1000);
    ((i128::from(exp(x as i64)) << 8) as u64).max(1)
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "tests compare with the host's libm"
)]
mod tests {
    use super::*;
    use crate::engine::rng::Draws;

    fn real(q: i64) -> f64 {
        q as f64 / 4_294_967_296.0
    }

    #[test]
    fn neg_ln_is_close_to_libm() {
        let mut draws = Draws::new(9, 0, 0);
        for _ in 0..20_000 {
            let u = draws.word();
            let expected = -(((u | 1) as f64) / 18_446_744_073_709_551_616.0).ln();
            let found = real(neg_ln_uniform(u) as i64);
            assert!((found - expected).abs() < 1.3e-7, "{u}: {found} {expected}");
        }
    }

    #[test]
    fn ln_and_exp_are_close_to_libm() {
        for (n, d) in [
            (1, 1),
            (3, 2),
            (1_000_000, 7),
            (5, 1_100_000),
            (i64::MAX, 1),
        ] {
            let expected = (n as f64 / d as f64).ln();
            assert!((real(ln_ratio(n, d)) - expected).abs() < 1e-9, "{n}/{d}");
        }
        for tenths in -200..=200_i64 {
            let x = tenths as f64 / 10.0;
            let found = real(exp(tenths * ONE / 10));
            assert!(
                (found - x.exp()).abs() <= 2e-8 * x.exp().max(0.02),
                "{x}: {found}"
            );
        }
    }

    #[test]
    fn powers_are_close_to_libm() {
        for i in [1_u64, 2, 3, 10, 60_000] {
            for s in [900, 1000, 1100] {
                let expected = 1_099_511_627_776.0 / (i as f64).powf(s as f64 / 1000.0);
                let found = inverse_power_q40(i, s) as f64;
                assert!(
                    (found - expected).abs() <= 300.0 + expected * 1e-6,
                    "{i}^-{s}"
                );
            }
        }
    }
}
