export fn abi_version() i32 {
    return 1;
}

export fn decide(value: i64) i32 {
    _ = value;
    return 1;
}
