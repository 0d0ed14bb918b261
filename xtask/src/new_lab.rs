//! `cargo xtask new-lab NAME`: a folder from the template and one line in `labs::ALL`.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{root, say};

const PLACEHOLDER: &str = "template_lab";

pub fn run(arguments: &[String]) -> Result<()> {
    let [name] = arguments else {
        bail!("new-lab takes one name, such as retry")
    };
    create(&root().join("labs"), name)?;
    say(&format!(
        "labs/src/{name} is ready: write its world, then cargo test -p labs {name}"
    ));
    Ok(())
}

fn create(labs: &Path, name: &str) -> Result<()> {
    let good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    ensure!(
        good,
        "{name:?}: a lab's name is lower-case words joined by _"
    );
    let folder = labs.join("src").join(name);
    ensure!(!folder.exists(), "{} is there already", folder.display());
    let lib = labs.join("src/lib.rs");
    let registered = register(&std::fs::read_to_string(&lib)?, name)?;
    copy(&labs.join("template"), &folder, name)?;
    std::fs::write(lib, registered)?;
    Ok(())
}

fn copy(from: &Path, to: &Path, name: &str) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target, name)?;
        } else {
            let text = std::fs::read_to_string(entry.path())?;
            std::fs::write(target, text.replace(PLACEHOLDER, name))?;
        }
    }
    Ok(())
}

/// Adds `mod NAME;` in order and `&NAME::LAB` at the end of `ALL`.
fn register(lib: &str, name: &str) -> Result<String> {
    let mut lines: Vec<String> = lib.lines().map(str::to_owned).collect();
    let module = format!("pub mod {name};");
    let last = lines
        .iter()
        .rposition(|line| line.starts_with("pub mod ") || line.starts_with("mod "));
    lines.insert(
        last.context("labs/src/lib.rs declares no module")? + 1,
        module,
    );
    let start = lines
        .iter()
        .position(|line| line.contains("ALL: &[&") && line.contains("&["))
        .context("labs/src/lib.rs has no list ALL")?;
    let end = (start..lines.len())
        .find(|at| {
            lines
                .get(*at)
                .is_some_and(|line| line.trim_end().ends_with("];"))
        })
        .context("the list ALL does not end")?;
    let line = lines.get_mut(end).context("the list ALL does not end")?;
    let entry = format!("&{name}::LAB");
    *line = if end == start {
        let head = line.trim_end().trim_end_matches("];");
        let comma = if head.ends_with('[') { "" } else { ", " };
        format!("{head}{comma}{entry}];")
    } else {
        format!("    {entry},\n{line}")
    };
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_joins_the_list_however_it_is_written() -> Result<()> {
        let short = "mod abi;\npub mod retry;\n\npub const ALL: &[&Lab] = &[&retry::LAB];\n";
        let edited = register(short, "sharding")?;
        assert!(edited.contains("pub mod retry;\npub mod sharding;"));
        assert!(edited.contains("&[&retry::LAB, &sharding::LAB];"));
        let long = "pub mod retry;\npub static ALL: &[&Lab] = &[\n    &retry::LAB,\n];\n";
        assert!(register(long, "sharding")?.contains("    &retry::LAB,\n    &sharding::LAB,\n];"));
        assert!(register("fn main() {}\n", "x").is_err());
        Ok(())
    }

    #[test]
    fn the_template_takes_the_labs_name() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let labs = folder.path();
        std::fs::create_dir_all(labs.join("template/starter"))?;
        std::fs::create_dir_all(labs.join("src"))?;
        std::fs::write(labs.join("template/lab.toml"), "id = \"template_lab\"\n")?;
        std::fs::write(labs.join("template/starter/rust.rs"), "")?;
        std::fs::write(
            labs.join("src/lib.rs"),
            "mod abi;\npub static ALL: &[&Lab] = &[];\n",
        )?;
        create(labs, "retry")?;
        assert_eq!(
            std::fs::read_to_string(labs.join("src/retry/lab.toml"))?,
            "id = \"retry\"\n"
        );
        assert!(std::fs::read_to_string(labs.join("src/lib.rs"))?.contains("&[&retry::LAB];"));
        assert!(create(labs, "retry").is_err(), "nothing is written over");
        assert!(create(labs, "Bad-Name").is_err());
        Ok(())
    }
}
