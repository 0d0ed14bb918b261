//! The instance's secret, from which hidden seeds are drawn.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use hmac::digest::Key;
use hmac::{Hmac, KeyInit as _, Mac as _};
use labs::Lab;
use rand::TryRng;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::protocol::HiddenCase;
use crate::secret_file;
use crate::store::modules;

/// File in the data folder.
pub const FILE: &str = "instance.key";
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
            secret_file::create(&path, &bytes)?;
        }
        let mut bytes = Vec::new();
        File::open(&path)?.take(33).read_to_end(&mut bytes)?;
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "instance.key: not 32 bytes");
        Ok(Self(bytes.try_into().map_err(|_| wrong())?))
    }

    /// 32 bytes for another purpose, from which the key cannot be told.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        // HMAC fills keys up with zeros to the size of a block.
        let mut key = Key::<Hmac<Sha256>>::default();
        key[..self.0.len()].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha256>::new(&key);
        mac.update(format!("headroom/{purpose}").as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// What a commitment to the hidden seeds of a lab is made of.
    #[must_use]
    pub fn opening(&self, lab: &Lab) -> Opening {
        let purpose = format!("/commitment/{}/{}", lab.id, lab.spec().version);
        let seeds = self.cases(lab).into_iter();
        Opening {
            lab: lab.id.to_owned(),
            lab_version: lab.spec().version,
            nonce: modules::digest(&[&self.0, purpose.as_bytes()].concat()),
            seeds: seeds
                .map(|case| (case.scenario, case.seed.to_string()))
                .collect(),
        }
    }

    /// The hidden cases of a lab on this instance.
    fn cases(&self, lab: &Lab) -> Vec<HiddenCase> {
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

/// The hidden seeds of a lab on an instance, with a number that nobody can guess. It is secret as
/// long as the lab's version is graded; published afterwards, it shows that the seeds were not
/// chosen to fit anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// The lab.
    pub lab: String,
    /// Its version.
    pub lab_version: u32,
    /// 32 bytes, in hexadecimal.
    pub nonce: String,
    /// Scenarios and seeds, in order.
    pub seeds: Vec<(String, String)>,
}

impl Opening {
    /// Its cases, or nothing if a seed is none.
    fn cases(&self) -> Option<Vec<HiddenCase>> {
        let seeds = self.seeds.iter();
        seeds
            .map(|(scenario, seed)| {
                Some(HiddenCase {
                    scenario: scenario.clone(),
                    seed: seed.parse().ok()?,
                })
            })
            .collect()
    }

    /// What receipts say of it: SHA-256 over its parts, one a line.
    #[must_use]
    pub fn commitment(&self) -> String {
        let mut text = format!("{}\n{}\n{}\n", self.lab, self.lab_version, self.nonce);
        for (scenario, seed) in &self.seeds {
            text += &format!("{scenario} {seed}\n");
        }
        modules::digest(text.as_bytes())
    }
}

/// Where a pool has its hidden cases from.
#[derive(Clone, Debug)]
pub enum HiddenSeeds {
    /// None are run.
    None,
    /// They are drawn from the instance's secret.
    Secret(InstanceKey),
    /// They have been revealed.
    Revealed(Opening),
}

impl HiddenSeeds {
    /// The hidden cases of a lab.
    pub(super) fn cases(&self, lab: &Lab) -> Vec<HiddenCase> {
        match self {
            Self::None => Vec::new(),
            Self::Secret(key) => key.cases(lab),
            Self::Revealed(opening) => opening.cases().unwrap_or_default(),
        }
    }
}
