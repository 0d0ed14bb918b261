//! From a graph to a picture: rows, order, places, routes, marks. Rows go down, or to the right;
//! what follows speaks of `across` a row and `along` the arrows.

use super::graph::{Graph, Stroke};
use super::pen::{Pen, Point};
use super::place::{self, Reach};
use super::rank::{Kind, Ranked};
use super::{Picture, draw, order, rank, route, text};

/// Room that a loop takes beside its node, without its label.
pub(super) const LOOP: f64 = 28.0;
/// Between a loop and its label, and around labels.
pub(super) const PAD: f64 = 8.0;
/// Between two loops of one node.
pub(super) const LOOP_STEP: f64 = 36.0;

/// Where everything is.
pub(super) struct Layout<'a> {
    pub graph: &'a Graph,
    pub ranked: Ranked,
    /// Middle of each cell across its row.
    pub across: Vec<f64>,
    /// Where each row starts and ends along the arrows.
    pub rows: Vec<(f64, f64)>,
    reach: Vec<Reach>,
}

pub(super) fn picture(graph: &Graph) -> Picture {
    let layout = Layout::new(graph);
    let mut pen = Pen::default();
    route::edges(&layout, &mut pen);
    for node in 0..graph.nodes.len() {
        draw::node(&mut pen, &graph.nodes[node], layout.middle(node));
    }
    let (width, height) = layout.place(layout.width(), layout.rows.last().map_or(0.0, |r| r.1));
    Picture {
        width,
        height,
        marks: pen.marks,
        words: graph.words(),
    }
}

impl<'a> Layout<'a> {
    fn new(graph: &'a Graph) -> Self {
        let ranked = rank::ranked(graph);
        let cells = 0..ranked.cells.len();
        let reach: Vec<Reach> = cells.map(|cell| reach(graph, &ranked, cell)).collect();
        let order = order::rows(&ranked);
        let across = place::middles(&ranked, &order, &reach);
        let mut layout = Self {
            graph,
            ranked,
            across,
            rows: Vec::new(),
            reach,
        };
        layout.rows = layout.along(&order);
        layout
    }

    /// Where rows start and end. Where edges lean far to a side they get more room.
    fn along(&self, order: &[Vec<usize>]) -> Vec<(f64, f64)> {
        let labelled = self.graph.edges.iter().any(|edge| !edge.label.is_empty());
        let gap = if labelled { 24.0 } else { 44.0 };
        let mut rows: Vec<(f64, f64)> = Vec::new();
        for (number, row) in order.iter().enumerate() {
            let sizes = row.iter().map(|cell| self.size(*cell).1);
            let size = sizes.fold(0.0, f64::max);
            let start = match rows.last() {
                Some((_, end)) => end + gap + (self.lean(number) * 0.12).min(36.0),
                None => 0.0,
            };
            rows.push((start, start + size));
        }
        rows
    }

    /// How far across the edges go that enter a row.
    fn lean(&self, row: usize) -> f64 {
        let links = order::links(&self.ranked).into_iter();
        let entering = links.filter(|(_, lower)| self.ranked.cells[*lower].rank == row);
        entering
            .map(|(upper, lower)| (self.across[upper] - self.across[lower]).abs())
            .fold(0.0, f64::max)
    }

    fn width(&self) -> f64 {
        let ends = self.across.iter().zip(&self.reach);
        ends.map(|(at, reach)| at + reach.after).fold(0.0, f64::max)
    }

    /// Size across and along, of a node without its loops.
    pub(super) fn size(&self, cell: usize) -> (f64, f64) {
        size(self.graph, &self.ranked, cell)
    }

    /// The middle of a cell's row.
    pub(super) fn row_middle(&self, cell: usize) -> f64 {
        let (start, end) = self.rows[self.ranked.cells[cell].rank];
        f64::midpoint(start, end)
    }

    pub(super) fn middle(&self, cell: usize) -> Point {
        self.place(self.across[cell], self.row_middle(cell))
    }

    /// The point of the drawing at these coordinates.
    pub(super) fn place(&self, across: f64, along: f64) -> Point {
        turned(self.graph, (across, along))
    }
}

/// Numbers of the edges that lead from a node to itself.
pub(super) fn loops(graph: &Graph, node: usize) -> impl Iterator<Item = usize> {
    let edges = graph.edges.iter().enumerate();
    edges
        .filter(move |(_, edge)| edge.from == node && edge.to == node)
        .map(|(i, _)| i)
}

/// The class of an edge's line.
pub(super) const fn class(stroke: Stroke) -> &'static str {
    match stroke {
        Stroke::Solid => "edge",
        Stroke::Dotted => "edge edge-dotted",
        Stroke::Thick => "edge edge-thick",
    }
}

