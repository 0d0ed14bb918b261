//! The style sheet and the script on every page, through the workbench's own esbuild.

use std::path::Path;

use anyhow::Result;

use crate::client::empty;
use crate::command::{Run, root};
use crate::fingerprint;

/// `style/index.css` imports the others in cascade order.
const ENTRY: &str = "style/index.css";
const BOOT: &str = "app/boot.js";

/// One `style.css` from all of `style/`.
pub fn bundle(out: &Path) -> Result<()> {
    let inputs = fingerprint::of(&[root().join("style")])?;
    fingerprint::once("style", &inputs, out, || {
        empty(out)?;
        esbuild(&out.join("style.css"))
            .args([
                ENTRY,
                "--bundle",
                "--loader:.woff2=copy",
                "--asset-names=[name]",
                "--external:/assets/*",
            ])
            .run()
    })
}

/// The small script that wakes islands; its imports stay as they are written.
pub fn boot(out: &Path) -> Result<()> {
    let inputs = fingerprint::of(&[root().join(BOOT)])?;
    fingerprint::once("boot", &inputs, out, || {
        empty(out)?;
        esbuild(&out.join("boot.js"))
            .args([BOOT, "--format=esm"])
            .run()
    })
}

fn esbuild(out: &Path) -> Run {
    Run::new(root().join("app/workbench/node_modules/.bin/esbuild")).args([
        "--minify",
        "--log-level=warning",
        "--target=chrome111,firefox113,safari16.4",
        &format!("--outfile={}", out.display()),
    ])
}
