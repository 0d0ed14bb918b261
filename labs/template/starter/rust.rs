#[unsafe(no_mangle)]
pub extern "C" fn abi_version() -> i32 {
    1
}

#[unsafe(no_mangle)]
pub extern "C" fn decide(_value: i64) -> i32 {
    1
}
