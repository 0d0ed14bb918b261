//! Elements of SVG, in whole pixels: a tenth is not seen, and readers load it.

use super::{Picture, text};
use crate::markdown::escape;
use std::fmt::Write;

/// Length of an arrow's head.
pub(super) const HEAD: f64 = 9.0;
/// Half of its width.
const HALF: f64 = 4.0;
/// Around the drawing.
const MARGIN: f64 = 10.0;

/// A place in the drawing.
pub(super) type Point = (f64, f64);

/// Where a text stands from its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
}

#[derive(Debug, Default)]
pub(super) struct Pen {
    pub marks: String,
}

impl Pen {
    /// Writing to a string does not fail.
    fn write(&mut self, arguments: std::fmt::Arguments<'_>) {
        let _ = self.marks.write_fmt(arguments);
    }

    pub(super) fn path(&mut self, class: &str, path: &str) {
        self.write(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
    }

    pub(super) fn line(&mut self, class: &str, from: Point, to: Point) {
        let path = format!("M{}L{}", at(from), at(to));
        self.path(class, &path);
    }

    /// A rectangle around its middle.
    pub(super) fn rectangle(&mut self, class: &str, middle: Point, size: Point, radius: f64) {
        let (width, height) = (number(size.0), number(size.1));
        let (x, y) = (middle.0 - size.0 / 2.0, middle.1 - size.1 / 2.0);
        let (x, y, radius) = (number(x), number(y), number(radius));
        self.write(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             rx=\"{radius}\"/>"
        ));
    }

    pub(super) fn circle(&mut self, class: &str, (x, y): Point, radius: f64) {
        let (x, y, radius) = (number(x), number(y), number(radius));
        self.write(format_args!(
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\"/>"
        ));
    }

    /// The head of an arrow that ends at `tip` and points along `(dx, dy)`, one of which is 0.
    pub(super) fn head(&mut self, class: &str, tip: Point, (dx, dy): Point) {
        let (back, side) = ((-dx * HEAD, -dy * HEAD), (dy * HALF, dx * HALF));
        // From the tip: heads of one direction are the same text.
        let one = at((back.0 + side.0, back.1 + side.1));
        let other = at((-2.0 * side.0, -2.0 * side.1));
        self.path(class, &format!("M{}l{one}l{other}Z", at(tip)));
    }

    /// Lines of text around the height of `place`.
    pub(super) fn text(&mut self, class: &str, place: Point, anchor: Anchor, lines: &[String]) {
        // What most texts have is said once, by the frame.
        let anchor = match anchor {
            Anchor::Start => " text-anchor=\"start\"",
            Anchor::Middle => "",
        };
        let (_, height) = text::size(lines);
        let x = number(place.0);
        let mut y = place.1 - height / 2.0 + text::SIZE - 0.5;
        if let [line] = lines {
            let (y, line) = (number(y), escape(line));
            return self.write(format_args!(
                "<text class=\"{class}\" x=\"{x}\" y=\"{y}\"{anchor}>{line}</text>"
            ));
        }
        self.write(format_args!("<text class=\"{class}\"{anchor}>"));
        for line in lines {
            let (baseline, line) = (number(y), escape(line));
            self.write(format_args!(
                "<tspan x=\"{x}\" y=\"{baseline}\">{line}</tspan>"
            ));
            y += text::LINE;
        }
        self.marks.push_str("</text>");
    }
}

/// The whole element.
pub(super) fn frame(title: &str, picture: &Picture) -> String {
    let (title, words) = (escape(title), escape(&picture.words));
    let (width, height) = (
        (picture.width + 2.0 * MARGIN).ceil(),
        (picture.height + 2.0 * MARGIN).ceil(),
    );
    let (left, top) = (-MARGIN, -MARGIN);
    let (marks, size) = (&picture.marks, text::SIZE);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" \
         font-size=\"{size}\" text-anchor=\"middle\" viewBox=\"{left} {top} {width} {height}\" \
         width=\"{width}\" height=\"{height}\">\
         <title>{title}</title><desc>{words}</desc>{marks}</svg>"
    )
}

/// A place as paths write it.
pub(super) fn at((x, y): Point) -> String {
    format!("{} {}", number(x), number(y))
}

fn number(value: f64) -> String {
    // Adding 0 makes a rounded −0.4 “0” and not “-0”.
    (value.round() + 0.0).to_string()
}
