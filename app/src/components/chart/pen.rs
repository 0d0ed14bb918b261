//! Coordinates as short as they can be written: in tenths, and along a path each from the one
//! before. Charts are most of what a lesson's figures weigh.

use std::fmt::{self, Display, Write as _};

/// A number rounded to tenths, without a zero that says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tenths(i64);

impl Tenths {
    /// Rounds; what is no number is 0.
    #[expect(clippy::cast_possible_truncation, reason = "a place on a chart")]
    pub(super) fn of(value: f64) -> Self {
        Self((value * 10.0).round() as i64)
    }
}

impl Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.abs() / 10, self.0.abs() % 10);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        match (whole, part) {
            (whole, 0) => write!(f, "{whole}"),
            (0, part) => write!(f, ".{part}"),
            (whole, part) => write!(f, "{whole}.{part}"),
        }
    }
}

/// A line with more corners than this is drawn in whole units.
const DENSE: usize = 100;
/// Of a ring.
pub(super) const RADIUS: f64 = 4.0;

/// Draws a path (SVG 1.1 §8.3) with relative commands; what it rounds does not add up.
pub(super) struct Pen<'a> {
    out: &'a mut String,
    at: (Tenths, Tenths),
    /// The command that a number would belong to.
    command: char,
}

impl<'a> Pen<'a> {
    /// Begins at a place.
    pub(super) fn at(x: f64, y: f64, out: &'a mut String) -> Self {
        let at = (Tenths::of(x), Tenths::of(y));
        let _ = write!(out, "M{} {}", at.0, at.1);
        Self {
            out,
            at,
            command: 'M',
        }
    }

    /// The line through all corners. Where they are so many that they lie a few units apart, whole
    /// units are fine enough, and corners on the way straight on are passed over.
    pub(super) fn draw(corners: &[(f64, f64)], out: &'a mut String) {
        let unit = match corners.len() {
            0..=DENSE => 1.0,
            _ => 10.0,
        };
        let snap = |value: f64| (value * 10.0 / unit).round() * unit / 10.0;
        let mut corners = corners.iter().map(|&(x, y)| (snap(x), snap(y)));
        let Some((x, y)) = corners.next() else {
            return;
        };
        let mut pen = Pen::at(x, y, out);
        let mut here = (x, y);
        let mut next = corners.next();
        while let Some(corner) = next {
            next = corners.next();
            let is_on_the_way = next.is_some_and(|after| {
                let level = here.1 == corner.1 && corner.1 == after.1;
                level && (corner.0 - here.0) * (after.0 - corner.0) >= 0.0
            });
            if !is_on_the_way {
                pen.line(corner.0, corner.1);
                here = corner;
            }
        }
    }

    /// A straight line.
    pub(super) fn line(&mut self, x: f64, y: f64) {
        let to = (Tenths::of(x), Tenths::of(y));
        let by = (to.0.0 - self.at.0.0, to.1.0 - self.at.1.0);
        match by {
            (0, 0) => {}
            (0, down) => self.write('v', &[down]),
            (right, 0) => self.write('h', &[right]),
            (right, down) => self.write('l', &[right, down]),
        }
        self.at = to;
    }

    /// To another place, without a line.
    pub(super) fn lift(&mut self, x: f64, y: f64) {
        let to = (Tenths::of(x), Tenths::of(y));
        self.write('m', &[to.0.0 - self.at.0.0, to.1.0 - self.at.1.0]);
        self.at = to;
    }

    /// A ring to the right of here, and back.
    pub(super) fn ring(&mut self) {
        self.out.push_str("a4 4 0 1 0 8 0 4 4 0 1 0-8 0z");
        self.command = 'z';
    }

    fn write(&mut self, command: char, numbers: &[i64]) {
        let mut is_fresh = command != self.command;
        if is_fresh {
            self.out.push(command);
            self.command = command;
        }
        for number in numbers {
            // A sign parts two numbers as well as a space does.
            if !is_fresh && *number >= 0 {
                self.out.push(' ');
            }
            let _ = write!(self.out, "{}", Tenths(*number));
            is_fresh = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let texts =
            [0.04, 0.5, -0.5, 12.0, -3.26, 640.0].map(|value| Tenths::of(value).to_string());
        assert_eq!(texts, ["0", ".5", "-.5", "12", "-3.3", "640"]);
    }

    #[test]
    fn a_path_comes_out_where_it_goes() {
        let mut out = String::new();
        let mut pen = Pen::at(58.0, 10.04, &mut out);
        for (x, y) in [
            (60.0, 8.0),
            (60.0, 8.0),
            (62.5, 8.02),
            (62.5, 20.0),
            (63.5, 30.0),
            (64.0, 29.5),
        ] {
            pen.line(x, y);
        }
        assert_eq!(out, "M58 10l2-2h2.5v12l1 10 .5-.5");
    }

    #[test]
    fn corners_on_the_way_are_passed_over() {
        let mut out = String::new();
        let flat = [
            (0.0, 9.0),
            (1.1, 9.0),
            (2.2, 9.0),
            (2.2, 4.25),
            (3.0, 4.25),
            (2.5, 4.25),
        ];
        Pen::draw(&flat, &mut out);
        assert_eq!(out, "M0 9h2.2v-4.7h.8-.5");
        out.clear();
        let dense: Vec<(f64, f64)> = (0..200).map(|i| (f64::from(i) * 3.55, 7.4)).collect();
        Pen::draw(&dense, &mut out);
        assert_eq!(out, "M0 7h706");
        out.clear();
        Pen::draw(&[], &mut out);
        assert_eq!(out, "");
    }

    #[test]
    fn rings_stand_side_by_side() {
        let mut out = String::new();
        let mut pen = Pen::at(10.0 - RADIUS, 20.0, &mut out);
        pen.ring();
        pen.lift(30.0 - RADIUS, 18.5);
        pen.ring();
        let ring = "a4 4 0 1 0 8 0 4 4 0 1 0-8 0z";
        pen.lift(30.0 - RADIUS, 18.5);
        pen.ring();
        assert_eq!(out, format!("M6 20{ring}m20-1.5{ring}m0 0{ring}"));
    }

    #[test]
    fn rounding_does_not_add_up() {
        let mut out = String::new();
        let mut pen = Pen::at(0.0, 0.0, &mut out);
        for step in 1..=1_000 {
            let x = f64::from(step) * 0.14;
            pen.line(x, 1.0);
        }
        let (mut x, mut steps) = (0.0, 0);
        let body = out.split_once('h').unwrap().1;
        for number in body.split([' ', 'h']) {
            x += number.parse::<f64>().unwrap();
            steps += 1;
        }
        // The first step went down too.
        assert!((x + 0.1 - 140.0).abs() < 1e-6, "{x}");
        assert!(steps > 900);
    }
}
