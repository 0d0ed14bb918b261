//! `headroom content check`.

use std::path::Path;
use std::process::{Command, Output};

const LESSON: &str = "distributed-systems/api-gateway.md";
const CODE: &str = "labs/src/rate_limiter/reference.rs";

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn check(dir: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_headroom"));
    let output = command.args(["content", "check"]).arg(dir).env_clear();
    output.output().unwrap()
}

/// The outline, the glossary, the first lesson and the code it quotes, with every change made.
fn changed(folder: &Path, changes: &[(&str, &str, &str)]) {
    for path in [
        "content/course.toml",
        "content/glossary.toml",
        &format!("content/{LESSON}"),
        CODE,
    ] {
        let mut text = std::fs::read_to_string(repository().join(path)).unwrap();
        for (file, from, to) in changes {
            if path.ends_with(file) {
                assert!(text.contains(from), "{from} is not in {path}");
                text = text.replacen(from, to, 1);
            }
        }
        let target = folder.join(path);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        std::fs::write(target, text).unwrap();
    }
}

#[test]
fn the_lessons_that_ship_are_sound() {
    let output = check(&repository().join("content"));
    let (out, err) = (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    );
    assert_eq!(output.status.code(), Some(0), "{err}");
    assert!(out.starts_with("35 topics, "), "{out}");
    assert!(
        out.contains(" numbers from ") && out.contains(" questions, "),
        "{out}"
    );
}

#[test]
fn every_mistake_is_told_at_once_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let place = "Judge it by its purpose.";
    let numbers = format!(
        "{{{{run \"1.5 %\" retry/stall/two_signals success}}}}\n\
         {{{{run \"1 %\" retry/stall/two_signal success}}}}\n\n\
         ```diagram\n%% title: T\nflowchart LR\na[\"a\"] --> bb\n```\n\n{place}"
    );
    let lesson = "api-gateway.md";
    changed(
        folder.path(),
        &[
            (lesson, "(lesson:retries)", "(lesson:retires)"),
            (lesson, "id = \"rate_limiter\"", "id = \"rate_limitr\""),
            (lesson, "kind = \"ordering\"", "kind = \"orderin\""),
            (lesson, "$T = 100$", "$\\frac{T$"),
            (lesson, "right = true\nwhy = \"The step", "why = \"The step"),
            (lesson, place, &numbers),
            ("course.toml", "slug = \"caching\"", "slug = \"latency\""),
        ],
    );
    let dir = folder.path().join("content");
    let output = check(&dir);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let file = format!("{}/{LESSON}:", dir.display());
    let course = format!("{}/course.toml:", dir.display());
    for (file, message) in [
        (&file, "no lesson “retires”, did you mean “retries”?"),
        (&file, "no lab “rate_limitr”, did you mean “rate_limiter”?"),
        (&file, "unknown kind “orderin”, did you mean “ordering”?"),
        (&file, "bad formula"),
        (&file, "quiz “clock”: no right answer"),
        (&file, "“1.5 %”: retry/stall/two_signals success is "),
        (&file, "no policy “two_signal”, did you mean “two_signals”?"),
        (&file, "no node “bb” has a label"),
        (&course, "the slug “latency” is used twice"),
    ] {
        let mut lines = said.lines().filter_map(|line| line.strip_prefix(file));
        let line = lines.find(|line| line.contains(message));
        let number = line.and_then(|line| line.split(':').next()?.parse::<u32>().ok());
        assert!(number.is_some_and(|number| number > 1), "{message}: {said}");
    }
    assert!(said.contains("problems in "), "{said}");
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let output = check(Path::new("no/such/folder"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot read no/such/folder"), "{said}");
}
