//! Turns each `src/<lab>/lab.toml` into JSON, so that no TOML parser travels to browsers, and
//! lists each lab's reference solution with the argument for it, where it has one.

use std::error::Error;
use std::{env, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    let mut solutions = String::new();
    println!("cargo::rerun-if-changed=src");
    for entry in fs::read_dir("src")? {
        let folder = entry?.path();
        let toml = folder.join("lab.toml");
        if !toml.is_file() {
            continue;
        }
        println!("cargo::rerun-if-changed={}", toml.display());
        let table: toml::Table = toml::from_str(&fs::read_to_string(&toml)?)
            .map_err(|error| format!("{}: {error}", toml.display()))?;
        let name = folder.file_name().ok_or("a folder has a name")?;
        let json = Path::new(&out).join(name).with_extension("json");
        fs::write(json, serde_json::to_string(&table)?)?;
        solutions.push_str(&solution(&folder)?);
    }
    let solutions = format!("&[{solutions}]");
    fs::write(Path::new(&out).join("solutions.rs"), solutions)?;
    Ok(())
}

/// An entry of `solution::ALL`; nothing for a lab without `reference.rs`.
fn solution(folder: &Path) -> Result<String, Box<dyn Error>> {
    let folder = fs::canonicalize(folder)?;
    let source = folder.join("reference.rs");
    if !source.is_file() {
        return Ok(String::new());
    }
    let argument = folder.join("reference.md");
    let argument = if argument.is_file() {
        format!("include_str!({argument:?})")
    } else {
        "\"\"".to_owned()
    };
    let name = folder.file_name().ok_or("a folder has a name")?;
    Ok(format!(
        "(\"{}\", Solution {{ source: include_str!({source:?}), argument: {argument} }}),",
        name.display()
    ))
}
