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
    /// Command that makes `policy.wasm` from the file; empty for a script.
    pub build: &'static str,
    /// What the command needs, a sentence.
    pub needs: &'static str,
    /// Why we cannot say that the command works, a sentence; empty where tests build with it.
    pub untested: &'static str,
    /// What runs its policies, where they are scripts.
    pub interpreter: Option<Interpreter>,
}

/// What runs scripts.
#[derive(Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// Name of the module that [`crate::script::assemble`] takes, among the files that browsers
    /// download.
    pub file: &'static str,
    /// Media type of the scripts.
    pub media_type: &'static str,
}

/// AssemblyScript, which the page compiles itself.
pub static ASSEMBLYSCRIPT: Language = Language {
    id: "assemblyscript",
    title: "AssemblyScript",
    file: "policy.ts",
    build: "asc policy.ts -o policy.wasm -O2 --runtime minimal --disable simd \
            --exportStart _initialize",
    needs: "`npm install` puts the compiler, `asc`, into `node_modules/.bin`; `npm run \
            build` finds it there.",
    untested: "",
    interpreter: None,
};

/// JavaScript, by QuickJS inside the module.
pub static JAVASCRIPT: Language = Language {
    id: "javascript",
    title: "JavaScript",
    file: "policy.js",
    build: "",
    needs: "",
    untested: "",
    interpreter: Some(Interpreter {
        file: "javascript.wasm",
        media_type: "text/javascript",
    }),
};

/// Rust.
pub static RUST: Language = Language {
    id: "rust",
    title: "Rust",
    file: "policy.rs",
    build: "rustc policy.rs -o policy.wasm --target wasm32-unknown-unknown --edition 2024 \
            --crate-type cdylib -C opt-level=2 -C panic=abort -C strip=symbols \
            -C link-arg=-zstack-size=8192",
    needs: "It needs the target once: `rustup target add wasm32-unknown-unknown`.",
    untested: "",
    interpreter: None,
};

/// C, by clang.
pub static C: Language = Language {
    id: "c",
    title: "C",
    file: "policy.c",
    build: "clang policy.c -o policy.wasm --target=wasm32 -O2 -nostdlib -Wl,--no-entry \
            -Wl,-z,stack-size=8192",
    needs: "It needs clang 14 or newer with `wasm-ld` (Debian: `clang lld`).",
    untested: "",
    interpreter: None,
};

/// Zig.
pub static ZIG: Language = Language {
    id: "zig",
    title: "Zig",
    file: "policy.zig",
    build: "zig build-exe policy.zig -femit-bin=policy.wasm -target wasm32-freestanding \
            -O ReleaseSmall -fno-entry -rdynamic --stack 8192",
    needs: "It needs Zig 0.15 (`pip install ziglang` brings one; then `zig` is `python3 -m \
            ziglang`).",
    untested: "",
    interpreter: None,
};

/// Go, by TinyGo.
pub static GO: Language = Language {
    id: "go",
    title: "Go (TinyGo)",
    file: "policy.go",
    build: "tinygo build -o policy.wasm -target wasm-unknown -opt 2 -no-debug policy.go",
    needs: "It needs Go 1.24 and TinyGo 0.36 or newer, for `//go:wasmexport`.",
    untested: "This kit is untested: TinyGo is in no package registry that our tests may use. \
            If it does not build, please tell us.",
    interpreter: None,
};

/// Every language, in the order in which pages offer them.
pub static ALL: [&Language; 6] = [&ASSEMBLYSCRIPT, &JAVASCRIPT, &RUST, &C, &ZIG, &GO];

/// The language called `id`, if there is one.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Language> {
    ALL.into_iter().find(|language| language.id == id)
}

impl Language {
    /// What is graded: the module that the command makes, or the script.
    #[must_use]
    pub const fn artefact(&self) -> &'static str {
        if self.interpreter.is_some() {
            self.file
        } else {
            "policy.wasm"
        }
    }

    /// Whether the page makes a policy from the source itself.
    #[must_use]
    pub fn runs_in_browser(&self) -> bool {
        self.interpreter.is_some() || *self == ASSEMBLYSCRIPT
    }
}

/// The language called `id`, if its policies are scripts.
#[must_use]
pub fn of_script(id: &str) -> Option<&'static Language> {
    by_id(id).filter(|language| language.interpreter.is_some())
}
