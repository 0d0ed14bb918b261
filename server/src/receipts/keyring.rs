//! The keys that sign receipts: one in use, and the public halves of those before it. They live in
//! a file of the data folder that only its owner can read; several nodes share a copy of it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use rand::TryRng as _;
use serde::{Deserialize, Serialize};

use super::{PublicKey, PublicKeys};
use crate::secret_file;
use crate::store::modules;

/// File in the data folder.
pub const FILE: &str = "receipt-keys.json";
/// More than anybody rotates in a lifetime.
const FILE_MAX_BYTES: u64 = 1 << 20;

/// The keys of an instance.
#[derive(Clone)]
pub struct Keyring {
    secret: SigningKey,
    public: PublicKeys,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keyring")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    /// The seed of the key in use (RFC 8032), in base64url.
    secret: String,
    /// The one in use first.
    public: Vec<PublicKey>,
}

impl Keyring {
    /// Reads the keys from the data folder, or makes the first.
    ///
    /// # Errors
    /// If the file cannot be read or made, or holds no keys.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        if !path.try_exists()? {
            secret_file::create(&path, &fresh(Vec::new())?)?;
        }
        read(&path)
    }

    /// Makes a new key and forgets the secret of the old one, whose public half stays.
    ///
    /// # Errors
    /// If the file cannot be read or written.
    pub fn rotate(folder: &Path) -> io::Result<Self> {
        let old = Self::open(folder)?;
        let path = folder.join(FILE);
        secret_file::replace(&path, &fresh(old.public.keys)?)?;
        read(&path)
    }

    /// A keyring of one key, from its seed.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let secret = SigningKey::from_bytes(&seed);
        let public = PublicKeys {
            keys: vec![public(&secret)],
        };
        Self { secret, public }
    }

    /// What anybody may know.
    #[must_use]
    pub fn public(&self) -> &PublicKeys {
        &self.public
    }

    pub(super) fn sign(&self, message: &[u8]) -> (PublicKey, [u8; 64]) {
        let signature = self.secret.sign(message).to_bytes();
        (public(&self.secret), signature)
    }
}

fn public(secret: &SigningKey) -> PublicKey {
    let bytes = secret.verifying_key().to_bytes();
    PublicKey {
        kid: modules::digest(&bytes).chars().take(16).collect(),
        kty: "OKP".into(),
        crv: "Ed25519".into(),
        x: URL_SAFE_NO_PAD.encode(bytes),
    }
}

/// The file of a new key, with the public halves of those before it.
fn fresh(before: Vec<PublicKey>) -> io::Result<Vec<u8>> {
    let mut seed = [0; 32];
    rand::rngs::SysRng
        .try_fill_bytes(&mut seed)
        .map_err(io::Error::other)?;
    let now = public(&SigningKey::from_bytes(&seed));
    let kept = Kept {
        secret: URL_SAFE_NO_PAD.encode(seed),
        public: std::iter::once(now).chain(before).collect(),
    };
    Ok(serde_json::to_vec_pretty(&kept)?)
}

fn read(path: &Path) -> io::Result<Keyring> {
    let wrong = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{FILE}: {what}"));
    let mut text = String::new();
    File::open(path)?
        .take(FILE_MAX_BYTES)
        .read_to_string(&mut text)?;
    let kept: Kept = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
    let seed = URL_SAFE_NO_PAD.decode(&kept.secret).ok();
    let seed: Option<[u8; 32]> = seed.and_then(|bytes| bytes.try_into().ok());
    let secret = SigningKey::from_bytes(&seed.ok_or_else(|| wrong("the secret is no key"))?);
    if kept.public.first() != Some(&public(&secret)) {
        return Err(wrong("the first public key is not that of the secret"));
    }
    let public = PublicKeys { keys: kept.public };
    Ok(Keyring { secret, public })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_rotated_without_losing_a_public_half() {
        let folder = tempfile::tempdir().unwrap();
        let first = Keyring::open(folder.path()).unwrap();
        assert_eq!(Keyring::open(folder.path()).unwrap().public, first.public);
        let second = Keyring::rotate(folder.path()).unwrap();
        assert_eq!(second.public.keys.len(), 2);
        assert_eq!(second.public.keys[1], first.public.keys[0]);
        assert_ne!(second.public.keys[0], first.public.keys[0]);
        let text = std::fs::read_to_string(folder.path().join(FILE)).unwrap();
        let old = URL_SAFE_NO_PAD.encode(first.secret.to_bytes());
        assert!(!text.contains(&old), "the old secret is gone");
        std::fs::write(folder.path().join(FILE), "{}").unwrap();
        assert!(Keyring::open(folder.path()).is_err());
    }

    #[test]
    fn a_signature_is_that_of_rfc_8032() {
        // RFC 8032 §7.1, test 1: the empty message.
        let seed = [
            0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec,
            0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03,
            0x1c, 0xae, 0x7f, 0x60,
        ];
        let (key, signature) = Keyring::from_seed(seed).sign(b"");
        assert_eq!(signature[..4], [0xe5, 0x56, 0x43, 0x00]);
        assert_eq!(key.x, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    }
}
