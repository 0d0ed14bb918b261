//! Which of our crates may depend on which.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Every crate of ours with the others of ours it may name.
const ALLOWED: [(&str, &[&str]); 11] = [
    ("labs", &[]),
    ("content", &[]),
    ("labs-browser", &["labs"]),
    ("labs-guest", &["labs"]),
    ("labs-javascript", &[]),
    ("labs-wasmtime", &["labs"]),
    ("app", &["content", "labs"]),
    ("client", &["app"]),
    (
        "headroom",
        &["app", "content", "labs", "labs-wasmtime", "trim"],
    ),
    ("trim", &[]),
    ("xtask", &[]),
];
/// What the pages' crate must never depend on: it runs in browsers too.
const NOT_IN_APP: [&str; 3] = ["axum", "sqlx", "wasmtime"];

pub type Graph = BTreeMap<String, BTreeSet<String>>;

/// Direct dependencies of every crate of the workspace, from `cargo metadata`.
pub fn graph(metadata: &Value) -> Graph {
    let packages = metadata["packages"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    packages
        .iter()
        .map(|package| (name(package), dependencies(package)))
        .collect()
}

fn name(value: &Value) -> String {
    value["name"].as_str().unwrap_or_default().to_owned()
}

fn dependencies(package: &Value) -> BTreeSet<String> {
    package["dependencies"]
        .as_array()
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .map(name)
        .collect()
}

pub fn point_downwards(graph: &Graph) -> Vec<String> {
    let mut broken = Vec::new();
    for (from, dependencies) in graph {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| name == from) else {
            broken.push(format!(
                "{from}: a crate that xtask/src/tidy/arrows.rs does not know"
            ));
            continue;
        };
        for to in dependencies {
            let ours = ALLOWED.iter().any(|(name, _)| name == to);
            if ours && !allowed.contains(&to.as_str()) {
                broken.push(format!("{from} must not depend on {to}"));
            }
            if from == "app" && NOT_IN_APP.contains(&to.as_str()) {
                broken.push(format!("app must not depend on {to}"));
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(name: &str, dependency: &str) -> usize {
        let metadata =
            json!({"packages": [{"name": name, "dependencies": [{"name": dependency}]}]});
        point_downwards(&graph(&metadata)).len()
    }

    #[test]
    fn arrows_that_point_up_are_found() {
        assert_eq!(check("app", "labs"), 0);
        assert_eq!(check("labs", "serde"), 0);
        assert_eq!(check("labs", "content"), 1);
        assert_eq!(check("content", "app"), 1);
        assert_eq!(check("app", "headroom"), 1);
        assert_eq!(check("app", "sqlx"), 1);
        assert_eq!(check("headroom", "xtask"), 1);
        assert_eq!(
            check("utilities", "serde"),
            1,
            "a new crate needs its arrows written down"
        );
    }
}
