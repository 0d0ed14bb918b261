//! The lines of edges: straight through rows, bent between them, so that no line crosses a node.

use super::layout::{LOOP, LOOP_STEP, Layout, PAD, class, loops};
use super::pen::{Anchor, HEAD, Pen, Point, at};
use super::rank::{Kind, Way};
use super::{draw, text};
use std::collections::BTreeMap;

/// Between two edges that leave a node on the same side.
const PORT_STEP: f64 = 20.0;

pub(super) fn edges(layout: &Layout<'_>, pen: &mut Pen) {
    let ports = ports(layout);
    for (number, way) in layout.ranked.ways.iter().enumerate() {
        let ends = (
            ports.get(&(number, true)).copied().unwrap_or(0.0),
            ports.get(&(number, false)).copied().unwrap_or(0.0),
        );
        edge(layout, pen, way, ends);
    }
    for node in 0..layout.graph.nodes.len() {
        around(layout, pen, node);
    }
}

/// How far from the middle of its node each way starts (`true`) and ends (`false`).
fn ports(layout: &Layout<'_>) -> BTreeMap<(usize, bool), f64> {
    let mut sides: BTreeMap<(usize, bool), Vec<(f64, usize)>> = BTreeMap::new();
    for (number, way) in layout.ranked.ways.iter().enumerate() {
        let [first, second, ..] = way.cells[..] else {
            continue;
        };
        let (last, before) = (
            way.cells[way.cells.len() - 1],
            way.cells[way.cells.len() - 2],
        );
        let start = (layout.across[second], number);
        sides.entry((first, true)).or_default().push(start);
        let end = (layout.across[before], number);
        sides.entry((last, false)).or_default().push(end);
    }
    let mut ports = BTreeMap::new();
    for ((node, leaves), mut ways) in sides {
        ways.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let share = layout.size(node).0 * 0.5 / count(ways.len());
        let step = if draw::is_point(&layout.graph.nodes[node]) {
            0.0
        } else {
            share.min(PORT_STEP)
        };
        for (place, (_, way)) in ways.iter().enumerate() {
            let middle = (count(ways.len()) - 1.0) / 2.0;
            ports.insert((*way, leaves), (count(place) - middle) * step);
        }
    }
    ports
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

fn edge(layout: &Layout<'_>, pen: &mut Pen, way: &Way, ends: (f64, f64)) {
    let edge = &layout.graph.edges[way.edge];
    let class = class(edge.stroke);
    let (first, last) = (way.cells[0], way.cells[way.cells.len() - 1]);
    let start = border(layout, first, ends.0, 1.0);
    let end = border(layout, last, ends.1, -1.0);
    let tip = if way.reversed { start } else { end };
    // The line stops inside the head.
    let (mut from, mut to) = (start, end);
    match way.reversed {
        true => from.1 += HEAD - 1.0,
        false => to.1 -= HEAD - 1.0,
    }
    let mut path = Path::new(layout, from);
    path.down_to(layout.rows[layout.ranked.cells[first].rank].1);
    for cell in &way.cells[1..way.cells.len() - 1] {
        let (top, bottom) = layout.rows[layout.ranked.cells[*cell].rank];
        if bottom - top < 1.0 {
            // Nothing stands in this row, so nothing is in the way.
            continue;
        }
        path.bend_to((layout.across[*cell], top));
        if matches!(layout.ranked.cells[*cell].kind, Kind::Label(_)) {
            let half = layout.size(*cell).1 / 2.0;
            let middle = f64::midpoint(top, bottom);
            path.down_to(middle - half + 1.0);
            path.jump_to(middle + half - 1.0);
            pen.text("label", layout.middle(*cell), Anchor::Middle, &edge.label);
        }
        path.down_to(bottom);
    }
    let (top, _) = layout.rows[layout.ranked.cells[last].rank];
    path.bend_to((to.0, top.min(to.1)));
    path.down_to(to.1);
    pen.path(class, &path.text);
    let direction = layout.place(0.0, if way.reversed { -1.0 } else { 1.0 });
    let head = class.replace("edge", "head");
    pen.head(&head, layout.place(tip.0, tip.1), direction);
}

/// Where an edge meets its node: `side` is 1 after it and −1 before it.
fn border(layout: &Layout<'_>, node: usize, port: f64, side: f64) -> Point {
    let shape = &layout.graph.nodes[node];
    let (width, height) = shape.size();
    let (across, along) = match layout.graph.to_the_right {
        true => (height, width),
        false => (width, height),
    };
    let depth = draw::depth(shape, port.abs() / (across / 2.0));
    let middle = layout.row_middle(node);
    (
        layout.across[node] + port,
        middle + side * (along / 2.0) * depth,
    )
}

/// A line in the making, in coordinates across and along.
struct Path<'a> {
    layout: &'a Layout<'a>,
    text: String,
    here: Point,
    /// Where the text of the straight piece begins that it ends with.
    straight: Option<usize>,
}

