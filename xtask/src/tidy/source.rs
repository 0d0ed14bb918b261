//! Rules about the text of files.

use super::tree::Tree;

const LINES_MAX: usize = 400;
const COLUMNS_MAX: usize = 100;

/// A library and the only folders or files whose code may name it.
const ROOMS: [(&str, &[&str]); 3] = [
    (
        "sqlx::",
        &[
            "server/src/store/",
            "server/src/store.rs",
            "server/tests/store/",
        ],
    ),
    (
        "wasmtime::",
        // The meter's own tests run what it wrote; the crate itself never does.
        &[
            "labs/wasmtime/src/",
            "labs/tests/",
            "labs/src/meter/spec_suite.rs",
        ],
    ),
    ("leptos::", &["app/", "server/src/routes/pages.rs"]),
];

/// The rules' own examples would break them.
const EXEMPT: &str = "xtask/src/tidy/";

fn breach(path: &str, at: usize, what: &str) -> String {
    format!("{path}:{}: {what}", at + 1)
}

/// Lines of Rust code: comments are not code.
fn code(tree: &Tree) -> impl Iterator<Item = (&str, usize, &str)> {
    tree.rust()
        .filter(|(path, _)| !path.starts_with(EXEMPT))
        .flat_map(|(path, text)| {
            let lines = text.lines().enumerate();
            let lines = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
            lines.map(move |(at, line)| (path, at, line))
        })
}

pub fn rooms(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, at, line) in code(tree) {
        for (library, rooms) in ROOMS {
            if names(line, library) && !rooms.iter().any(|room| path.starts_with(room)) {
                broken.push(breach(
                    path,
                    at,
                    &format!("`{library}` belongs in {}", rooms[0]),
                ));
            }
        }
    }
    broken
}

/// Whether a path starts with the library, and not in the middle of a longer name.
fn names(line: &str, library: &str) -> bool {
    line.match_indices(library).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
    })
}

pub fn engine_names_no_lab(tree: &Tree) -> Vec<String> {
    let labs: Vec<&str> = tree
        .files()
        .filter_map(|(path, _)| path.strip_prefix("labs/src/")?.strip_suffix("/lab.toml"))
        .collect();
    code(tree)
        .filter(|(path, _, _)| path.starts_with("labs/src/engine"))
        .flat_map(|(path, at, line)| {
            let named = labs
                .iter()
                .filter(move |lab| line.contains(&format!("{lab}::")));
            named.map(move |lab| breach(path, at, &format!("the engine names the lab {lab}")))
        })
        .collect()
}

pub fn clock(tree: &Tree) -> Vec<String> {
    let free = |path: &str| {
        path == "server/src/clock.rs" || path.starts_with("xtask/") || path.contains("tests/")
    };
    code(tree)
        .filter(|(path, _, line)| {
            // Tokio's clock is the runtime's: tests pause it.
            let line = line.replace("tokio::time::Instant::now", "");
            !free(path) && (line.contains("SystemTime::now") || line.contains("Instant::now"))
        })
        .map(|(path, at, _)| breach(path, at, "take a Clock"))
        .collect()
}

pub fn sizes(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in tree.rust() {
        let lines = text.lines().count();
        if lines > LINES_MAX {
            broken.push(format!("{path}: {lines} lines, the limit is {LINES_MAX}"));
        }
        let long = text
            .lines()
            .enumerate()
            .filter(|(_, l)| l.chars().count() > COLUMNS_MAX);
        broken.extend(long.map(|(at, _)| breach(path, at, "longer than 100 columns")));
    }
    broken
}

pub fn unfinished(tree: &Tree) -> Vec<String> {
    let macros = ["todo!(", "unimplemented!(", "dbg!("];
    let mut broken: Vec<String> = code(tree)
        .filter(|(_, _, line)| macros.iter().any(|name| line.contains(name)))
        .map(|(path, at, _)| breach(path, at, "unfinished"))
        .collect();
    let shown = tree.files().filter(|(path, _)| {
        ["content/", "app/", "labs/", "style/"]
            .iter()
            .any(|folder| path.starts_with(folder))
    });
    for (path, text) in shown {
        let words = ["coming soon", "lorem ipsum"];
        let found = text.lines().enumerate().filter(|(_, line)| {
            let line = line.to_lowercase();
            words.iter().any(|word| line.contains(word))
        });
        broken.extend(found.map(|(at, _)| breach(path, at, "a promise instead of the thing")));
    }
    broken
}

