//! Sources that mean harm to the compiler. Needs `bwrap` and a rustc with the wasm target;
//! without them there is nothing to test, unless `HEADROOM_REQUIRE_COMPILER` is set.

use std::sync::Arc;
use std::time::{Duration, Instant};

use headroom::compiler::Compiler;
use headroom::config::CompilerConfig;
use headroom::error::Error;
use tempfile::TempDir;

const CPU_S: u64 = 5;
/// Most time for a verdict on a busy machine.
const SOON: Duration = Duration::from_secs(20);

async fn compiler() -> Option<(Arc<Compiler>, TempDir)> {
    let data = tempfile::tempdir().unwrap();
    let config = CompilerConfig {
        rust: true,
        cpu_s: CPU_S,
        memory_mib: 2048,
        ..CompilerConfig::default()
    };
    match Compiler::start(&config, data.path()).await {
        Ok(compiler) => compiler.map(|compiler| (compiler, data)),
        Err(error) => {
            let required = std::env::var_os("HEADROOM_REQUIRE_COMPILER").is_some();
            assert!(!required, "{error:#}");
            None
        }
    }
}

/// What is said of a source that is not compiled.
async fn refused(compiler: &Compiler, source: &str) -> String {
    let start = Instant::now();
    let answer = compiler.rust(source.as_bytes()).await;
    assert!(start.elapsed() < SOON, "{:?}: {source}", start.elapsed());
    match answer {
        Err(Error::CompilationFailed(said)) => {
            let lines = said
                .iter()
                .map(|s| format!("{}:{} {}", s.line, s.column, s.message));
            lines.collect::<Vec<_>>().join("\n")
        }
        Err(other) => panic!("{other:?}: {source}"),
        Ok(module) => panic!("{} bytes from {source}", module.len()),
    }
}

/// Many types deep, each twice the one before.
fn doubling() -> String {
    let arms = (0..40)
        .map(|n| format!("m!{{ @{n} }} "))
        .collect::<String>();
    format!(
        "macro_rules! m {{ ($($t:tt)*) => {{ m!{{ $($t)* $($t)* }} }} }}\n{arms}\nm!{{ a b c d }}"
    )
}

#[tokio::test]
async fn every_starter_in_rust_compiles_and_is_accepted() {
    let Some((compiler, _data)) = compiler().await else {
        return;
    };
    for lab in labs::ALL {
        let mut starters = lab.files.starters.iter();
        let starter = starters
            .find(|starter| starter.language.id == "rust")
            .unwrap();
        let module = compiler.rust(starter.source.as_bytes()).await.unwrap();
        labs::abi::check(lab.spec(), &module).unwrap();
    }
}

#[tokio::test]
async fn mistakes_are_told_with_their_places() {
    let Some((compiler, _data)) = compiler().await else {
        return;
    };
    let said = refused(&compiler, "headroom::policy!();\nfn f() -> i32 { \"x\" }\n").await;
    assert!(said.starts_with("2:17 E0308: mismatched types"), "{said}");
    let module = compiler.rust(b"headroom::policy!();\n").await.unwrap();
    assert!(module.starts_with(b"\0asm"));
}

#[tokio::test]
async fn nothing_outside_is_reached() {
    let Some((compiler, data)) = compiler().await else {
        return;
    };
    let secret = data.path().join("secret");
    std::fs::write(&secret, "hunter2").unwrap();
    for path in [
        secret.to_str().unwrap(),
        "/etc/passwd",
        "/etc/shadow",
        "/home",
    ] {
        let said = refused(
            &compiler,
            &format!("const S: &[u8] = include_bytes!({path:?});"),
        )
        .await;
        assert!(said.contains("No such file"), "{said}");
    }
    // The environment is empty but for what the cage sets.
    let user = "const _: () = assert!(option_env!(\"HOME\").is_none());\nheadroom::policy!();";
    compiler.rust(user.as_bytes()).await.unwrap();
    let own = "const E: &[u8] = include_bytes!(\"/proc/self/environ\");\n\
               const _: () = assert!(E.len() < 100);\nheadroom::policy!();";
    compiler.rust(own.as_bytes()).await.unwrap();
    let library = "#[link(name = \"c\", kind = \"static\")]\n\
                   unsafe extern \"C\" { fn getpid() -> i32; }\n\
                   #[unsafe(no_mangle)] pub extern \"C\" fn f() -> i32 { unsafe { getpid() } }";
    assert!(!refused(&compiler, library).await.is_empty());
}

#[tokio::test]
async fn what_never_ends_is_ended() {
    let Some((compiler, _data)) = compiler().await else {
        return;
    };
    let table = [
        "const fn f() -> i32 { let mut x = 0; while x >= 0 { x = (x + 1) % 7; } x }\n\
         pub static S: i32 = f();"
            .to_owned(),
        doubling(),
        "trait T { fn f(n: u32); }\nstruct W<X>(X);\nimpl<X: T> T for W<X> { fn f(n: u32) \
         { <W<W<X>>>::f(n) } }\nimpl T for () { fn f(_: u32) {} }\n\
         #[unsafe(no_mangle)] pub extern \"C\" fn go(n: u32) { <W<()>>::f(n) }"
            .to_owned(),
        "#[unsafe(no_mangle)] pub static S: [u8; 1 << 30] = [7; 1 << 30];".to_owned(),
        "pub static S: &[u8] = include_bytes!(\"/dev/zero\");".to_owned(),
    ];
    for source in table {
        assert!(!refused(&compiler, &source).await.is_empty());
    }
    // It still works afterwards.
    compiler.rust(b"headroom::policy!();").await.unwrap();
}

#[tokio::test]
async fn a_source_that_is_no_text_is_refused() {
    let Some((compiler, _data)) = compiler().await else {
        return;
    };
    assert!(matches!(
        compiler.rust(&[0xff, 0xfe, 0]).await,
        Err(Error::CompilationFailed(_))
    ));
}
