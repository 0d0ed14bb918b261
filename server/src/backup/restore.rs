//! The way back: a backup into an instance that has nothing yet.

use std::fs;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::Path;

use anyhow::{Context as _, bail, ensure};

use super::verify::{name, open};
use super::{FILE_MAX_BYTES, FILES, LEFT_OUT, Manifest, names, table_of};
use crate::secret_file;
use crate::store::copy::{self, Shape, Writer};
use crate::store::{Db, Tx};

/// Restores a backup, of which `manifest` is what [`super::verify`] answered, to an empty database
/// and a data folder without other keys. All of it is there afterwards, as digests say, or no rows
/// are.
///
/// # Errors
/// When the backup is newer than this program, or the instance is not empty.
pub async fn restore(
    path: &Path,
    manifest: &Manifest,
    db: &Db,
    folder: &Path,
) -> anyhow::Result<()> {
    let shape = shape(manifest).await?;
    let files = files(path)?;
    for (name, bytes) in &files {
        refuse_other(&folder.join(name), bytes)?;
    }
    copy::prepare(db, shape.version).await?;
    // Before the rows: without its key, a server that starts on them would make another.
    for (name, bytes) in &files {
        secret_file::create(&folder.join(name), bytes)?;
    }
    let mut tx = db.write().await?;
    load(path, &shape, &mut tx).await?;
    let counted: Vec<_> = manifest
        .tables
        .iter()
        .map(super::TableFacts::counted)
        .collect();
    copy::check(&mut tx, &shape, &counted).await?;
    Ok(copy::finish(db, tx).await?)
}

/// The tables as they were at the backup, each of which must be in it.
async fn shape(manifest: &Manifest) -> anyhow::Result<Shape> {
    let by = || format!("the backup is of Headroom {}", manifest.headroom);
    let shape = Shape::of(manifest.schema).await.with_context(by)?;
    for table in &shape.tables {
        let is_named = |name: &str| name == table.name;
        let found = manifest.tables.iter().find(|found| is_named(&found.name));
        match found {
            Some(found) => ensure!(
                found.columns == names(&table.columns),
                "table {} has other columns in the backup",
                table.name
            ),
            None => ensure!(
                LEFT_OUT.into_iter().any(is_named),
                "the backup has no table {}",
                table.name
            ),
        }
    }
    for found in &manifest.tables {
        let is_known = shape.tables.iter().any(|table| table.name == found.name);
        ensure!(
            is_known,
            "the backup has a table {}, which is not known",
            found.name
        );
    }
    Ok(shape)
}

/// The files for the data folder. No other name is taken from an archive.
fn files(path: &Path) -> anyhow::Result<Vec<(&'static str, Vec<u8>)>> {
    let mut files = Vec::new();
    for entry in open(path)?.entries()? {
        let entry = entry?;
        let path = name(&entry)?;
        let Some(found) = path.strip_prefix("files/") else {
            continue;
        };
        let known = FILES.into_iter().find(|known| *known == found);
        let known =
            known.with_context(|| format!("the backup has a file {found}, unknown here"))?;
        let mut bytes = Vec::new();
        entry.take(FILE_MAX_BYTES).read_to_end(&mut bytes)?;
        files.push((known, bytes));
    }
    Ok(files)
}

fn refuse_other(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    match fs::read(path) {
        Ok(found) if found == bytes => Ok(()),
        Ok(_) => bail!(
            "{} is there and differs from the backup's; move it away first",
            path.display()
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

async fn load(path: &Path, shape: &Shape, tx: &mut Tx) -> anyhow::Result<()> {
    for entry in open(path)?.entries()? {
        let entry = entry?;
        let path = name(&entry)?;
        let Some(wanted) = table_of(&path) else {
            continue;
        };
        let table = shape.tables.iter().find(|table| table.name == wanted);
        let table = table.with_context(|| format!("table {wanted} is not known"))?;
        let mut writer = Writer::new(table);
        let mut lines = BufReader::new(entry);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            writer.push(tx, copy::decode(table, &line)?).await?;
            line.clear();
        }
        writer.finish(tx).await?;
    }
    Ok(())
}
