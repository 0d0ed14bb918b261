//! What a first attempt looks like.

/// Says yes to everything.
pub fn decide(_value: i64) -> i32 {
    1
}
