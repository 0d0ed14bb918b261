//! Where the bytes of the curriculum come from: inside the binary, a folder, or memory.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// A set of files, and the repository whose lines lessons quote.
pub trait Source {
    /// Paths of all curriculum files with `/` between parts, in any order: `course.toml`,
    /// `distributed-systems/api-gateway.md`. Files of other kinds are ignored.
    fn paths(&self) -> Vec<String>;

    /// The bytes of one of those files.
    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>>;

    /// The bytes of a file of the repository that lessons quote:
    /// `labs/src/rate_limiter/reference.rs`.
    fn code(&self, path: &str) -> Option<Cow<'_, [u8]>>;
}

/// Files in memory.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    code: BTreeMap<String, Vec<u8>>,
}

impl Memory {
    /// Adds or replaces a file of the curriculum.
    #[must_use]
    pub fn with_file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), bytes.into());
        self
    }

    /// Adds or replaces a file of the repository.
    #[must_use]
    pub fn with_code(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.code.insert(path.to_owned(), bytes.into());
        self
    }
}

impl Source for Memory {
    fn paths(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        Some(Cow::Borrowed(self.files.get(path)?))
    }

    fn code(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        Some(Cow::Borrowed(self.code.get(path)?))
    }
}

/// A folder on disk, listed when it is opened and read when it is asked.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    repository: Option<PathBuf>,
    paths: Vec<String>,
}

impl Folder {
    /// The curriculum in `root`; quoted code is looked up below `repository`, if there is one.
    pub fn open(root: &Path, repository: Option<&Path>) -> io::Result<Self> {
        let mut paths = Vec::new();
        list(root, "", &mut paths)?;
        paths.sort();
        Ok(Self {
            root: root.to_owned(),
            repository: repository.map(Path::to_owned),
            paths,
        })
    }
}

impl Source for Folder {
    fn paths(&self) -> Vec<String> {
        self.paths.clone()
    }

    fn read(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        let known = self.paths.iter().any(|known| known == path);
        read_below(&self.root, path).filter(|_| known)
    }

    fn code(&self, path: &str) -> Option<Cow<'_, [u8]>> {
        read_below(self.repository.as_deref()?, path)
    }
}

/// Lists files below `root/prefix`, without hidden ones and without following links.
fn list(root: &Path, prefix: &str, paths: &mut Vec<String>) -> io::Result<()> {
    for entry in std::fs::read_dir(root.join(prefix))? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.starts_with('.') || name == "src" || name == "tests" {
            continue;
        }
        let path = if prefix.is_empty() {
            name
        } else {
            format!("{prefix}/{name}")
        };
        let kind = entry.file_type()?;
        if kind.is_dir() {
            list(root, &path, paths)?;
        } else if kind.is_file() && (path.ends_with(".md") || path.ends_with(".toml")) {
            paths.push(path);
        }
    }
    Ok(())
}

fn read_below(root: &Path, path: &str) -> Option<Cow<'static, [u8]>> {
    if !is_plain(path) {
        return None;
    }
    std::fs::read(root.join(path)).ok().map(Cow::Owned)
}

/// Whether a path stays below its root: no empty, hidden or climbing part, no drive, no backslash.
pub(crate) fn is_plain(path: &str) -> bool {
    path.split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']))
}
