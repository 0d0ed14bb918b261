//! Every check catches its error: the real curriculum with one thing broken at a time.

use content::{Known, Memory, Problem, load};

const COURSE: &str = include_str!("../../course.toml");
const LESSON: &str = include_str!("../../distributed-systems/api-gateway.md");
const GLOSSARY: &str = include_str!("../../glossary.toml");
const REFERENCE: &str = include_str!("../../../labs/src/rate_limiter/reference.rs");
const LESSON_FILE: &str = "distributed-systems/api-gateway.md";
const REFERENCE_FILE: &str = "labs/src/rate_limiter/reference.rs";
const KNOWN: Known<'static> = Known {
    labs: &["rate_limiter"],
    figures: &["limiter-bench"],
    runs: None,
    params: None,
};

pub fn source(course: &str, lesson: &str) -> Memory {
    Memory::default()
        .with_file("course.toml", course)
        .with_file(LESSON_FILE, lesson)
        .with_file("glossary.toml", GLOSSARY)
        .with_code(REFERENCE_FILE, REFERENCE)
}

fn problems(source: &Memory) -> Vec<Problem> {
    load(source, &KNOWN).err().unwrap_or_default()
}

fn changed(text: &str, from: &str, to: &str) -> String {
    assert!(
        text.contains(from),
        "the text to break is not there: {from}"
    );
    text.replacen(from, to, 1)
}

#[track_caller]
fn assert_found(found: &[Problem], file: &str, message: &str) {
    let hit = found
        .iter()
        .any(|problem| problem.file == file && problem.message.contains(message));
    assert!(hit, "no “{message}” in {file}, but {found:#?}");
}

/// Breaks the lesson, expects one message.
#[track_caller]
fn lesson(from: &str, to: &str, message: &str) {
    let found = problems(&source(COURSE, &changed(LESSON, from, to)));
    assert_found(&found, LESSON_FILE, message);
}

/// Breaks the outline, expects one message.
#[track_caller]
fn course(from: &str, to: &str, message: &str) {
    let found = problems(&source(&changed(COURSE, from, to), LESSON));
    assert_found(&found, "course.toml", message);
}

#[test]
fn nothing_is_wrong_before_something_is_broken() {
    assert_eq!(problems(&source(COURSE, LESSON)), []);
}

#[test]
fn links_are_checked() {
    lesson(
        "(lesson:retries)",
        "(lesson:retires)",
        "no lesson “retires”, did you mean “retries”?",
    );
    lesson("(lesson:retries)", "(lab:retry)", "no lab “retry”");
    lesson("(lesson:retries)", "(#nowhere)", "is not a link we allow");
    lesson(
        "(lesson:retries)",
        "[retry][nothing]",
        "no link is defined as [nothing]",
    );
}

#[test]
fn blocks_are_checked() {
    lesson(
        "id = \"limiter-bench\"",
        "id = \"limiter-bank\"",
        "did you mean “limiter-bench”?",
    );
    lesson(
        "id = \"rate_limiter\"",
        "id = \"rate_limit\"",
        "did you mean “rate_limiter”?",
    );
    lesson(
        "range = \"gcra\"",
        "range = \"gcrb\"",
        "has no comment “lesson: gcrb”, did you mean “gcra”?",
    );
    lesson(
        "reference.rs\"",
        "missing.rs\"",
        "no file “labs/src/rate_limiter/missing.rs”",
    );
    lesson("path = \"labs/", "path = \"../labs/", "no file “../labs/");
    lesson("model = \"One", "modell = \"One", "line 3 of the block");
    lesson(
        "[\"GCRA\", \"20\",",
        "[\"GCRA\",",
        "as many cells as `head`",
    );
    lesson("```lab\n", "- ```lab\n", "stands at top level");
}

#[test]
fn formulas_are_checked() {
    lesson("$T = 100$", "$\\frac{T$", "bad formula");
    lesson(
        "$T = 100$",
        "$\\def\\a{\\a\\a}\\a$",
        "may not define macros",
    );
}