impl<'a> Path<'a> {
    fn new(layout: &'a Layout<'a>, start: Point) -> Self {
        let mut path = Self {
            layout,
            text: String::new(),
            here: start,
            straight: None,
        };
        path.jump_to(start.1);
        path
    }

    fn write(&mut self, command: char, points: &[Point]) {
        self.straight = None;
        self.text.push(command);
        let places = points
            .iter()
            .map(|point| at(self.layout.place(point.0, point.1)));
        self.text.push_str(&places.collect::<Vec<_>>().join(" "));
    }

    fn jump_to(&mut self, along: f64) {
        self.here.1 = along;
        self.write('M', &[self.here]);
    }

    fn down_to(&mut self, along: f64) {
        if along > self.here.1 {
            self.here.1 = along;
            // One straight piece goes on as far as it can.
            let begin = self.straight.unwrap_or(self.text.len());
            self.text.truncate(begin);
            self.write('L', &[self.here]);
            self.straight = Some(begin);
        }
    }

    fn bend_to(&mut self, there: Point) {
        let here = self.here;
        if (there.0 - here.0).abs() < 0.5 {
            self.down_to(there.1);
            return;
        }
        let middle = f64::midpoint(here.1, there.1);
        self.write('C', &[(here.0, middle), (there.0, middle), there]);
        self.here = there;
    }
}

/// Edges from a node to itself.
fn around(layout: &Layout<'_>, pen: &mut Pen, node: usize) {
    let graph = layout.graph;
    let half = layout.size(node).0 / 2.0;
    let all = loops(graph, node).count();
    for (number, edge) in loops(graph, node).enumerate() {
        let (width, height) = text::size(&graph.edges[edge].label);
        let step = match graph.to_the_right {
            true => (width + 2.0 * PAD).max(LOOP_STEP),
            false => (height + PAD).max(LOOP_STEP),
        };
        let along = layout.row_middle(node) + (count(number) - (count(all) - 1.0) / 2.0) * step;
        let side = layout.across[node] + half;
        let place = |across: f64, beside: f64| layout.place(side + across, along + beside);
        let path = format!(
            "M{} C{} {} {}",
            at(place(-1.0, -8.0)),
            at(place(LOOP * 1.2, -17.0)),
            at(place(LOOP * 1.2, 17.0)),
            at(place(HEAD - 2.0, 8.0)),
        );
        let class = class(graph.edges[edge].stroke);
        pen.path(class, &path);
        let head = class.replace("edge", "head");
        pen.head(&head, place(-1.0, 7.0), layout.place(-1.0, 0.0));
        let (place, anchor) = match graph.to_the_right {
            true => (place(LOOP + height / 2.0, 0.0), Anchor::Middle),
            false => (place(LOOP + 2.0, 0.0), Anchor::Start),
        };
        pen.text("label", place, anchor, &graph.edges[edge].label);
    }
}
