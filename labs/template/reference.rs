//! The reference.

/// Compares with the middle of the range.
pub fn decide(value: i64) -> i32 {
    i32::from(value >= 500_000)
}
