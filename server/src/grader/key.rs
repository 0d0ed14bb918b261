//! The instance's secret, from which hidden seeds are drawn.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

use labs::Lab;
use rand::TryRng;

use super::protocol::HiddenCase;

/// File in the data folder.
const FILE: &str = "instance.key";
/// Hidden cases per hidden scenario.
const SEEDS: u32 = 3;

/// 32 random bytes that never leave the server: graders get seeds, not the key.
#[derive(Clone)]
pub struct InstanceKey([u8; 32]);

impl std::fmt::Debug for InstanceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InstanceKey(***)")
    }
}

impl InstanceKey {
    /// A key with these bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the key from the data folder, or makes one at the first start. Where two
    /// processes start at once, one makes it and the other reads it.
    ///
    /// # Errors
    /// If the file cannot be read or made, or is no key.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        if !path.try_exists()? {
            let mut bytes = [0; 32];
            rand::rngs::SysRng
                .try_fill_bytes(&mut bytes)
                .map_err(io::Error::other)?;
            create(folder, &path, &bytes)?;
        }
        let mut bytes = Vec::new();
        File::open(&path)?.take(33).read_to_end(&mut bytes)?;
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "instance.key: not 32 bytes");
        Ok(Self(bytes.try_into().map_err(|_| wrong())?))
    }

    /// The hidden cases of a lab on this instance.
    pub(super) fn cases(&self, lab: &Lab) -> Vec<HiddenCase> {
        let hidden = lab
            .spec()
            .scenarios
            .iter()
            .filter(|scenario| !scenario.public);
        hidden
            .flat_map(|scenario| {
                (0..SEEDS).map(|index| HiddenCase {
                    scenario: scenario.id.clone(),
                    seed: labs::hidden_seed(&self.0, lab, &scenario.id, index),
                })
            })
            .collect()
    }
}

/// Writes the whole file under another name first: nobody ever reads half a key.
fn create(folder: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = folder.join(format!("{FILE}.{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}
