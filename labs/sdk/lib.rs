//! What a policy in Rust may use of its host: the version of the boundary, and a log.
//!
//! Nothing here is needed: a policy may also export and import these by itself.
#![no_std]

/// Exports `abi_version`, which every module must have: `headroom::policy!();` once, anywhere.
#[macro_export]
macro_rules! policy {
    () => {
        #[unsafe(no_mangle)]
        pub extern "C" fn abi_version() -> i32 {
            1
        }
    };
}

#[link(wasm_import_module = "headroom")]
unsafe extern "C" {
    #[link_name = "log"]
    fn host_log(at: *const u8, length: usize);
}

/// Shows a text below the editor; it is dropped where the policy is graded.
pub fn log(text: &str) {
    // SAFETY: the host reads `length` bytes at `at` during the call and keeps neither.
    unsafe { host_log(text.as_ptr(), text.len()) }
}
