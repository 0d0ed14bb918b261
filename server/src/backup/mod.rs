//! Backups: one file that holds what an instance cannot do without, and the way back.
//!
//! A `.tar.gz` with the rows of every table as lines of JSON (`tables/users/0001.jsonl`), the files
//! of the data folder that cannot be made again (`files/instance.key`), and `manifest.json` as the
//! last entry, which says how large each of them is and what its digest is. The rows are the same
//! whichever engine they come from, so a backup of one can be restored to the other.

mod pack;
mod part;
mod restore;
mod verify;

use serde::{Deserialize, Serialize};

pub use pack::{Source, pack};
pub use restore::restore;
pub use verify::verify;

use crate::grader::key;
use crate::receipts::keyring;
use crate::store::copy::{Column, Counted, Facts};

/// What this program writes, and the only one it reads.
const FORMAT: u32 = 1;
const MANIFEST: &str = "manifest.json";
/// Far more than there are tables and entries.
const MANIFEST_MAX_BYTES: u64 = 64 << 20;
/// Tables whose rows stay behind: which processes live is no fact of the past; and whoever has a
/// copy shall not be signed in as others: whoever restores signs in again.
const LEFT_OUT: [&str; 2] = ["nodes", "sessions"];
/// Files of the data folder that cannot be made again.
const FILES: [&str; 2] = [key::FILE, keyring::FILE];
/// Each is a key or a few.
const FILE_MAX_BYTES: u64 = 1 << 20;

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this format.
    pub format: u32,
    /// The release that wrote it.
    pub headroom: String,
    /// The newest migration of the database.
    pub schema: i64,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// When it was begun, RFC 3339. It holds everything that was committed before.
    pub made_at: String,
    /// Tables whose rows were left out.
    pub left_out: Vec<String>,
    /// The others, each after those it refers to.
    pub tables: Vec<TableFacts>,
    /// Everything in the archive but this.
    pub entries: Vec<Entry>,
}

/// A table in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFacts {
    /// Its name.
    pub name: String,
    /// What a line holds, in this order.
    pub columns: Vec<String>,
    /// How many lines.
    pub rows: u64,
    /// Of all lines, in the order of the primary key.
    pub sha256: String,
}

/// A file in a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Of its bytes.
    pub sha256: String,
}

impl Manifest {
    /// How many rows there are in all.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// The names of the files that are in it.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        let paths = self.entries.iter().map(|entry| entry.path.as_str());
        paths.filter_map(|path| path.strip_prefix("files/"))
    }
}

impl TableFacts {
    fn new(name: &str, columns: &[Column], facts: Facts) -> Self {
        Self {
            name: name.to_owned(),
            columns: names(columns),
            rows: facts.rows,
            sha256: facts.sha256,
        }
    }

    fn counted(&self) -> Counted {
        let (rows, sha256) = (self.rows, self.sha256.clone());
        (self.name.clone(), Facts { rows, sha256 })
    }
}

fn names(columns: &[Column]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

/// The table that an entry holds rows of.
fn table_of(path: &str) -> Option<&str> {
    Some(path.strip_prefix("tables/")?.split_once('/')?.0)
}
