//! The data folder: whether it can be written, how much fits in, and who else can read it.

use std::fs::OpenOptions;
use std::io;
use std::path::{Path, PathBuf};

use super::Finding;
use crate::config::Config;
use crate::grader::key;
use crate::receipts::keyring;

const FOLDER: &str = "data folder";
const DISK: &str = "disk";
const KEYS: &str = "keys";
/// Less leaves no room for a term's submissions, bytes.
const TIGHT: u64 = 1 << 30;
/// Less will be full soon, bytes.
const FULL: u64 = 100 << 20;

pub(super) fn examine(config: &Config) -> Vec<Finding> {
    let folder = &config.data.dir;
    let mut all = vec![can_write(folder)];
    all.extend(space(folder));
    all.extend(keys(folder));
    all
}

fn can_write(folder: &Path) -> Finding {
    let shown = folder.display();
    let place = existing(folder);
    match try_write(&place) {
        Ok(()) if place == folder => Finding::fine(FOLDER, format!("{shown} can be written")),
        Ok(()) => Finding::fine(FOLDER, format!("{shown} is made at the first start")),
        Err(error) => Finding::broken(
            FOLDER,
            format!("{} cannot be written: {error}", place.display()),
            "let the account that runs Headroom write there, or set data.dir elsewhere",
        ),
    }
}

/// The folder, or the nearest above it that is there.
fn existing(folder: &Path) -> PathBuf {
    let mut place = folder;
    while !place.exists() {
        match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => place = parent,
            _ => return PathBuf::from("."),
        }
    }
    place.to_owned()
}

fn try_write(folder: &Path) -> io::Result<()> {
    let trial = folder.join(format!(".headroom-doctor-{}", std::process::id()));
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&trial)?;
    std::fs::remove_file(trial)
}

fn space(folder: &Path) -> Option<Finding> {
    let found = rustix::fs::statvfs(existing(folder)).ok()?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let words = format!("{} MiB are free for data", free >> 20);
    let remedy = "make room: submissions are kept for ever";
    Some(match free {
        free if free < FULL => Finding::broken(DISK, words, remedy),
        free if free < TIGHT => Finding::mind(DISK, words, remedy),
        _ => Finding::fine(DISK, words),
    })
}

fn keys(folder: &Path) -> Option<Finding> {
    let files = [key::FILE, keyring::FILE].map(|name| folder.join(name));
    let there: Vec<&PathBuf> = files.iter().filter(|file| file.exists()).collect();
    if there.is_empty() {
        return None;
    }
    let open = there.iter().find(|file| is_open(file));
    Some(match open {
        Some(file) => Finding::mind(
            KEYS,
            format!("others on this machine can read {}", file.display()),
            format!("chmod o-rwx {}", file.display()),
        ),
        None => Finding::fine(
            KEYS,
            "nobody else reads them; keep a copy (headroom backup)",
        ),
    })
}

/// Whether accounts that are neither owner nor of the group may read it: Kubernetes' secrets are
/// read by the group.
fn is_open(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & 0o007 != 0)
}
