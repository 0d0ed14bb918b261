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

/// Logical names and the names they are served under.
#[must_use]
pub fn names() -> BTreeMap<String, String> {
    let manifest = served("manifest.json");
    let Manifest { build, files } = manifest
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
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
