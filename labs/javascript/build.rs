//! A small stack: it counts as memory of every policy.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cdylib-link-arg=-zstack-size=262144");
}
