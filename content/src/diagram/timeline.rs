//! A sequence as lifelines side by side, with messages between them from top to bottom.

use super::pen::{Anchor, HEAD, Pen, at};
use super::sequence::{Kind, Participant, Sequence, Step};
use super::{Picture, text};

/// Between the boxes of two participants.
const GAP: f64 = 28.0;
/// Between a message's text and the lifelines at its ends.
const ROOM: f64 = 34.0;
/// What a message to oneself takes to the right, without its text.
const SELF: f64 = 38.0;
/// Between two steps.
const STEP: f64 = 14.0;

pub(super) fn picture(sequence: &Sequence) -> Picture {
    let columns = Columns::new(sequence);
    let heads = sequence.participants.iter().map(|p| head_size(p).1);
    let head = heads.fold(0.0, f64::max);
    let mut pen = Pen::default();
    let mut y = head + STEP;
    for step in &sequence.steps {
        y = draw(&mut pen, &columns, step, y) + STEP;
    }
    let mut lines = Pen::default();
    for (participant, x) in sequence.participants.iter().zip(&columns.middles) {
        lines.line("lifeline", (*x, head), (*x, y));
        let (width, height) = (head_size(participant).0, head);
        lines.rectangle("node", (*x, head / 2.0), (width, height), 4.0);
        let name = &participant.lines;
        lines.text("name", (*x, head / 2.0), Anchor::Middle, name);
    }
    lines.marks.push_str(&pen.marks);
    Picture {
        width: columns.width,
        height: y,
        marks: lines.marks,
        words: sequence.words(),
    }
}

fn head_size(participant: &Participant) -> (f64, f64) {
    let (width, height) = text::size(&participant.lines);
    ((width + 24.0).max(76.0), height + 16.0)
}

/// Where the lifelines are.
struct Columns {
    middles: Vec<f64>,
    width: f64,
}

impl Columns {
    fn new(sequence: &Sequence) -> Self {
        let halves = sequence.participants.iter();
        let halves: Vec<f64> = halves.map(|p| head_size(p).0 / 2.0).collect();
        let mut gaps: Vec<f64> = halves
            .windows(2)
            .map(|pair| pair[0] + GAP + pair[1])
            .collect();
        let mut edges = (
            halves.first().copied().unwrap_or(0.0),
            halves.last().copied().unwrap_or(0.0),
        );
        // Short distances first, so that long ones find the room they left.
        let mut spans: Vec<Span> = sequence.steps.iter().map(Span::of).collect();
        spans.sort_by_key(|span| span.last - span.first);
        for span in spans {
            span.widen(&mut gaps, &mut edges);
        }
        let mut x = edges.0;
        let mut middles = Vec::with_capacity(halves.len());
        for (column, _) in halves.iter().enumerate() {
            middles.push(x);
            x += gaps.get(column).copied().unwrap_or(edges.1);
        }
        Self { middles, width: x }
    }

    fn between(&self, a: usize, b: usize) -> f64 {
        (self.middles[a] - self.middles[b]).abs()
    }
}

/// Room that a step needs between lifelines, or on both sides of one.
struct Span {
    first: usize,
    last: usize,
    width: f64,
    left: f64,
    right: f64,
}

impl Span {
    fn of(step: &Step) -> Self {
        let (first, last, width, left, right) = match step {
            Step::Message {
                from, to, lines, ..
            } => {
                let width = text::size(lines).0;
                match from == to {
                    true => (*from, *to, 0.0, 0.0, SELF + width + 10.0),
                    false => (*from.min(to), *from.max(to), width + ROOM, 0.0, 0.0),
                }
            }
            Step::Note { first, last, lines } => {
                let width = note_width(lines);
                let half = if first == last { width / 2.0 } else { 34.0 };
                (*first, *last, width - 68.0, half, half)
            }
        };
        Self {
            first,
            last,
            width,
            left,
            right,
        }
    }

