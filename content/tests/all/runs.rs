//! Numbers bound to runs: names, forms and values are checked wherever text may stand.

use crate::problems::source;
use content::{Block, Known, Library, Problem, Reading, RunName, Runs, Unit, Unread, load};

const COURSE: &str = include_str!("../../course.toml");
const LESSON: &str = include_str!("../../distributed-systems/api-gateway.md");
const PLACE: &str = "Judge it by its purpose.";

/// One lab with one run; what it measures depends on whether it runs.
#[derive(Debug)]
struct Fake {
    runs: bool,
}

impl Runs for Fake {
    fn reading(&self, run: &RunName<'_>) -> Result<Reading, Unread> {
        let known = [
            ("lab", run.lab, "retry"),
            ("scenario", run.scenario, "stall"),
            ("policy", run.policy, "full_jitter"),
        ];
        for (kind, name, known) in known {
            if name != known {
                let (name, known) = (name.to_owned(), vec![known.to_owned()]);
                return Err(Unread::Unknown { kind, name, known });
            }
        }
        let (unit, value) = match run.metric {
            "success" => (Unit::Ppm, 185_400),
            "recovery" => (Unit::Ns, 18_000_000_000),
            "unsafe" => (Unit::Count, 12_345),
            name => {
                let (name, known) = (name.to_owned(), vec!["success".to_owned()]);
                let kind = "metric";
                return Err(Unread::Unknown { kind, name, known });
            }
        };
        let value = self.runs.then_some(value);
        Ok(Reading { unit, value })
    }
}

fn loaded(lesson: &str, runs: bool) -> Result<Library, Vec<Problem>> {
    let known = Known {
        labs: &["rate_limiter"],
        figures: &["limiter-bench"],
        params: None,
        runs: Some(&Fake { runs }),
    };
    load(&source(&COURSE.replace("{{run", "{run"), lesson), &known)
}

fn with(text: &str) -> String {
    assert!(LESSON.contains(PLACE));
    LESSON.replacen(PLACE, &format!("\n\n{text}\n\n{PLACE}"), 1)
}

fn rendered(text: &str) -> String {
    let library = loaded(&with(text), true);
    let library = library.unwrap_or_else(|problems| panic!("{problems:#?}"));
    let html = library.lessons()[0]
        .blocks()
        .filter_map(|block| match block {
            Block::Html(html) => Some(html.as_str().to_owned()),
            _ => None,
        });
    html.collect()
}

#[track_caller]
fn refused(text: &str, message: &str) {
    let problems = loaded(&with(text), true).err().unwrap_or_default();
    let hit = problems.iter().any(|p| p.message.contains(message));
    assert!(hit, "no “{message}”, but {problems:#?}");
}

#[test]
fn a_number_that_the_engine_measures_is_shown_with_its_origin() {
    let span = "<span class=\"run\" title=\"retry, stall, full_jitter: success\">18.5 %</span>";
    let run = "{{run \"18.5 %\" retry/stall/full_jitter success}}";
    let html = rendered(&format!(
        "It's {run}, \"they\" say.\n\n| a | b |\n|---|---|\n| {run} | *{run}* |\n\n- {run}\n"
    ));
    assert_eq!(html.matches(span).count(), 4, "{html}");
    assert!(html.contains("It’s <span") && html.contains("</span>, “they” say."));
    assert!(
        html.contains(&format!("<td><em>{span}</em></td>")),
        "{html}"
    );
    let spread = rendered("a {{run \"18 s\"\nretry/stall/full_jitter recovery}} b");
    assert!(spread.contains("recovery\">18 s</span> b"), "{spread}");
    let heading = rendered("### Only {{run \"12,345\" retry/stall/full_jitter unsafe}} left\n\nx");
    assert!(heading.contains("id=\"only-12-345-left\""), "{heading}");
}

#[test]
fn braces_in_code_and_formulas_are_left_alone() {
    let html = rendered("`{{run}}` and $x_{{a}}$\n\n```yaml\na: {{ .Values.b }}\n```\n");
    assert!(html.contains("<code>{{run}}</code>"), "{html}");
}

#[test]
fn quizzes_and_figures_may_have_them() {
    let prompt = "prompt = \"The clock steps";
    let run = "prompt = \"{{run \\\"18.4 %\\\" retry/stall/full_jitter success}} The clock steps";
    let alt = "alt = \"Cumulative";
    let alternative = "alt = \"{{run \\\"17 s\\\" retry/stall/full_jitter recovery}} Cumulative";
    assert!(LESSON.contains(prompt) && LESSON.contains(alt));
    let lesson = LESSON.replace(prompt, run).replace(alt, alternative);
    let problems = loaded(&lesson, true).err().unwrap_or_default();
    let messages: Vec<&str> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "“17 s”: retry/stall/full_jitter recovery is 18 s (18,000,000,000 ns)",
            "“18.4 %”: retry/stall/full_jitter success is 18.5 % (185,400 ppm)",
        ]
    );
}

#[test]
fn a_wrong_number_is_a_problem_at_its_line() {
    let lesson = with("One line.\nAnd {{run \"18.6 %\" retry/stall/full_jitter success}}.");
    let problems = loaded(&lesson, true).err().unwrap_or_default();
    let line = lesson.lines().position(|line| line.contains("{{run"));
    let expected = line.and_then(|line| u32::try_from(line + 1).ok());
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert_eq!(Some(problems[0].line), expected);
    assert!(problems[0].message.contains("is 18.5 % (185,400 ppm)"));
    assert!(
        loaded(&lesson, false).is_ok(),
        "nothing is run, so nothing is compared"
    );
}

#[test]
fn unknown_names_and_forms_are_told() {
    let cases = [
        (
            "\"1 %\" retri/stall/full_jitter success",
            "no lab “retri”, did you mean “retry”?",
        ),
        (
            "\"1 %\" retry/stal/full_jitter success",
            "no scenario “stal”, did you mean “stall”?",
        ),
        ("\"1 %\" retry/stall/jitter success", "no policy “jitter”"),
        (
            "\"1 %\" retry/stall/full_jitter succes",
            "did you mean “success”?",
        ),
        (
            "\"1 s\" retry/stall/full_jitter success",
            "write it like 18.5 %",
        ),
        ("\"few\" retry/stall/full_jitter success", "not a number"),
        (
            "\"1 %\" retry/stall success",
            "between {{ and }} stands: run",
        ),
        (
            "1 % retry/stall/full_jitter success",
            "between {{ and }} stands: run",
        ),
    ];
    for (run, message) in cases {
        refused(&format!("a {{{{run {run}}}}} b"), message);
    }
    refused("a {{walk}} b", "between {{ and }} stands: run");
    refused("a {{run \"1 %\" b", "nothing closes the {{");
    refused("a {{run `}}` b", "nothing closes the {{");
}