#[test]
fn quizzes_are_checked() {
    let right = "wait after which the request fits.\"";
    lesson(
        "right = true\nwhy = \"The step",
        "why = \"The step",
        "quiz “clock”: no right answer",
    );
    lesson(
        right,
        &format!("{right}\n[[options]]\ntext = \"a\"\nright = true\nwhy = \"b\""),
        "one right answer",
    );
    lesson(
        "kind = \"ordering\"",
        "kind = \"order\"",
        "unknown kind “order”",
    );
    lesson(
        "answer = 50",
        "tries = 50",
        "of the block: unknown field `tries`",
    );
    lesson("answer = 50\n", "", "no right answer: set `answer`");
    lesson(
        "tolerance = 1\n",
        "tolerance = 25\n",
        "within the tolerance",
    );
    lesson(
        "why = \"This is all it promises.\"",
        "why = \"\"",
        "every option says why",
    );
    lesson("covers = [6]", "covers = [7]", "no such outcome");
    lesson(
        "covers = [6]",
        "covers = [5]",
        "no question covers outcome 6",
    );
    lesson("covers = [6]", "covers = []", "names no outcome");
    lesson(
        "id = \"clock\"",
        "id = \"answer\"",
        "two questions have the id “answer”",
    );
    lesson("drill = true\n", "", "no estimation drill");
}

#[test]
fn the_template_is_checked() {
    lesson(
        "{#limits}",
        "{#limit}",
        "unknown section {#limit}, did you mean “limits”?",
    );
    lesson("{#limits}", "{#wild}", "the section {#wild} is there twice");
    lesson(" {#limits}", "", "the section needs an anchor");
    lesson(
        "{#limits}",
        "{#limits onclick=x}",
        "an anchor and nothing else",
    );
    lesson("## A promise", "# A promise", "the title is in course.toml");
    lesson(
        "## A promise",
        "Text.\n\n## A promise",
        "before the first section",
    );
    lesson(
        "updated = \"2026-11-23\"",
        "updated = \"today\"",
        "not YYYY-MM-DD",
    );
    lesson(
        "kind = \"article\"",
        "kind = \"articel\"",
        "did you mean “article”?",
    );
    lesson("+++\nupdated", "updated", "starts with TOML");
    lesson("updated =", "update =", "unknown field `update`");
    let start = LESSON.find("## Four tenants").unwrap_or_default();
    let end = LESSON.find("## See the").unwrap_or_default();
    let short = format!("{}{}", &LESSON[..start], &LESSON[end..]);
    let found = problems(&source(COURSE, &short));
    assert_found(&found, LESSON_FILE, "the section {#thing} is missing");
    assert_found(&found, LESSON_FILE, "words; a lesson has 1600 to 2300");
}

#[test]
fn the_outline_is_checked() {
    course(
        "slug = \"caching\"",
        "slug = \"latency\"",
        "the slug “latency” is used twice",
    );
    course(
        "slug = \"caching\"",
        "slug = \"Caching!\"",
        "not made of a–z",
    );
    course(
        "needs = [\"service-mesh\"]",
        "needs = [\"service-mash\"]",
        "did you mean “service-mesh”?",
    );
    course(
        "labs = [\"rate_limiter\", ",
        "labs = [\"rate_limitr\", ",
        "did you mean “rate_limiter”?",
    );
    course(
        "id = \"rate_limiter\"",
        "id = \"limiter\"",
        "the lab “rate_limiter” has no title",
    );
    course(
        "slug = \"api-gateway\"\n",
        "slug = \"api-gateway\"\nneeds = [\"service-mesh\"]\n",
        "in a circle",
    );
    course(
        "  \"Draw the pipeline and its gates\",\n  \"Use the four delivery measures\",\n\
         \x20 \"Judge a canary by a sequential test\",\n",
        "",
        "has 3 outcomes",
    );
    course(
        "promise = \"Know which wall",
        &format!("promise = \"{}", "long ".repeat(30)),
        "1–120 characters",
    );
    course("tagline = \"Gain", "tag = \"Gain", "unknown field `tag`");
}

#[test]
fn files_belong_to_topics() {
    let stray = source(COURSE, LESSON).with_file("scalability/cashing.md", "");
    let found = problems(&stray);
    assert_found(&found, "scalability/cashing.md", "did you mean “caching”?");
    let binary = source(COURSE, LESSON).with_file(LESSON_FILE, [0xff, 0xfe]);
    assert_found(&problems(&binary), LESSON_FILE, "not UTF-8");
    assert_found(&problems(&Memory::default()), "course.toml", "missing");
}

