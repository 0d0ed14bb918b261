//! The curriculum that ships: it loads without a problem, and it holds every line of the outline.

use content::{Answer, Block, Folder, Known, Library, Part, load};
use std::collections::BTreeSet;
use std::path::Path;

const KNOWN: Known<'static> = Known {
    labs: &[
        "rate_limiter",
        "sharding",
        "retry",
        "load_balancer",
        "cache_eviction",
        "circuit_breaker",
        "burn_rate",
    ],
    figures: &["limiter-bench", "lab-run", "fan-out"],
    runs: None,
    params: None,
};

/// Titles of the outline, one line per group.
const OUTLINE: &str = include_str!("outline.txt");

fn library() -> Library {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Folder::open(root, root.parent());
    match folder.map(|folder| load(&folder, &KNOWN)) {
        Ok(Ok(library)) => library,
        Ok(Err(problems)) => {
            let lines = problems.iter().map(|problem| format!("{problem}\n"));
            panic!("{}", lines.collect::<String>());
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn every_line_of_the_outline_is_taught() {
    let library = library();
    let course = library.course();
    let mut titles = BTreeSet::new();
    for area in &course.areas {
        titles.insert(area.title.clone());
        titles.insert(area.tagline.clone());
        for topic in &area.topics {
            titles.insert(format!("{} - {}", topic.title, topic.summary));
        }
    }
    for group in &course.tradeoffs {
        titles.insert(group.title.clone());
        titles.extend(group.questions.iter().map(|q| q.title.clone()));
    }
    for scenario in &course.scenarios {
        let users = scenario.users.trim_end_matches(" users");
        titles.insert(format!("{} ({users} users)", scenario.title));
        titles.extend(scenario.decisions.iter().map(|q| q.title.clone()));
    }
    for group in &course.tools {
        titles.insert(group.title.clone());
        let tools = group.tools.iter();
        titles.extend(tools.map(|tool| format!("{} - {}", tool.title, tool.summary)));
    }
    let lines: Vec<&str> = OUTLINE.lines().filter(|line| !line.is_empty()).collect();
    let missing: Vec<_> = lines
        .iter()
        .filter(|line| !titles.contains(**line))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let topics = library.topics().count();
    assert_eq!((course.areas.len(), topics), (7, 35));
    assert!(course.areas.iter().all(|area| area.topics.len() == 5));
    assert!(
        course
            .tradeoffs
            .iter()
            .all(|group| group.questions.len() == 3)
    );
    assert!(
        course
            .scenarios
            .iter()
            .all(|scenario| scenario.decisions.len() == 4)
    );
    assert!(course.tools.iter().all(|group| group.tools.len() == 4));
    assert_eq!(
        (
            course.tradeoffs.len(),
            course.scenarios.len(),
            course.tools.len()
        ),
        (4, 3, 4)
    );
}

#[test]
fn the_first_lesson_has_the_shape_of_the_template() {
    let library = library();
    let Some(lesson) = library.lesson("distributed-systems", "api-gateway") else {
        panic!("the lesson is not there");
    };
    let parts: Vec<Part> = lesson.sections.iter().map(|section| section.part).collect();
    assert_eq!(parts, Part::ALL);
    let shape = |block: &Block| match block {
        Block::Html(_) => 'h',
        Block::Figure(_) => 'f',
        Block::Quiz(_) => 'q',
        Block::Lab(_) => 'l',
        Block::Code(_) => 'c',
        Block::Diagram(_) => 'd',
    };
    let shapes = lesson
        .sections
        .iter()
        .map(|section| section.blocks.iter().map(shape).collect());
    let shapes: Vec<String> = shapes.collect();
    assert_eq!(
        shapes,
        [
            "h", "hq", "h", "hfh", "h", "h", "hch", "h", "qqqqqqqq", "lh"
        ]
    );
    assert_eq!(lesson.outcomes.len(), 6);
    let steps = lesson.quizzes().find_map(|quiz| match &quiz.answer {
        Answer::Ordering { steps, shown } => Some((steps.len(), shown.clone())),
        _ => None,
    });
    assert!(steps.is_some_and(|(steps, shown)| shown.len() == steps && !shown.is_sorted()));
    let html = lesson.blocks().filter_map(|block| match block {
        Block::Html(html) => Some(html.as_str()),
        _ => None,
    });
    let html: String = html.collect();
    assert!(html.contains("<math") && html.contains("href=\"/lessons/reliability/retries\""));
    assert!(!html.contains("sim:"), "comments are for authors");
    assert!(
        (12..=20).contains(&lesson.minutes),
        "{} minutes",
        lesson.minutes
    );
}

#[test]
fn the_library_answers_what_pages_ask() {
    let library = library();
    let (before, after) = library.neighbours("api-gateway");
    assert_eq!(
        before.map(|topic| topic.slug.as_str()),
        Some("service-mesh")
    );
    assert_eq!(
        after.map(|topic| topic.slug.as_str()),
        Some("distributed-data")
    );
    assert_eq!(library.neighbours("microservices").0, None);
    let slugs = |topics: Vec<&content::Topic>| -> Vec<String> {
        topics.iter().map(|topic| topic.slug.clone()).collect()
    };
    assert_eq!(
        slugs(library.prerequisites("service-mesh")),
        ["retries", "api-gateway"]
    );
    assert_eq!(slugs(library.builds_on("api-gateway")), ["service-mesh"]);
    assert!(library.lesson("scalability", "api-gateway").is_none());
    assert!(
        library
            .topic("api-gateway")
            .is_some_and(|topic| topic.written)
    );
    assert!(
        library
            .topic("bulkhead")
            .is_some_and(|topic| !topic.written)
    );
    assert!(
        library
            .topics_of_lab("rate_limiter")
            .iter()
            .all(|topic| topic.labs[0].open || topic.labs.len() > 1)
    );
}

#[test]
fn every_paragraph_of_a_lesson_has_an_address() {
    let library = library();
    let mut addresses = 0;
    for lesson in library.lessons() {
        let mut seen = BTreeSet::new();
        let blocks = lesson.sections.iter().flat_map(|section| &section.blocks);
        for block in blocks {
            let Block::Html(html) = block else { continue };
            for piece in html.as_str().split("<p id=\"").skip(1) {
                let (id, _) = piece.split_once("\">").unwrap();
                assert!(seen.insert(id.to_owned()), "{}: {id} twice", lesson.slug);
            }
        }
        assert!(seen.len() > 10, "{}: {seen:?}", lesson.slug);
        addresses += seen.len();
    }
    assert!(addresses > 100, "{addresses}");
}
