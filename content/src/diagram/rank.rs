//! Which row each node stands in, counted along the arrows; and the cells that edges and their
//! labels take in the rows between.

use super::graph::Graph;

/// Something that takes room in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Node(usize),
    /// The label of an edge.
    Label(usize),
    /// An edge on its way through.
    Bend,
}

#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub kind: Kind,
    pub rank: usize,
}

/// The way of an edge, from the row further up to the one further down.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub edge: usize,
    /// Cells it passes, the two nodes included.
    pub cells: Vec<usize>,
    /// Whether the arrow points up.
    pub reversed: bool,
}

#[derive(Debug)]
pub(super) struct Ranked {
    /// The cell of a node has the node's number.
    pub cells: Vec<Cell>,
    pub ways: Vec<Way>,
}

pub(super) fn ranked(graph: &Graph) -> Ranked {
    let reversed = reversed(graph);
    let down: Vec<(usize, usize)> = graph
        .edges
        .iter()
        .zip(&reversed)
        .map(|(edge, up)| match up {
            true => (edge.to, edge.from),
            false => (edge.from, edge.to),
        })
        .collect();
    // Labels have rows of their own, between those of nodes.
    let labelled = graph.edges.iter().any(|edge| !edge.label.is_empty());
    let ranks = ranks(graph.nodes.len(), &down, if labelled { 2 } else { 1 });
    let nodes = ranks.iter().enumerate();
    let mut cells: Vec<Cell> = nodes
        .map(|(node, rank)| Cell {
            kind: Kind::Node(node),
            rank: *rank,
        })
        .collect();
    let mut ways = Vec::new();
    for (edge, (from, to)) in down.iter().enumerate().filter(|(_, (a, b))| a != b) {
        let middle = usize::midpoint(ranks[*from], ranks[*to]);
        let label = !graph.edges[edge].label.is_empty();
        let mut way = vec![*from];
        for rank in ranks[*from] + 1..ranks[*to] {
            let kind = if label && rank == middle {
                Kind::Label(edge)
            } else {
                Kind::Bend
            };
            way.push(cells.len());
            cells.push(Cell { kind, rank });
        }
        way.push(*to);
        ways.push(Way {
            edge,
            cells: way,
            reversed: reversed[edge],
        });
    }
    Ranked { cells, ways }
}

/// Edges that close a circle, found by walking the graph in the order written.
fn reversed(graph: &Graph) -> Vec<bool> {
    let mut reversed = vec![false; graph.edges.len()];
    let mut seen = vec![false; graph.nodes.len()];
    for start in 0..graph.nodes.len() {
        if seen[start] {
            continue;
        }
        seen[start] = true;
        // Nodes on the way here, each with the edge to try next.
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.pop() {
            let rest = graph.edges.iter().enumerate().skip(next);
            let Some((edge, to)) = rest
                .filter(|(_, e)| e.from == node)
                .map(|(i, e)| (i, e.to))
                .next()
            else {
                continue;
            };
            path.push((node, edge + 1));
            if path.iter().any(|(other, _)| *other == to) {
                reversed[edge] = to != node;
            } else if !seen[to] {
                seen[to] = true;
                path.push((to, 0));
            }
        }
    }
    reversed
}

/// Longest path to each node; nodes that nothing leads to stand close to what they lead to.
fn ranks(nodes: usize, down: &[(usize, usize)], step: usize) -> Vec<usize> {
    let down: Vec<_> = down.iter().filter(|(from, to)| from != to).collect();
    let mut ranks = vec![0; nodes];
    // No circle is left, so each round settles at least one more row.
    for _ in 0..nodes {
        for (from, to) in &down {
            ranks[*to] = ranks[*to].max(ranks[*from] + step);
        }
    }
    for node in 1..nodes {
        let entered = down.iter().any(|(_, to)| *to == node);
        let next = down.iter().filter(|(from, _)| *from == node);
        if let Some(next) = next.map(|(_, to)| ranks[*to]).min()
            && !entered
        {
            ranks[node] = next - step;
        }
    }
    ranks
}
