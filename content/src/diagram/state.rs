//! `stateDiagram`: states appear by being named; `[*]` is the start before an arrow, and the end
//! after one.

use super::Slip;
use super::graph::{Graph, Shape, Stroke};

pub(super) fn parse(lines: &[(usize, &str)]) -> Result<Graph, Slip> {
    let mut graph = Graph::default();
    for (at, line) in lines {
        statement(&mut graph, line).map_err(|message| (*at, message))?;
    }
    Ok(graph)
}

fn statement(graph: &mut Graph, line: &str) -> Result<(), String> {
    match line {
        "direction LR" => graph.to_the_right = true,
        "direction TB" | "direction TD" => graph.to_the_right = false,
        _ => {
            if let Some(rest) = line.strip_prefix("state ") {
                return named(graph, rest);
            }
            let Some((from, rest)) = line.split_once("-->") else {
                return Err(format!("a transition is a --> b: event, not “{line}”"));
            };
            let (to, label) = rest.split_once(':').unwrap_or((rest, ""));
            let from = state(graph, from.trim(), Shape::Start)?;
            let to = state(graph, to.trim(), Shape::End)?;
            graph.connect(from, to, label.trim(), Stroke::Solid);
        }
    }
    Ok(())
}

/// `state "Half open" as half_open`
fn named(graph: &mut Graph, text: &str) -> Result<(), String> {
    let quoted = text.trim().strip_prefix('"');
    let parts = quoted.and_then(|rest| rest.split_once("\" as "));
    let Some((label, id)) = parts else {
        return Err("a state is named by: state \"Label\" as id".to_owned());
    };
    let id = id.trim();
    if !is_name(id) || graph.index(id).is_some() {
        return Err(format!("name the state “{id}” once, before it is used"));
    }
    graph.add(id, label, Shape::Round);
    Ok(())
}

/// The node of a state; the star is the start or the end.
fn state(graph: &mut Graph, id: &str, star: Shape) -> Result<usize, String> {
    if id == "[*]" {
        let known = graph.nodes.iter().position(|node| node.shape == star);
        return Ok(known.unwrap_or_else(|| graph.add("", "", star)));
    }
    if !is_name(id) {
        return Err(format!("a state is a word or [*], not “{id}”"));
    }
    let known = graph.index(id);
    Ok(known.unwrap_or_else(|| graph.add(id, &id.replace('_', " "), Shape::Round)))
}

fn is_name(id: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '_';
    !id.is_empty() && id.chars().all(fits)
}
