//! Languages that learners write policies in, and how each is built into a module.
//!
//! Stacks are small on purpose: a policy has 2 MiB of memory in all.

/// A language with a starter in every lab.
#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// Name in commands and URLs.
    pub id: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// File name to save a policy under.
    pub file: &'static str,
    /// Command that makes `policy.wasm` from the file.
    pub build: &'static str,
}

/// AssemblyScript, which the page compiles itself.
pub static ASSEMBLYSCRIPT: Language = Language {
    id: "assemblyscript",
    title: "AssemblyScript",
    file: "policy.ts",
    build: "asc policy.ts -o policy.wasm -O2 --runtime minimal --disable simd \
            --exportStart _initialize",
};

/// Rust.
pub static RUST: Language = Language {
    id: "rust",
    title: "Rust",
    file: "policy.rs",
    build: "rustc policy.rs -o policy.wasm --target wasm32-unknown-unknown --edition 2024 \
            --crate-type cdylib -C opt-level=2 -C panic=abort -C strip=symbols \
            -C link-arg=-zstack-size=8192",
};

/// C, by clang.
pub static C: Language = Language {
    id: "c",
    title: "C",
    file: "policy.c",
    build: "clang policy.c -o policy.wasm --target=wasm32 -O2 -nostdlib -Wl,--no-entry \
            -Wl,-z,stack-size=8192",
};

/// Zig.
pub static ZIG: Language = Language {
    id: "zig",
    title: "Zig",
    file: "policy.zig",
    build: "zig build-exe policy.zig -femit-bin=policy.wasm -target wasm32-freestanding \
            -O ReleaseSmall -fno-entry -rdynamic --stack 8192",
};

/// Go, by TinyGo.
pub static GO: Language = Language {
    id: "go",
    title: "Go (TinyGo)",
    file: "policy.go",
    build: "tinygo build -o policy.wasm -target wasm-unknown -opt 2 -no-debug policy.go",
};

/// Every language, in the order in which pages offer them.
pub static ALL: [&Language; 5] = [&ASSEMBLYSCRIPT, &RUST, &C, &ZIG, &GO];