pub fn machines(tree: &Tree) -> Vec<String> {
    let words = [
        "registry.npmjs.org",
        "index.crates.io",
        "files.pythonhosted.org",
        "/root/",
        "/work/",
    ];
    tree.files()
        .filter(|(path, _)| !path.starts_with(EXEMPT))
        .flat_map(|(path, text)| {
            let found = text.lines().enumerate();
            let found = found.filter(move |(_, line)| words.iter().any(|word| line.contains(word)));
            found.map(move |(at, _)| breach(path, at, "names a registry or a machine's folder"))
        })
        .collect()
}

/// Content is one folder per area; a lab's folder has what every lab has.
pub fn reachable(tree: &Tree) -> Vec<String> {
    let mut broken = Vec::new();
    for (path, text) in tree.files() {
        if path.starts_with("content/")
            && path.ends_with(".md")
            && !text.starts_with("---")
            && !text.starts_with("+++")
            && !path.ends_with("README.md")
        {
            broken.push(format!("{path}: no front matter, so no page shows it"));
        }
        let Some(lab) = path
            .strip_prefix("labs/src/")
            .and_then(|p| p.strip_suffix("/lab.toml"))
        else {
            continue;
        };
        let listed = tree
            .files()
            .any(|(p, t)| p == "labs/src/lib.rs" && t.contains(&format!("{lab}::")));
        if !listed {
            broken.push(format!("{path}: the lab is not in labs::ALL"));
        }
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rule is silent on the good file and complains of the bad one.
    fn shows(rule: fn(&Tree) -> Vec<String>, good: (&str, &str), bad: (&str, &str)) {
        assert_eq!(rule(&Tree::of(&[good])), Vec::<String>::new(), "{good:?}");
        assert_eq!(rule(&Tree::of(&[bad])).len(), 1, "{bad:?}");
    }

    #[test]
    fn libraries_outside_their_rooms_are_found() {
        let sql = "use sqlx::query;";
        shows(
            rooms,
            ("server/src/store/jobs.rs", sql),
            ("server/src/routes/labs.rs", sql),
        );
        let wasm = "use wasmtime::Engine;";
        shows(
            rooms,
            ("labs/wasmtime/src/lib.rs", wasm),
            ("server/src/jobs/grade.rs", wasm),
        );
        let pages = "use leptos::prelude::*;";
        shows(
            rooms,
            ("app/src/lib.rs", pages),
            ("server/src/routes/mod.rs", pages),
        );
        shows(
            rooms,
            ("app/src/lib.rs", "// not sqlx::query"),
            ("app/src/lib.rs", sql),
        );
    }

    #[test]
    fn an_engine_that_knows_a_lab_is_found() {
        let lab = ("labs/src/retry/lab.toml", "");
        let bad = ("labs/src/engine/load.rs", "use crate::retry::WINDOW;");
        assert_eq!(engine_names_no_lab(&Tree::of(&[lab, bad])).len(), 1);
        let good = ("labs/src/engine/load.rs", "use crate::engine::clock;");
        assert!(engine_names_no_lab(&Tree::of(&[lab, good])).is_empty());
    }

    #[test]
    fn clocks_outside_the_clock_are_found() {
        let now = "let now = Instant::now();";
        shows(
            clock,
            ("server/src/clock.rs", now),
            ("server/src/jobs/queue.rs", now),
        );
    }

    #[test]
    fn long_files_and_lines_are_found() {
        let (fits, long) = ("x\n".repeat(LINES_MAX), "x\n".repeat(LINES_MAX + 1));
        shows(sizes, ("a.rs", &fits), ("a.rs", &long));
        let (fits, wide) = ("x".repeat(COLUMNS_MAX), "x".repeat(COLUMNS_MAX + 1));
        shows(sizes, ("a.rs", &fits), ("a.rs", &wide));
    }

    #[test]
    fn unfinished_work_is_found() {
        shows(
            unfinished,
            ("app/src/a.rs", "done();"),
            ("app/src/a.rs", "todo!()"),
        );
        shows(
            unfinished,
            ("content/a.md", "Queues."),
            ("content/a.md", "Coming soon!"),
        );
    }

    #[test]
    fn named_machines_are_found() {
        shows(
            machines,
            ("README.md", "~/headroom"),
            ("README.md", "cd /root/headroom"),
        );
    }

    #[test]
    fn files_that_nothing_shows_are_found() {
        shows(
            reachable,
            ("content/a/b.md", "---\ntitle: B\n---\n"),
            ("content/a/b.md", "# B\n"),
        );
        let lab = ("labs/src/retry/lab.toml", "");
        assert_eq!(
            reachable(&Tree::of(&[lab, ("labs/src/lib.rs", "")])).len(),
            1
        );
        assert!(reachable(&Tree::of(&[lab, ("labs/src/lib.rs", "&retry::LAB")])).is_empty());
    }
}