    fn widen(&self, gaps: &mut [f64], edges: &mut (f64, f64)) {
        let inside = &mut gaps[self.first..self.last];
        let missing = self.width - inside.iter().sum::<f64>();
        if missing > 0.0 && !inside.is_empty() {
            let share = missing / f64::from(u32::try_from(inside.len()).unwrap_or(1));
            for gap in inside {
                *gap += share;
            }
        }
        let before = self.first.checked_sub(1);
        let left = before.map_or(&mut edges.0, |gap| &mut gaps[gap]);
        *left = left.max(self.left + if before.is_some() { 8.0 } else { 0.0 });
        match gaps.get_mut(self.last) {
            Some(gap) => *gap = gap.max(self.right + 8.0),
            None => edges.1 = edges.1.max(self.right),
        }
    }
}

fn note_width(lines: &[String]) -> f64 {
    text::size(lines).0 + 24.0
}

/// Draws a step below `y`; where it ends.
fn draw(pen: &mut Pen, columns: &Columns, step: &Step, y: f64) -> f64 {
    match step {
        Step::Note { first, last, lines } => {
            let height = text::size(lines).1 + 12.0;
            let (left, right) = (columns.middles[*first], columns.middles[*last]);
            let spread = if first == last {
                0.0
            } else {
                right - left + 68.0
            };
            let size = (note_width(lines).max(spread), height);
            let middle = (f64::midpoint(left, right), y + height / 2.0);
            pen.rectangle("aside", middle, size, 2.0);
            pen.text("label", middle, Anchor::Middle, lines);
            y + height
        }
        Step::Message {
            from, to, lines, ..
        } if from == to => own(pen, columns.middles[*from], lines, y),
        Step::Message {
            from,
            to,
            kind,
            lines,
        } => {
            let height = text::size(lines).1;
            let (start, end) = (columns.middles[*from], columns.middles[*to]);
            let middle = (f64::midpoint(start, end), y + height / 2.0);
            pen.text("label message", middle, Anchor::Middle, lines);
            arrow(
                pen,
                (start, end, columns.between(*from, *to)),
                *kind,
                y + height + 5.0,
            );
            y + height + 8.0
        }
    }
}

fn arrow(pen: &mut Pen, (start, end, distance): (f64, f64, f64), kind: Kind, y: f64) {
    let way = if end > start { 1.0 } else { -1.0 };
    match kind {
        Kind::Lost => {
            let stop = start + way * (distance - 22.0);
            pen.line("edge", (start, y), (stop, y));
            let corner = |dx: f64, dy: f64| at((stop + 6.0 * dx, y + 6.0 * dy));
            let (one, other) = (
                format!("M{} L{}", corner(-1.0, -1.0), corner(1.0, 1.0)),
                format!("M{} L{}", corner(-1.0, 1.0), corner(1.0, -1.0)),
            );
            pen.path("lost", &format!("{one} {other}"));
        }
        Kind::Call | Kind::Reply => {
            let reply = kind == Kind::Reply;
            let class = if reply { "edge edge-dotted" } else { "edge" };
            pen.line(class, (start, y), (end - way * (HEAD - 1.0), y));
            pen.head("head", (end, y), (way, 0.0));
        }
    }
}

/// A message to oneself.
fn own(pen: &mut Pen, x: f64, lines: &[String], y: f64) -> f64 {
    let height = text::size(lines).1.max(22.0);
    let (top, bottom) = (y + height / 2.0 - 10.0, y + height / 2.0 + 10.0);
    let (far, near) = (x + SELF - 10.0, x + HEAD - 1.0);
    pen.path(
        "edge",
        &format!(
            "M{x:.1} {top:.1} L{far:.1} {top:.1} L{far:.1} {bottom:.1} L{near:.1} {bottom:.1}"
        ),
    );
    pen.head("head", (x, bottom), (-1.0, 0.0));
    let place = (x + SELF, y + height / 2.0);
    pen.text("label message", place, Anchor::Start, lines);
    y + height
}
