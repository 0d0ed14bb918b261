//! A file that is there whole or not at all: written as `FILE.part`, and renamed at the end.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

/// The unfinished file. Dropped before [`Part::keep`], it is removed.
pub(super) struct Part {
    file: File,
    path: PathBuf,
    wanted: PathBuf,
    is_kept: bool,
}

impl Part {
    /// Begins a file at `wanted`, where none may be. What a killed process left half done is
    /// written over; what another is writing is not.
    pub(super) fn begin(wanted: &Path) -> anyhow::Result<Self> {
        let mut name = wanted.as_os_str().to_owned();
        name.push(".part");
        let path = PathBuf::from(name);
        refuse_to_overwrite(wanted)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&path)
            .with_context(|| path.display().to_string())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("{} is being written", path.display()),
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock it"),
        }
        // Whoever held the lock until now may have finished: then this is their file.
        refuse_to_overwrite(wanted)?;
        file.set_len(0)?;
        #[cfg(unix)]
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        Ok(Self {
            file,
            path,
            wanted: wanted.to_owned(),
            is_kept: false,
        })
    }

    pub(super) const fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives it its name. Afterwards a power cut does not lose it.
    pub(super) fn keep(mut self) -> anyhow::Result<()> {
        self.file.sync_all()?;
        refuse_to_overwrite(&self.wanted)?;
        fs::rename(&self.path, &self.wanted)?;
        self.is_kept = true;
        Ok(sync_folder(&self.wanted)?)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_kept {
            drop(fs::remove_file(&self.path));
        }
    }
}

fn refuse_to_overwrite(path: &Path) -> anyhow::Result<()> {
    if path.symlink_metadata().is_ok() {
        bail!("{} exists, and is not overwritten", path.display());
    }
    Ok(())
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn it_is_there_whole_or_not_at_all_and_only_once() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("backup");
        drop(Part::begin(&wanted).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        std::fs::write(
            folder.path().join("backup.part"),
            "left by a killed process",
        )
        .unwrap();
        let first = Part::begin(&wanted).unwrap();
        assert!(Part::begin(&wanted).is_err());
        first.keep().unwrap();
        assert_eq!(std::fs::read(&wanted).unwrap(), b"");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&wanted).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert!(Part::begin(&wanted).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
