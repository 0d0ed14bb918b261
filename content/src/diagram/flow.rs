//! `flowchart`: nodes with shapes, and chains of edges.

use super::Slip;
use super::graph::{Graph, Node, Shape, Stroke};
use crate::page::suggest;

/// Brackets that open and close a label, and the shape they stand for; longer ones first.
const BRACKETS: [(&str, &str, Shape); 4] = [
    ("([\"", "\"])", Shape::Round),
    ("[(\"", "\")]", Shape::Database),
    ("[\"", "\"]", Shape::Box),
    ("{\"", "\"}", Shape::Decision),
];

/// Arrows without a label, and how one with a label starts.
const ARROWS: [(&str, &str, Stroke); 3] = [
    ("-->", "--", Stroke::Solid),
    ("-.->", "-.", Stroke::Dotted),
    ("==>", "==", Stroke::Thick),
];

pub(super) fn parse(
    head: usize,
    direction: Option<&str>,
    lines: &[(usize, &str)],
) -> Result<Graph, Slip> {
    let to_the_right = match direction {
        Some("LR") => true,
        Some("TD" | "TB") => false,
        _ => return Err((head, "a flowchart goes LR or TD".to_owned())),
    };
    let mut reader = Reader {
        graph: Graph {
            to_the_right,
            ..Graph::default()
        },
        bare: Vec::new(),
    };
    for (at, line) in lines {
        let read = reader.statement(*at, line.trim_end_matches(';'));
        read.map_err(|message| (*at, message))?;
    }
    reader.finish()
}

struct Reader {
    graph: Graph,
    /// Nodes without a label so far, and the line that names each first.
    bare: Vec<(usize, usize)>,
}

impl Reader {
    /// `node`, or `node --> node --> …`.
    fn statement(&mut self, at: usize, line: &str) -> Result<(), String> {
        let (mut from, mut rest) = self.node(at, line)?;
        while !rest.is_empty() {
            let (stroke, label, after) = arrow(rest)?;
            let (to, after) = self.node(at, after)?;
            self.graph.connect(from, to, label, stroke);
            (from, rest) = (to, after);
        }
        Ok(())
    }

    fn node<'a>(&mut self, at: usize, text: &'a str) -> Result<(usize, &'a str), String> {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (id, rest) = text.split_at(end.unwrap_or(text.len()));
        if id.is_empty() {
            return Err(format!("a node is expected where it says “{text}”"));
        }
        let known = self.graph.index(id);
        let opened = BRACKETS
            .iter()
            .find_map(|(open, close, shape)| Some((rest.strip_prefix(open)?, *close, *shape)));
        let Some((label, close, shape)) = opened else {
            if rest.starts_with(['[', '(', '{']) {
                let shapes = "id[\"…\"], id([\"…\"]), id[(\"…\")] or id{\"…\"}";
                return Err(format!("a node is {shapes}, not “{text}”"));
            }
            let node = known.unwrap_or_else(|| self.bare(at, id));
            return Ok((node, rest.trim_start()));
        };
        let (label, rest) = label
            .split_once(close)
            .ok_or_else(|| format!("nothing closes the label of “{id}” with {close}"))?;
        let node = match known {
            Some(node) => self.label(node, label, shape)?,
            None => self.graph.add(id, label, shape),
        };
        Ok((node, rest.trim_start()))
    }

    fn bare(&mut self, at: usize, id: &str) -> usize {
        let node = self.graph.add(id, "", Shape::Box);
        self.bare.push((node, at));
        node
    }

    fn label(&mut self, node: usize, label: &str, shape: Shape) -> Result<usize, String> {
        let id = self.graph.nodes[node].id.clone();
        if self.bare.iter().all(|(bare, _)| *bare != node) {
            return Err(format!("the node “{id}” has two labels"));
        }
        self.bare.retain(|(bare, _)| *bare != node);
        self.graph.nodes[node] = Node::new(&id, label, shape);
        Ok(node)
    }

    fn finish(self) -> Result<Graph, Slip> {
        if let Some((node, at)) = self.bare.first() {
            let bare = |node: &usize| self.bare.iter().any(|(other, _)| other == node);
            let labelled = (0..self.graph.nodes.len()).filter(|node| !bare(node));
            let id = &self.graph.nodes[*node].id;
            let near = suggest(id, labelled.map(|node| self.graph.nodes[node].id.as_str()));
            return Err((*at, format!("no node “{id}” has a label{near}")));
        }
        Ok(self.graph)
    }
}

/// The arrow that `text` starts with: its stroke, its label, and what follows.
fn arrow(text: &str) -> Result<(Stroke, &str, &str), String> {
    for (plain, open, stroke) in ARROWS {
        if let Some(rest) = text.strip_prefix(plain) {
            return Ok((stroke, "", rest.trim_start()));
        }
        let Some(rest) = text.strip_prefix(open) else {
            continue;
        };
        let quoted = rest.trim_start().strip_prefix('"');
        let Some((label, rest)) = quoted.and_then(|rest| rest.split_once('"')) else {
            return Err(format!("an edge is {plain} or {open} \"label\" {plain}"));
        };
        // The dotted arrow is cut in two by its label.
        let close = plain.trim_start_matches(if open == "-." { "-" } else { "" });
        let rest = rest.trim_start().strip_prefix(close);
        let rest = rest.ok_or_else(|| format!("the label “{label}” is followed by {close}"))?;
        return Ok((stroke, label, rest.trim_start()));
    }
    Err(format!("an edge is -->, -.-> or ==>, not “{text}”"))
}