fn turned(graph: &Graph, (across, along): Point) -> Point {
    match graph.to_the_right {
        true => (along, across),
        false => (across, along),
    }
}

fn size(graph: &Graph, ranked: &Ranked, cell: usize) -> (f64, f64) {
    match ranked.cells[cell].kind {
        Kind::Node(node) => {
            let (across, along) = turned(graph, graph.nodes[node].size());
            let (_, beside) = loop_size(graph, node);
            (across, along.max(beside))
        }
        Kind::Label(edge) => {
            let (width, height) = text::size(&graph.edges[edge].label);
            turned(graph, (width + 2.0 * PAD, height + 4.0))
        }
        Kind::Bend => (0.0, 0.0),
    }
}

fn reach(graph: &Graph, ranked: &Ranked, cell: usize) -> Reach {
    let half = size(graph, ranked, cell).0 / 2.0;
    let beside = match ranked.cells[cell].kind {
        Kind::Node(node) => loop_size(graph, node).0,
        _ => 0.0,
    };
    Reach {
        before: half,
        after: half + beside,
    }
}

/// Room that the loops of a node take beside it, and along it.
fn loop_size(graph: &Graph, node: usize) -> (f64, f64) {
    let (mut beside, mut along) = (0.0, 0.0);
    for edge in loops(graph, node) {
        let (width, height) = text::size(&graph.edges[edge].label);
        let (across, length) = match graph.to_the_right {
            true => (height, (width + 2.0 * PAD).max(LOOP_STEP)),
            false => (width + PAD, (height + PAD).max(LOOP_STEP)),
        };
        beside = f64::max(beside, LOOP + across);
        along += length;
    }
    (beside, along)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagram::graph::Shape;

    /// Graphs of all sorts: with circles, loops, labels, and edges side by side.
    fn graph(seed: u64) -> Graph {
        let mut state = seed;
        let mut below = |limit: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let high = usize::try_from(state >> 40).unwrap_or(0);
            high % limit
        };
        let mut graph = Graph {
            to_the_right: below(2) == 0,
            ..Graph::default()
        };
        let shapes = [Shape::Box, Shape::Round, Shape::Database, Shape::Decision];
        for node in 0..2 + below(9) {
            let label = "a node of words ".repeat(1 + below(3));
            graph.add(&format!("n{node}"), &label, shapes[below(4)]);
        }
        for _ in 0..below(14) {
            let (from, to) = (below(graph.nodes.len()), below(graph.nodes.len()));
            let label = "label ".repeat(below(4));
            graph.connect(from, to, &label, Stroke::Solid);
        }
        graph
    }

    /// Left, top, right and bottom of nodes, labels and loops.
    fn boxes(layout: &Layout<'_>) -> Vec<[f64; 4]> {
        let cells = 0..layout.ranked.cells.len();
        let cells = cells.filter(|cell| layout.ranked.cells[*cell].kind != Kind::Bend);
        cells
            .map(|cell| {
                let along = layout.size(cell).1 / 2.0;
                let (at, reach) = (layout.across[cell], layout.reach[cell]);
                let middle = layout.row_middle(cell);
                let (left, top) = layout.place(at - reach.before, middle - along);
                let (right, bottom) = layout.place(at + reach.after, middle + along);
                [left, top, right, bottom]
            })
            .collect()
    }

    #[test]
    fn nothing_that_is_written_overlaps_or_leaves_the_picture() {
        for seed in 0..400 {
            let graph = graph(seed);
            let layout = Layout::new(&graph);
            let picture = picture(&graph);
            let boxes = boxes(&layout);
            for (i, [left, top, right, bottom]) in boxes.iter().enumerate() {
                let inside = *left > -0.1 && *top > -0.1;
                let inside = inside && *right < picture.width + 0.1;
                assert!(inside && *bottom < picture.height + 0.1, "seed {seed}");
                for [l, t, r, b] in &boxes[i + 1..] {
                    let apart = r <= left || l >= right || b <= top || t >= bottom;
                    assert!(apart, "seed {seed}: {:?}", boxes[i]);
                }
            }
            assert!(!picture.marks.contains("NaN"), "seed {seed}");
        }
    }

    #[test]
    fn arrows_lead_on() {
        for seed in 0..400 {
            let graph = graph(seed);
            let ranked = rank::ranked(&graph);
            for way in &ranked.ways {
                let ranks: Vec<usize> = way.cells.iter().map(|c| ranked.cells[*c].rank).collect();
                assert!(
                    ranks.windows(2).all(|pair| pair[0] + 1 == pair[1]),
                    "{ranks:?}"
                );
            }
            let loops = graph.edges.iter().filter(|edge| edge.from == edge.to);
            assert_eq!(ranked.ways.len() + loops.count(), graph.edges.len());
        }
    }
}
