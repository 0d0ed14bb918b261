//! Retries: up to three more attempts at once, whatever the error was.

const GIVE_UP: i64 = -1;
const OK: i32 = 0; // 1 transient, 2 refused, 3 no answer, 4 permanent

#[unsafe(no_mangle)]
pub extern "C" fn abi_version() -> i32 {
    1
}

/// The delay in ns before the next attempt, or `GIVE_UP`. What you want to remember between
/// calls goes into a `static` with an atomic, or a `static mut`.
#[unsafe(no_mangle)]
pub extern "C" fn on_result(
    _call: i64,
    attempt: i32,
    outcome: i32,
    _elapsed_ns: i64,
    _left_ns: i64,
    _hint_ns: i64,
    _now_ns: i64,
    _rand: i64,
) -> i64 {
    if outcome != OK && attempt < 4 { 0 } else { GIVE_UP }
}
