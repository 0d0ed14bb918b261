//! Starter kits: a lab's starter in one language as a small project that an editor understands.

use std::fmt::Write as _;

use crate::lab::{Lab, Starter};
use crate::language::Language;

/// A file of a kit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitFile {
    /// Path within the project, with `/`.
    pub path: &'static str,
    /// Its text.
    pub text: String,
}

/// What every kit has, with places to fill in.
const COMMON: [(&str, &str); 4] = [
    ("README.md", include_str!("../kit/README.md")),
    (".gitignore", include_str!("../kit/gitignore")),
    (".editorconfig", include_str!("../kit/editorconfig")),
    (".vscode/tasks.json", include_str!("../kit/tasks.json")),
];

/// The crate `headroom`, which policies in Rust may use.
pub const RUST_SDK: &str = include_str!("../sdk/lib.rs");

/// Kits whose `build.sh` is not the command for a single file: Rust's knows the crate `headroom`.
const BUILDS: [(&str, &str); 1] = [(
    "rust",
    "cargo build --release --target-dir target\n\
     cp target/wasm32-unknown-unknown/release/policy.wasm policy.wasm",
)];

/// What a language's editors and builders look for, by language id.
const PROJECTS: [(&str, &str, &str); 10] = [
    ("rust", "Cargo.toml", include_str!("../kit/rust/Cargo.toml")),
    (
        "rust",
        ".cargo/config.toml",
        include_str!("../kit/rust/config.toml"),
    ),
    (
        "rust",
        "headroom/Cargo.toml",
        include_str!("../kit/rust/sdk.toml"),
    ),
    ("rust", "headroom/lib.rs", RUST_SDK),
    (
        "assemblyscript",
        "package.json",
        include_str!("../kit/assemblyscript/package.json"),
    ),
    (
        "assemblyscript",
        "tsconfig.json",
        include_str!("../kit/assemblyscript/tsconfig.json"),
    ),
    (
        "javascript",
        "package.json",
        include_str!("../kit/javascript/package.json"),
    ),
    (
        "javascript",
        "jsconfig.json",
        include_str!("../kit/javascript/jsconfig.json"),
    ),
    (
        "c",
        "compile_flags.txt",
        include_str!("../kit/c/compile_flags.txt"),
    ),
    ("go", "go.mod", include_str!("../kit/go/go.mod")),
];

/// The files of a kit, in the order in which a reader meets them. The same lab and language give
/// the same bytes.
#[must_use]
pub fn files(lab: &Lab, starter: &Starter) -> Vec<KitFile> {
    let language = starter.language;
    let own = PROJECTS.iter().filter(|(id, ..)| *id == language.id);
    let mut files: Vec<KitFile> = COMMON
        .iter()
        .map(|(path, text)| file(path, fill(text, lab, language)))
        .collect();
    files.push(file("TASK.md", task(lab)));
    files.push(file(language.file, starter.source.to_owned()));
    files.push(file("build.sh", script(language)));
    files.extend(own.map(|(_, path, text)| file(path, (*text).to_owned())));
    files
}

fn file(path: &'static str, text: String) -> KitFile {
    KitFile { path, text }
}

fn task(lab: &Lab) -> String {
    format!("# {}\n\n{}", lab.spec().title, lab.files.brief)
}

/// `sh build.sh` makes the module, whatever the language; a script needs no making.
fn script(language: &Language) -> String {
    let command = command(language);
    let command = if command.is_empty() {
        "# A script runs as it is."
    } else {
        command
    };
    format!("#!/bin/sh\nset -e\n{command}\n")
}

/// What makes `policy.wasm` in a kit; empty for a script.
fn command(language: &Language) -> &'static str {
    let mut builds = BUILDS.iter();
    let own = builds.find(|(id, _)| *id == language.id);
    own.map_or(language.build, |(_, command)| command)
}

fn fill(text: &str, lab: &Lab, language: &Language) -> String {
    let spec = lab.spec();
    let is_script = language.interpreter.is_some();
    let runs = if is_script { "runs" } else { "compiles" };
    let heading = if is_script { "Run" } else { "Build" };
    let media_type = language
        .interpreter
        .as_ref()
        .map_or("application/wasm", |interpreter| interpreter.media_type);
    let places = [
        ("{title}", spec.title.clone()),
        ("{summary}", spec.summary.clone()),
        ("{lab}", lab.id.to_owned()),
        ("{file}", language.file.to_owned()),
        ("{language}", language.title.to_owned()),
        ("{runs}", runs.to_owned()),
        ("{build_heading}", heading.to_owned()),
        ("{build}", build(language)),
        ("{artefact}", language.artefact().to_owned()),
        ("{media_type}", media_type.to_owned()),
        ("{exports}", exports(lab)),
        ("{budget}", budget(lab, language)),
    ];
    let filled = places.iter().fold(text.to_owned(), |text, (place, value)| {
        text.replace(place, value)
    });
    filled.trim_end().to_owned() + "\n"
}

fn build(language: &Language) -> String {
    if language.build.is_empty() {
        return "Nothing to build: the file is graded as it is.".to_owned();
    }
    let lines = command(language).replace('\n', "\n    ");
    let mut text = format!("    sh build.sh\n\nwhich is\n\n    {lines}");
    for paragraph in [language.needs, language.untested]
        .iter()
        .filter(|t| !t.is_empty())
    {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n\n{paragraph}");
    }
    text
}

fn exports(lab: &Lab) -> String {
    lab.spec()
        .exports
        .iter()
        .fold(String::new(), |mut text, export| {
            let _ = writeln!(text, "- `{}`: {}", export.signature(), export.doc);
            text
        })
}

fn budget(lab: &Lab, language: &Language) -> String {
    let spec = lab.spec();
    let rules = if language.interpreter.is_some() {
        spec.for_scripts()
    } else {
        spec
    };
    let budget = &rules.budget;
    format!(
        "Budget: {} metered operations per call on average, at most {} in one call, {} pages of \
         64 KiB.",
        budget.ops_per_call, budget.hard_ops_per_call, budget.pages
    )
}
