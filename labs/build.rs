//! Turns each `src/<lab>/lab.toml` into JSON, so that no TOML parser travels to browsers.

use std::error::Error;
use std::{env, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
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
    }
    Ok(())
}
