//! Diagrams: what the subset draws, and what an author hears of a slip.

use crate::problems::source;
use content::{Block, Diagram, Known, Problem, load};

const COURSE: &str = include_str!("../../course.toml");
const LESSON: &str = include_str!("../../distributed-systems/api-gateway.md");
const KNOWN: Known<'static> = Known {
    labs: &["rate_limiter"],
    figures: &["limiter-bench"],
    params: None,
    runs: None,
};
const PLACE: &str = "Judge it by its purpose.";

fn lesson(diagram: &str) -> String {
    assert!(LESSON.contains(PLACE));
    let fence = format!("\n\n```diagram\n{diagram}\n```\n\n{PLACE}");
    LESSON.replacen(PLACE, &fence, 1)
}

fn loaded(diagram: &str) -> Result<Diagram, Vec<Problem>> {
    let library = load(&source(COURSE, &lesson(diagram)), &KNOWN)?;
    let mut blocks = library.lessons()[0].blocks();
    let diagram = blocks.find_map(|block| match block {
        Block::Diagram(diagram) => Some(diagram.clone()),
        _ => None,
    });
    Ok(diagram.unwrap_or_else(|| panic!("no diagram")))
}

fn drawn(diagram: &str) -> String {
    let diagram = loaded(&format!("%% title: A drawing\n{diagram}"));
    let diagram = diagram.unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(diagram.title, "A drawing");
    diagram.svg.as_str().to_owned()
}

/// The message, and the line inside the block from 1.
#[track_caller]
fn refused(diagram: &str, message: &str, line: u32) {
    let problems = loaded(diagram).err().unwrap_or_default();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].message.contains(message), "{problems:#?}");
    let text = lesson(diagram);
    let fence = text.lines().position(|text| text == "```diagram");
    let fence = fence.and_then(|line| u32::try_from(line + 1).ok());
    assert_eq!(Some(problems[0].line - line), fence, "{problems:#?}");
}

#[test]
fn a_flowchart_has_its_shapes_edges_and_words() {
    let text = "flowchart LR\n\
                a([\"Client\"]) --> b[\"Gateway\"] -- \"forwards\" --> c[(\"Orders\")]\n\
                b -.-> d{\"Fresh?\"}\nd -. \"later\" .-> b\nd ==> c\nc -- \"vacuum\" --> c\n";
    let svg = drawn(text);
    for part in [
        "role=\"img\"",
        "<title>A drawing</title>",
        "<desc>Client → Gateway; Gateway → Orders (forwards); Gateway → Fresh?;",
        "class=\"node node-database\"",
        "class=\"node node-decision\"",
        "class=\"edge edge-dotted\"",
        "class=\"head head-thick\"",
        ">vacuum</text>",
    ] {
        assert!(svg.contains(part), "{part} is not in {svg}");
    }
    assert_eq!(svg.matches("<rect class=\"node\"").count(), 2);
    assert_eq!(svg.matches("class=\"head").count(), 6, "one head per edge");
    assert!(
        !svg.contains("style") && !svg.contains("#"),
        "classes colour it"
    );
    assert_eq!(svg, drawn(text), "the same text gives the same bytes");
}

#[test]
fn labels_are_text() {
    let svg = drawn("flowchart TD\na[\"<script>x</script> & \\\"\"] --> b[\"b<br/>c\"]\n");
    assert!(
        svg.contains("&lt;script&gt;") && !svg.contains("<script"),
        "{svg}"
    );
    assert!(
        svg.contains(">b</tspan>") && svg.contains(">c</tspan>"),
        "{svg}"
    );
}

#[test]
fn a_sequence_has_lifelines_messages_and_notes() {
    let svg = drawn(
        "sequenceDiagram\nparticipant a as Client\nparticipant b as Server\n\
         a->>b: GET\nb-->>a: 200\nb-xa: lost\na->>a: waits\nNote over a,b: both wait\n",
    );
    assert_eq!(svg.matches("class=\"lifeline\"").count(), 2);
    assert_eq!(svg.matches("class=\"head\"").count(), 3);
    assert_eq!(svg.matches("class=\"lost\"").count(), 1);
    assert_eq!(svg.matches("class=\"aside\"").count(), 1);
    assert!(svg.contains("<desc>Client → Server: GET; Server → Client: 200; Server"));
}

#[test]
fn states_have_a_start_an_end_and_loops() {
    let svg = drawn(
        "stateDiagram\nstate \"Half open\" as half\n[*] --> closed\nclosed --> closed: success\n\
         closed --> open_now: failures\nopen_now --> half: 30 s\nhalf --> closed\nhalf --> [*]\n",
    );
    assert!(
        svg.contains("class=\"ring\"") && svg.contains(">open now</text>"),
        "{svg}"
    );
    assert!(
        svg.contains("start → closed") && svg.contains("Half open → end"),
        "{svg}"
    );
}

#[test]
fn slips_are_told_with_their_line() {
    let title = "%% title: T\n";
    refused("flowchart LR", "the first line is `%% title: …`", 1);
    refused(title, "the diagram is empty", 1);
    let with = |text: &str| format!("{title}{text}");
    refused(&with("flowchrt LR"), "did you mean “flowchart”?", 2);
    refused(&with("flowchart UP\na[\"a\"]"), "LR or TD", 2);
    refused(
        &with("flowchart LR\na[\"a\"] -> b[\"b\"]"),
        "an edge is -->",
        3,
    );
    refused(&with("flowchart LR\na[a] --> b"), "a node is id[", 3);
    refused(
        &with("flowchart LR\na[\"a\" --> b"),
        "nothing closes the label",
        3,
    );
    refused(
        &with("flowchart LR\na[\"a\"] -- x --> a"),
        "or -- \"label\" -->",
        3,
    );
    refused(
        &with("flowchart LR\ngate[\"Gateway\"]\n\ngate --> gaet"),
        "no node “gaet” has a label, did you mean “gate”?",
        5,
    );
    refused(
        &with("flowchart LR\na[\"a\"]\na[\"b\"]"),
        "has two labels",
        4,
    );
    refused(&with("stateDiagram\na -> b"), "a transition is", 3);
    refused(&with("stateDiagram\na --> b c"), "a state is a word", 3);
    let sequence = with("sequenceDiagram\nparticipant client as C\n");
    refused(
        &format!("{sequence}clint->>client: x"),
        "no participant “clint” is declared, did you mean “client”?",
        4,
    );
    refused(&format!("{sequence}client to client"), "a message is", 4);
    refused(
        &format!("{sequence}participant client"),
        "declared twice",
        4,
    );
    let many: String = (0..5_000).map(|n| format!("n{n}[\"n\"] --> ")).collect();
    refused(
        &with(&format!("flowchart LR\n{many}z[\"z\"]")),
        "at most 40 nodes",
        2,
    );
    let wide: String = (0..9)
        .map(|n| format!("n{n}[\"a long name\"] --> "))
        .collect();
    refused(
        &with(&format!("flowchart LR\n{wide}z[\"z\"]")),
        "wide of at most",
        1,
    );
}
