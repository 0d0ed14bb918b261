//! The rules of ARCHITECTURE.md that no compiler checks.
//!
//! Each rule is a function from a tree of files (or a graph of crates) to what breaks it, so that
//! its test can show it fail on a broken tree.

mod arrows;
mod source;
mod tree;

use anyhow::{Result, bail};

use crate::command::{Run, root};
use tree::Tree;

type Rule = fn(&Tree) -> Vec<String>;

const RULES: [(&str, Rule); 7] = [
    ("libraries stay in their rooms", source::rooms),
    ("the engine names no lab", source::engine_names_no_lab),
    ("time comes from a Clock", source::clock),
    ("files and lines stay short", source::sizes),
    ("nothing is left unfinished", source::unfinished),
    ("no machine or registry is named", source::machines),
    ("content and lab files are reachable", source::reachable),
];

pub fn run() -> Result<()> {
    let tree = Tree::read(&root())?;
    let metadata = Run::new("cargo")
        .args(["metadata", "--no-deps", "--format-version=1"])
        .output()?;
    let graph = arrows::graph(&serde_json::from_str(&metadata)?);
    let mut broken = arrows::point_downwards(&graph);
    report("crates depend downwards only", &broken);
    for (name, rule) in RULES {
        let found = rule(&tree);
        report(name, &found);
        broken.extend(found);
    }
    if !broken.is_empty() {
        bail!("{} breaches of the rules", broken.len());
    }
    Ok(())
}

fn report(name: &str, broken: &[String]) {
    println!("  {} {name}", if broken.is_empty() { "ok " } else { "BAD" });
    for breach in broken {
        println!("      {breach}");
    }
}
