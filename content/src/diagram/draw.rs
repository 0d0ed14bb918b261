//! The shapes of nodes.

use super::graph::{Node, Shape};
use super::pen::{Anchor, Pen, Point, at};

/// Half the height of a cylinder's lid.
const LID: f64 = 7.0;

pub(super) fn node(pen: &mut Pen, node: &Node, middle: Point) {
    let (width, height) = node.size();
    let mut text = middle;
    match node.shape {
        Shape::Box => pen.rectangle("node", middle, (width, height), 4.0),
        Shape::Round => pen.rectangle("node", middle, (width, height), (height / 2.0).min(20.0)),
        Shape::Database => {
            pen.path("node node-database", &cylinder(middle, (width, height)));
            text.1 += LID * 0.8;
        }
        Shape::Decision => pen.path("node node-decision", &rhombus(middle, (width, height))),
        Shape::Start => pen.circle("dot", middle, width / 2.0),
        Shape::End => {
            pen.circle("ring", middle, width / 2.0 - 1.0);
            pen.circle("dot", middle, width / 2.0 - 5.0);
        }
    }
    if !node.lines.is_empty() {
        pen.text("name", text, Anchor::Middle, &node.lines);
    }
}

/// Whether all edges meet the node in one place.
pub(super) fn is_point(node: &Node) -> bool {
    matches!(node.shape, Shape::Start | Shape::End)
}

/// How much of its full depth a node has, so far from its middle: 1 for a box, and less and less
/// for a rhombus.
pub(super) fn depth(node: &Node, off: f64) -> f64 {
    match node.shape {
        Shape::Decision => 1.0 - off,
        _ => 1.0,
    }
}

fn rhombus((x, y): Point, (width, height): Point) -> String {
    let corners = [
        (x, y - height / 2.0),
        (x + width / 2.0, y),
        (x, y + height / 2.0),
        (x - width / 2.0, y),
    ];
    format!("M{}Z", corners.map(at).join("L"))
}

fn cylinder((x, y): Point, (width, height): Point) -> String {
    let (left, right) = (x - width / 2.0, x + width / 2.0);
    let (top, bottom) = (y - height / 2.0 + LID, y + height / 2.0 - LID);
    let arc = format!("A{} {LID} 0 0", width / 2.0);
    format!(
        "M{left_top}{arc} 1 {right_top}L{right_bottom}{arc} 1 {left_bottom}Z\
         M{left_top}{arc} 0 {right_top}",
        left_top = at((left, top)),
        right_top = at((right, top)),
        right_bottom = at((right, bottom)),
        left_bottom = at((left, bottom)),
    )
}
