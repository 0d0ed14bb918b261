//! Where a page finds its scripts and styles, and where the site itself is.

use std::collections::BTreeMap;

/// Logical names of assets and the names they are served under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets(BTreeMap<String, String>);

/// What is the same for every page of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    /// Scripts, styles and modules.
    pub assets: Assets,
    /// Address of the instance without a slash at its end: `https://headroom.example`.
    pub public_url: String,
    /// Whether pages watch for changes of the lessons and load themselves again.
    pub author: bool,
    /// Whether browsers keep pages for reading without a network.
    pub offline: bool,
    /// Where the files of the lessons can be changed, without a slash at its end, if anywhere.
    pub content_source: Option<String>,
    /// Languages that the server compiles for its readers, by id.
    pub compilers: Vec<&'static str>,
}

impl Assets {
    /// Assets of a manifest: logical name (`style.css`) → served name (`style.0a1b2c3d.css`).
    #[must_use]
    pub fn new(manifest: BTreeMap<String, String>) -> Self {
        Self(manifest)
    }

    /// The address of the asset called `logical`, or of its plain name where the manifest lacks
    /// it, so that an incomplete build shows as a missing file and not as a broken page.
    #[must_use]
    pub fn url(&self, logical: &str) -> String {
        let name = self.0.get(logical).map_or(logical, String::as_str);
        format!("/assets/{name}")
    }
}

impl Site {
    /// The full address of a path that starts with a slash.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.trim_end_matches('/'))
    }
}
