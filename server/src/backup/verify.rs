//! Reading a backup: whether it is whole, and what is in it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};
use flate2::bufread::GzDecoder;
use sha2::{Digest as _, Sha256};

use super::{Entry, FORMAT, MANIFEST, MANIFEST_MAX_BYTES, Manifest, table_of};
use crate::hex::hex;
use crate::store::copy::{Facts, Tally};

const READ_BYTES: usize = 64 << 10;

type Archive = tar::Archive<GzDecoder<BufReader<File>>>;

/// Reads a backup to its end: every digest, every count of rows, and that nothing is missing or too
/// much.
///
/// # Errors
/// When it cannot be read, or is not as it was written.
pub fn verify(path: &Path) -> anyhow::Result<Manifest> {
    check(path).with_context(|| path.display().to_string())
}

/// Hands over each entry, in order.
pub(super) fn open(path: &Path) -> anyhow::Result<Archive> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    Ok(tar::Archive::new(GzDecoder::new(BufReader::new(file))))
}

/// The name of an entry, which is a plain file.
pub(super) fn name<R: Read>(entry: &tar::Entry<'_, R>) -> anyhow::Result<String> {
    ensure!(
        entry.header().entry_type().is_file(),
        "it holds something that is no file"
    );
    let name = String::from_utf8(entry.path_bytes().into_owned());
    name.context("it holds a file whose name is no text")
}

fn check(path: &Path) -> anyhow::Result<Manifest> {
    let mut archive = open(path)?;
    let (mut entries, mut tables) = (Vec::new(), BTreeMap::<String, Tally>::new());
    let mut manifest = None;
    for entry in archive.entries().context(DAMAGED)? {
        let mut entry = entry.context(DAMAGED)?;
        let path = name(&entry)?;
        ensure!(manifest.is_none(), "{path} comes after the manifest");
        if path == MANIFEST {
            let mut bytes = Vec::new();
            let mut limited = entry.take(MANIFEST_MAX_BYTES);
            limited.read_to_end(&mut bytes).context(DAMAGED)?;
            manifest = Some(read_manifest(&bytes)?);
            continue;
        }
        let tally = table_of(&path).map(|table| tables.entry(table.to_owned()).or_default());
        entries.push(read_entry(&mut entry, path, tally).context(DAMAGED)?);
    }
    let manifest = manifest.context("it has no manifest: this is no backup, or not all of one")?;
    end(archive.into_inner())?;
    let tables = tables
        .into_iter()
        .map(|(name, tally)| (name, tally.finish()));
    compare(&manifest, &entries, tables.collect())?;
    Ok(manifest)
}

const DAMAGED: &str = "it is damaged, cut off, or no .tar.gz";

fn read_manifest(bytes: &[u8]) -> anyhow::Result<Manifest> {
    #[derive(serde::Deserialize)]
    struct Version {
        format: u32,
    }
    let Version { format } = serde_json::from_slice(bytes).context("its manifest")?;
    ensure!(
        format == FORMAT,
        "it has format {format}, and this program reads {FORMAT}: take the release that wrote it"
    );
    serde_json::from_slice(bytes).context("its manifest")
}

fn read_entry(
    entry: &mut impl Read,
    path: String,
    mut tally: Option<&mut Tally>,
) -> io::Result<Entry> {
    let (mut sha256, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = match entry.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => &buffer[..read],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        sha256.update(read);
        bytes += u64::try_from(read.len()).map_err(io::Error::other)?;
        if let Some(tally) = &mut tally {
            tally.add_lines(read);
        }
    }
    Ok(Entry {
        path,
        bytes,
        sha256: hex(&sha256.finalize()),
    })
}

/// The checksum of the compression comes last, and nothing after it.
fn end(mut decoder: GzDecoder<BufReader<File>>) -> anyhow::Result<()> {
    io::copy(&mut decoder, &mut io::sink()).context(DAMAGED)?;
    let after = io::copy(&mut decoder.into_inner(), &mut io::sink())?;
    ensure!(after == 0, "{after} bytes too many at its end");
    Ok(())
}

fn compare(
    manifest: &Manifest,
    entries: &[Entry],
    mut tables: BTreeMap<String, Facts>,
) -> anyhow::Result<()> {
    for (found, wanted) in entries.iter().zip(&manifest.entries) {
        ensure!(
            found == wanted,
            "{} is not as its manifest says",
            wanted.path
        );
    }
    let (found, wanted) = (entries.len(), manifest.entries.len());
    ensure!(found == wanted, "{found} entries instead of {wanted}");
    for table in &manifest.tables {
        let (name, wanted) = table.counted();
        let found = tables.remove(&name);
        let found = found.unwrap_or_else(|| Tally::default().finish());
        ensure!(found == wanted, "table {name} is not as its manifest says");
    }
    if let Some(name) = tables.keys().next() {
        bail!("it has rows of {name}, which its manifest does not name");
    }
    Ok(())
}
