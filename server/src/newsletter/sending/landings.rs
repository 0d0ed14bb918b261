//! Whom the mail server has taken a message for since the ledger's last turn, in a file of the data
//! folder: eight bytes are written before the connection takes the next message, for a turn of the
//! ledger takes a hundred times as long.
//!
//! A write-ahead log in small (Mohan and others, "ARIES", 1992), but one that is never forced to
//! the disk: what a process has handed to the operating system outlives the process. After a loss
//! of power, or where another node takes the lane over, notes are missing, and those messages are
//! sent again as any that may have left.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

use crate::store::mailings::Lane;

/// A position in the list of recipients, little-endian.
const NOTE: usize = size_of::<i64>();

/// The notes of one lane.
#[derive(Debug)]
pub struct Landings {
    file: File,
    path: PathBuf,
    /// A disk that is full is told of once.
    is_full: AtomicBool,
}

impl Landings {
    /// Opens the notes of a lane, with what a sender that is gone has left in them.
    ///
    /// # Errors
    /// When they cannot be opened or made.
    pub fn open(folder: &Path, lane: Lane) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let Lane { issue, lane, lanes } = lane;
        let path = folder.join(format!("issue-{issue}-lane-{lane}-of-{lanes}"));
        let mut how = OpenOptions::new();
        let file = how.create(true).append(true).read(true).open(&path)?;
        let is_full = AtomicBool::new(false);
        Ok(Self {
            file,
            path,
            is_full,
        })
    }

    /// Notes that the mail server has taken the message to this position.
    pub fn note(&self, position: i64) {
        let noted = (&self.file).write_all(&position.to_le_bytes());
        if let Err(error) = noted
            && !self.is_full.swap(true, Relaxed)
        {
            let path = self.path.display();
            tracing::warn!(%path, %error, "a message that has landed cannot be noted");
        }
    }

    /// Which of these are noted. A note that was cut off, and whatever else is in the file, is
    /// about nobody.
    ///
    /// # Errors
    /// When the notes cannot be read.
    pub fn among(&self, positions: &[i64]) -> io::Result<Vec<i64>> {
        let asked: BTreeSet<i64> = positions.iter().copied().collect();
        let mut noted = BTreeSet::new();
        let mut file = &self.file;
        file.rewind()?;
        let mut notes = BufReader::new(file);
        let mut note = [0; NOTE];
        loop {
            match notes.read_exact(&mut note) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
                Err(error) => return Err(error),
            }
            let position = i64::from_le_bytes(note);
            if asked.contains(&position) {
                noted.insert(position);
            }
        }
        Ok(noted.into_iter().collect())
    }

    /// Forgets what is noted: the ledger has it.
    ///
    /// # Errors
    /// When the file cannot be emptied.
    pub fn clear(&self) -> io::Result<()> {
        self.file.set_len(0)
    }

    /// Takes the notes away: the lane is done.
    pub fn remove(folder: &Path, lane: Lane) {
        if let Ok(notes) = Self::open(folder, lane)
            && let Err(error) = std::fs::remove_file(&notes.path)
        {
            tracing::warn!(path = %notes.path.display(), %error, "notes cannot be taken away");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LANE: Lane = Lane {
        issue: 7,
        lane: 0,
        lanes: 1,
    };

    #[test]
    fn what_one_sender_noted_the_next_one_finds() {
        let folder = tempfile::tempdir().unwrap();
        let first = Landings::open(folder.path(), LANE).unwrap();
        first.note(3);
        first.note(i64::MAX);
        first.note(5);
        drop(first);
        let next = Landings::open(folder.path(), LANE).unwrap();
        assert_eq!(next.among(&[1, 3, 4, 5]).unwrap(), [3, 5]);
        next.note(4);
        assert_eq!(next.among(&[1, 3, 4, 5]).unwrap(), [3, 4, 5]);
        next.clear().unwrap();
        assert!(next.among(&[1, 3, 4, 5]).unwrap().is_empty());
        next.note(1);
        assert_eq!(next.among(&[1, 3]).unwrap(), [1]);
        let other = Lane { issue: 8, ..LANE };
        let other = Landings::open(folder.path(), other).unwrap();
        assert!(other.among(&[1, 3]).unwrap().is_empty());
        Landings::remove(folder.path(), LANE);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_note_that_was_cut_off_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let notes = Landings::open(folder.path(), LANE).unwrap();
        notes.note(3);
        (&notes.file).write_all(&[5, 0, 0]).unwrap();
        assert_eq!(notes.among(&[3, 5]).unwrap(), [3]);
    }
}
