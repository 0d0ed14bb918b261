//! Starter kits as ZIP archives.

use std::io::{Cursor, Write as _};

use labs::{Lab, Starter};
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Permissions of files in the archive, and of scripts.
const FILE: u32 = 0o644;
const PROGRAM: u32 = 0o755;

/// The kit in one folder, `<lab>-<language>/`. Nothing in it depends on when it is made, so that
/// the same kit has the same bytes.
///
/// # Errors
/// When a file's name or size does not fit a ZIP archive: none of ours.
pub fn archive(lab: &Lab, starter: &Starter) -> ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let folder = format!("{}-{}", lab.id, starter.language.id);
    for file in labs::kit::files(lab, starter) {
        let is_script = file.path.ends_with(".sh");
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(if is_script { PROGRAM } else { FILE });
        archive.start_file(format!("{folder}/{}", file.path), options)?;
        archive.write_all(file.text.as_bytes())?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn every_kit_unpacks_to_a_project_and_is_the_same_each_time() {
        for lab in labs::ALL {
            for starter in lab.files.starters {
                let bytes = archive(lab, starter).unwrap();
                assert_eq!(bytes, archive(lab, starter).unwrap());
                let mut opened = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
                let folder = format!("{}-{}", lab.id, starter.language.id);
                let mut read = |path: &str| {
                    let mut text = String::new();
                    let mut file = opened.by_name(&format!("{folder}/{path}")).unwrap();
                    file.read_to_string(&mut text).unwrap();
                    text
                };
                assert_eq!(read(starter.language.file), starter.source);
                assert!(read("build.sh").starts_with("#!/bin/sh\nset -e\n"));
                assert!(!read("README.md").contains('{'), "a place was not filled");
                assert!(read("TASK.md").contains(lab.files.brief));
            }
        }
    }
}
