//! Writing a backup.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::Path;

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::part::Part;
use super::{
    Entry, FILE_MAX_BYTES, FILES, FORMAT, LEFT_OUT, MANIFEST, Manifest, TableFacts, verify,
};
use crate::hex::hex;
use crate::store::Db;
use crate::store::copy::{self, Tally};

/// A table is written in pieces of about this size; one is in memory at a time.
const PIECE_BYTES: usize = 4 << 20;

/// What a backup is made of.
pub struct Source<'a> {
    /// The database.
    pub db: &'a Db,
    /// The data folder.
    pub folder: &'a Path,
    /// The time, RFC 3339.
    pub made_at: String,
}

/// Writes a backup to `path`, where no file may be, and reads it back before it gets that name. A
/// server may run meanwhile: all rows are of one moment.
///
/// # Errors
/// When something cannot be read or written; then there is no file.
pub async fn pack(source: Source<'_>, path: &Path) -> anyhow::Result<Manifest> {
    let part = Part::begin(path)?;
    let encoder = GzEncoder::new(BufWriter::new(part.file()), Compression::default());
    let mut packer = Packer {
        archive: tar::Builder::new(encoder),
        entries: Vec::new(),
    };
    let mut tx = source.db.read().await?;
    let shape = copy::shape(&mut tx).await?;
    tx.check_integrity().await?;
    let mut manifest = Manifest {
        format: FORMAT,
        headroom: env!("CARGO_PKG_VERSION").to_owned(),
        schema: shape.version,
        engine: if tx.is_embedded() {
            "sqlite"
        } else {
            "postgres"
        }
        .to_owned(),
        made_at: source.made_at,
        left_out: Vec::new(),
        tables: Vec::new(),
        entries: Vec::new(),
    };
    for table in &shape.tables {
        if LEFT_OUT.contains(&table.name.as_str()) {
            manifest.left_out.push(table.name.clone());
            continue;
        }
        let mut pieces = Pieces::new(&table.name);
        copy::rows(&mut tx, table, async |row| {
            copy::encode(&row, &mut pieces.lines);
            if pieces.lines.len() >= PIECE_BYTES {
                pieces.flush(&mut packer)?;
            }
            anyhow::Ok(())
        })
        .await?;
        pieces.flush(&mut packer)?;
        let facts = pieces.tally.finish();
        manifest
            .tables
            .push(TableFacts::new(&table.name, &table.columns, facts));
    }
    drop(tx);
    for name in FILES {
        if let Some(bytes) = read_file(&source.folder.join(name))? {
            packer.add(format!("files/{name}"), &bytes)?;
        }
    }
    let manifest = packer.finish(manifest)?;
    let found = verify(part.path()).context("the backup does not read back as it was written")?;
    anyhow::ensure!(
        found == manifest,
        "the backup does not read back as it was written"
    );
    part.keep()?;
    Ok(manifest)
}

/// The rows of a table, entry by entry.
struct Pieces<'t> {
    table: &'t str,
    lines: Vec<u8>,
    tally: Tally,
    count: u32,
}

impl<'t> Pieces<'t> {
    fn new(table: &'t str) -> Self {
        Self {
            table,
            lines: Vec::new(),
            tally: Tally::default(),
            count: 0,
        }
    }

    fn flush<W: Write>(&mut self, packer: &mut Packer<W>) -> io::Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        self.count += 1;
        self.tally.add_lines(&self.lines);
        let path = format!("tables/{}/{:04}.jsonl", self.table, self.count);
        packer.add(path, &self.lines)?;
        self.lines.clear();
        Ok(())
    }
}

struct Packer<W: Write> {
    archive: tar::Builder<GzEncoder<W>>,
    entries: Vec<Entry>,
}

impl<W: Write> Packer<W> {
    fn add(&mut self, path: String, bytes: &[u8]) -> io::Result<()> {
        let size = u64::try_from(bytes.len()).map_err(io::Error::other)?;
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o600);
        self.archive.append_data(&mut header, &path, bytes)?;
        self.entries.push(Entry {
            path,
            bytes: size,
            sha256: hex(&Sha256::digest(bytes)),
        });
        Ok(())
    }

    fn finish(mut self, mut manifest: Manifest) -> anyhow::Result<Manifest> {
        manifest.entries.clone_from(&self.entries);
        self.add(MANIFEST.to_owned(), &serde_json::to_vec_pretty(&manifest)?)?;
        self.archive.into_inner()?.finish()?.flush()?;
        Ok(manifest)
    }
}

fn read_file(path: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    let shown = || path.display().to_string();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(shown),
    };
    let mut bytes = Vec::new();
    file.take(FILE_MAX_BYTES)
        .read_to_end(&mut bytes)
        .with_context(shown)?;
    Ok(Some(bytes))
}
