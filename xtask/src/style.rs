//! The style sheet and the script on every page, through the workbench's own esbuild.

use std::path::Path;

use anyhow::Result;

use crate::client::empty;
use crate::command::{Run, root};
use crate::fingerprint;

/// What imports the others in cascade order, and what it becomes: the sheet of every page, and
/// sheets that only some pages have.
const SHEETS: [(&str, &str); 3] = [
    ("style/index.css", "style.css"),
    ("style/lab.css", "lab.css"),
    ("style/pages.css", "pages.css"),
];
/// The script of every page, and those that few pages have.
const SCRIPTS: [(&str, &str); 2] = [("app/boot.js", "boot.js"), ("app/admin.js", "admin.js")];

/// The sheets, from all of `style/`.
pub fn bundle(out: &Path) -> Result<()> {
    let inputs = fingerprint::of(&[root().join("style")])?;
    fingerprint::once("style", &inputs, out, || {
        empty(out)?;
        SHEETS.iter().try_for_each(|(entry, sheet)| {
            esbuild(&out.join(sheet))
                .args([
                    entry,
                    "--bundle",
                    "--loader:.woff2=copy",
                    "--asset-names=[name]",
                    "--external:/assets/*",
                ])
                .run()?;
            join_layers(&out.join(sheet))
        })
    })
}

/// Files of one layer follow one another: one block holds them all.
fn join_layers(sheet: &Path) -> Result<()> {
    const OPEN: &str = "@layer components{";
    let css = std::fs::read_to_string(sheet)?;
    if let Some((before, after)) = css.split_once(OPEN) {
        let joined = after.replace(&format!("}}{OPEN}"), "");
        std::fs::write(sheet, format!("{before}{OPEN}{joined}"))?;
    }
    Ok(())
}

/// The scripts that stand beside the workbench; their imports stay as they are written.
pub fn scripts(out: &Path) -> Result<()> {
    let files = SCRIPTS.map(|(script, _)| root().join(script));
    let inputs = fingerprint::of(&files)?;
    fingerprint::once("scripts", &inputs, out, || {
        empty(out)?;
        SCRIPTS.iter().try_for_each(|(script, name)| {
            esbuild(&out.join(name))
                .args([script, "--format=esm"])
                .run()
        })
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
