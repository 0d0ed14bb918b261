//! Retries: up to three more attempts at once, whatever the error was. What you want to remember
//! between calls goes into a global variable: each client process has a memory of its own.

const give_up: i64 = -1;
const ok: i32 = 0; // 1 transient, 2 refused, 3 no answer, 4 permanent

export fn abi_version() i32 {
    return 1;
}

/// The delay in ns before the next attempt, or give_up.
export fn on_result(call: i64, attempt: i32, outcome: i32, elapsed_ns: i64, left_ns: i64, hint_ns: i64, now_ns: i64, rand: i64) i64 {
    _ = call;
    _ = elapsed_ns;
    _ = left_ns;
    _ = hint_ns;
    _ = now_ns;
    _ = rand;
    return if (outcome != ok and attempt < 4) 0 else give_up;
}
