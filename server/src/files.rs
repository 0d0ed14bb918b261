//! What browsers download: inside the binary in release builds, read from `.headroom/site/` in
//! debug builds.

use std::borrow::Cow;
use std::collections::BTreeMap;

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
            let brotli = self::served(&format!("{served}.br")).map(|file| file.len() as u64);
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

/// The file served under this name.
#[must_use]
pub fn served(name: &str) -> Option<Cow<'static, [u8]>> {
    Files::get(name).map(|file| file.data)
}

/// The file of this logical name.
#[must_use]
pub fn named(name: &str) -> Option<Cow<'static, [u8]>> {
    served(names().get(name)?)
}
