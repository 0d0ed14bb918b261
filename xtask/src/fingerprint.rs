//! Hashes of inputs, so that a step whose inputs are unchanged is not done again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::command::work;

/// Lower-case hex SHA-256.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// One hash of the names and contents of files and, recursively, folders. Build output is left out.
pub fn of(paths: &[PathBuf]) -> Result<String> {
    let mut files = Vec::new();
    for path in paths {
        collect(path, &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let bytes = std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        hasher.update(file.to_string_lossy().as_bytes());
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(&bytes);
    }
    Ok(hex(&hasher.finalize()))
}

/// All files at or below a path, without build output; a missing path has none.
pub fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_path_buf());
    } else if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let name = entry.file_name();
            if !matches!(
                name.to_str(),
                Some("node_modules" | "target" | "dist" | ".git" | ".headroom")
            ) {
                collect(&entry.path(), files)?;
            }
        }
    }
    Ok(())
}

/// Does a step unless it was last done with these very inputs and its output is still there.
pub fn once(
    step: &str,
    inputs: &str,
    output: &Path,
    action: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let stamp = work().join("stamps").join(step);
    if output.exists() && std::fs::read_to_string(&stamp).is_ok_and(|old| old == inputs) {
        return Ok(());
    }
    action()?;
    std::fs::create_dir_all(work().join("stamps"))?;
    std::fs::write(stamp, inputs)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_follows_names_and_contents() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = [folder.path().to_path_buf()];
        std::fs::write(folder.path().join("a"), "1")?;
        let first = of(&path)?;
        assert_eq!(first, of(&path)?);
        std::fs::write(folder.path().join("a"), "2")?;
        let second = of(&path)?;
        assert_ne!(first, second);
        std::fs::rename(folder.path().join("a"), folder.path().join("b"))?;
        assert_ne!(second, of(&path)?);
        Ok(())
    }
}
