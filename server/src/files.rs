//! What browsers download: inside the binary in release builds, read from `.headroom/site/` in
//! debug builds.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read as _;

use bytes::Bytes;
use flate2::read::GzDecoder;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../.headroom/site/"]
#[allow_missing = true]
struct Files;

/// What xtask writes beside the files.
#[derive(Default, serde::Deserialize)]
struct Manifest {
    build: String,
    files: BTreeMap<String, serde_json::Value>,
}

/// A file of the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Logical name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Length as most browsers get it: by Brotli, where that is shorter. Bytes.
    pub sent_bytes: u64,
}

fn manifest() -> Manifest {
    served("manifest.json")
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default()
}

/// The name of the build.
#[must_use]
pub fn build() -> String {
    manifest().build
}

/// Every file of the build, by name.
#[must_use]
pub fn described() -> Vec<Described> {
    let Manifest { build, files } = manifest();
    let files = files.into_iter();
    files
        .map(|(name, about)| {
            let served = format!("{build}/{name}");
            let plain = about.get("bytes").and_then(serde_json::Value::as_u64);
            let brotli = kept(&format!("{served}.br")).map(|file| file.len() as u64);
            Described {
                url: format!("/assets/{served}"),
                sent_bytes: brotli.or(plain).unwrap_or(0),
                name,
            }
        })
        .collect()
}

/// Logical names and the names they are served under.
#[must_use]
pub fn names() -> BTreeMap<String, String> {
    let Manifest { build, files } = manifest();
    files
        .into_keys()
        .map(|name| (name.clone(), format!("{build}/{name}")))
        .collect()
}

/// What lies under this name, without a copy of it.
#[must_use]
pub fn kept(name: &str) -> Option<Bytes> {
    let file = Files::get(name)?;
    Some(match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    })
}

/// The file served under this name, unpacked where only its compressed forms are kept.
#[must_use]
pub fn served(name: &str) -> Option<Bytes> {
    kept(name).or_else(|| {
        let mut file = Vec::new();
        match kept(&format!("{name}.gz")) {
            Some(packed) => GzDecoder::new(&*packed).read_to_end(&mut file).ok()?,
            None => {
                let packed = kept(&format!("{name}.br"))?;
                brotli::Decompressor::new(&*packed, 64 << 10)
                    .read_to_end(&mut file)
                    .ok()?
            }
        };
        Some(file.into())
    })
}

/// The file of this logical name, as [`served`].
#[must_use]
pub fn named(name: &str) -> Option<Bytes> {
    served(names().get(name)?)
}