#[test]
fn problems_come_together_and_with_lines() {
    let broken = changed(LESSON, "(lesson:retries)", "(lesson:x)");
    let broken = changed(&broken, "covers = [6]", "covers = [9]");
    let found = problems(&source(COURSE, &broken));
    let line = LESSON
        .lines()
        .position(|line| line.contains("(lesson:retries)"));
    let expected = line.and_then(|line| u32::try_from(line + 1).ok());
    let link = found
        .iter()
        .find(|problem| problem.message.contains("no lesson"));
    assert_eq!(link.map(|problem| problem.line), expected);
    assert!(found.len() >= 3, "{found:#?}");
    assert!(link.is_some_and(|problem| problem.to_string().starts_with(LESSON_FILE)));
}

#[test]
fn what_is_wrong_with_a_figures_parameters_is_told_with_the_nearest_name() {
    let check = |id: &str, params: &std::collections::BTreeMap<String, content::Value>| {
        assert_eq!((id, params.contains_key("policy")), ("limiter-bench", true));
        vec![content::Slip {
            message: "no policy “gcro”".into(),
            name: "gcro".into(),
            known: vec!["gcra".into(), "sliding_log".into()],
        }]
    };
    let known = Known {
        params: Some(check),
        ..KNOWN
    };
    let found = load(&source(COURSE, LESSON), &known)
        .err()
        .unwrap_or_default();
    let message = "figure “limiter-bench”: no policy “gcro”, did you mean “gcra”?";
    assert_found(&found, LESSON_FILE, message);
}

/// Breaks the glossary, expects one message.
#[track_caller]
fn glossary(from: &str, to: &str, message: &str) {
    let broken = changed(GLOSSARY, from, to);
    let source = source(COURSE, LESSON).with_file("glossary.toml", broken);
    assert_found(&problems(&source), "glossary.toml", message);
}

#[test]
fn terms_are_checked() {
    let term = "{{term \"API gateway\"}}";
    assert!(
        LESSON.contains("{{term \"API gateway\""),
        "the lesson links its own term"
    );
    let other = "{{term \"burst\" burts}}";
    let found = problems(&source(COURSE, &format!("{LESSON}\n\nA {other}.\n")));
    assert_found(&found, LESSON_FILE, "the glossary has no term “burts”");
    let found = problems(&source(
        COURSE,
        &format!("{LESSON}\n\nA {{{{term burst}}}}.\n"),
    ));
    assert_found(&found, LESSON_FILE, "a term is {{term");
    let found = problems(&source(COURSE, &format!("{LESSON}\n\n### The {term}\n")));
    assert_found(&found, LESSON_FILE, "a term is not linked in a heading");
}

#[test]
fn the_glossary_is_checked() {
    glossary(
        "name = \"anycast\"",
        "name = \"admission\"",
        "names two terms",
    );
    glossary("name = \"anycast\"", "name = \"!\"", "has no letter");
    glossary(
        "see = [\"layer 7 balancing\"]",
        "see = [\"anycast\"]",
        "sees itself",
    );
    glossary(
        "see = [\"layer 7 balancing\"]",
        "see = [\"layer 8 balancing\"]",
        "did you mean",
    );
    glossary(
        "lesson = \"load-balancing\"",
        "lesson = \"load-balancer\"",
        "did you mean",
    );
    glossary(
        "https://sre.google",
        "http://sre.google",
        "has no https:// address",
    );
    glossary("date = \"2018\"", "date = \"long ago\"", "is a date");
    glossary(
        "definition = \"One address",
        "definition = \"[One](https://x.y) address",
        "links",
    );
    let long = format!("definition = \"{} ", "word ".repeat(100));
    glossary("definition = \"One address", &long, "letters, not 1–");
}

#[test]
fn pools_are_checked() {
    let pool = "pool = \"refill\"";
    assert_eq!(LESSON.matches(pool).count(), 2);
    lesson(pool, "pool = \"refills\"", "has one question");
    lesson(
        pool,
        "pool = \"three-seconds\"",
        "has the name of a question",
    );
    lesson(pool, "pool = \"Re fill\"", "a–z, 0–9 and dashes");
    let first = format!("{pool}\nkind = \"numeric\"\ncovers = [1]");
    let other = format!("{pool}\nkind = \"numeric\"\ncovers = [2]");
    lesson(&first, &other, "cover different outcomes");
    let moved = LESSON.replacen("id = \"guess\"", "id = \"guess\"\npool = \"refill\"", 1);
    let found = problems(&source(COURSE, &moved));
    assert_found(&found, LESSON_FILE, "is in two places");
}
