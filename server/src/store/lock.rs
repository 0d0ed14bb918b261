//! The lock file beside an SQLite database.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::StoreError;

/// Takes the lock file beside the database. It is what lets a starting server know that jobs still
/// marked as running belong to nobody.
pub(super) fn take(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let name = PathBuf::from(name);
    let failed = |error: &dyn std::fmt::Display| {
        StoreError::Unavailable(format!("{}: {error}", name.display()))
    };
    let file = File::options()
        .create(true)
        .append(true)
        .open(&name)
        .map_err(|e| failed(&e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(failed(&"another Headroom process is using this database"))
        }
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}
