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

    fn write(&mut self, command: char, numbers: &[i64]) {
        let mut is_fresh = command != self.command;
        if is_fresh {
            self.out.push(command);
            self.command = command;
        }
        for number in numbers {
            // A sign parts two numbers as well as a space does.
            if !is_fresh && *number > 0 {
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
