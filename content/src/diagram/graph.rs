//! Nodes and edges, whatever they were written as.

use super::text;

/// Widest text of a node before it is broken.
const NODE_WIDTH: f64 = 170.0;
/// Widest label of an edge before it is broken.
const LABEL_WIDTH: f64 = 150.0;

#[derive(Debug, Default)]
pub(super) struct Graph {
    pub to_the_right: bool,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

#[derive(Debug)]
pub(super) struct Node {
    pub id: String,
    pub lines: Vec<String>,
    pub shape: Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Box,
    Round,
    Database,
    Decision,
    /// Where a machine of states begins.
    Start,
    /// Where it ends.
    End,
}

#[derive(Debug)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    pub label: Vec<String>,
    pub stroke: Stroke,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stroke {
    Solid,
    Dotted,
    Thick,
}

impl Graph {
    pub(super) fn index(&self, id: &str) -> Option<usize> {
        self.nodes.iter().position(|node| node.id == id)
    }

    pub(super) fn add(&mut self, id: &str, label: &str, shape: Shape) -> usize {
        self.nodes.push(Node::new(id, label, shape));
        self.nodes.len() - 1
    }

    pub(super) fn connect(&mut self, from: usize, to: usize, label: &str, stroke: Stroke) {
        self.edges.push(Edge {
            from,
            to,
            label: text::wrapped(label, LABEL_WIDTH),
            stroke,
        });
    }

    /// The graph in words: every edge, in the order written.
    pub(super) fn words(&self) -> String {
        let name = |node: usize| match self.nodes[node].shape {
            Shape::Start => "start".to_owned(),
            Shape::End => "end".to_owned(),
            _ => self.nodes[node].lines.join(" "),
        };
        let edges = self.edges.iter().map(|edge| {
            let label = match edge.label.is_empty() {
                true => String::new(),
                false => format!(" ({})", edge.label.join(" ")),
            };
            format!("{} → {}{label}", name(edge.from), name(edge.to))
        });
        edges.collect::<Vec<_>>().join("; ")
    }
}

impl Node {
    pub(super) fn new(id: &str, label: &str, shape: Shape) -> Self {
        Self {
            id: id.to_owned(),
            lines: text::wrapped(label, NODE_WIDTH),
            shape,
        }
    }

    /// Width and height.
    pub(super) fn size(&self) -> (f64, f64) {
        let (width, height) = text::size(&self.lines);
        match self.shape {
            Shape::Box => ((width + 28.0).max(64.0), height + 20.0),
            Shape::Round => ((width + 40.0).max(72.0), height + 20.0),
            Shape::Database => ((width + 28.0).max(72.0), height + 32.0),
            // A rhombus holds a text of half its width and half its height.
            Shape::Decision => (width * 1.55 + 44.0, height * 1.9 + 30.0),
            Shape::Start => (14.0, 14.0),
            Shape::End => (20.0, 20.0),
        }
    }
}
