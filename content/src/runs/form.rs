//! How a text writes a number: `18.5 %`, `1.02 ×`, `0.185`, `250 ms`, `12,345`.

use super::Unit;

/// Digits beyond which nobody reads.
const DIGITS: usize = 18;

/// A number with as many decimals as the text shows.
#[derive(Debug, PartialEq)]
pub(super) struct Form<'a> {
    /// The number without its point: 185 for `18.5 %`.
    pub digits: i128,
    decimals: u32,
    commas: bool,
    kind: Kind,
    /// What follows the number, as written.
    tail: &'a str,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Percent,
    Ratio,
    /// In units of so many nanoseconds.
    Time(i128),
    Bare,
}

const KINDS: [(&str, Kind); 11] = [
    ("%", Kind::Percent),
    ("×", Kind::Ratio),
    ("x", Kind::Ratio),
    ("ns", Kind::Time(1)),
    ("µs", Kind::Time(1_000)),
    ("μs", Kind::Time(1_000)),
    ("ms", Kind::Time(1_000_000)),
    ("s", Kind::Time(1_000_000_000)),
    ("min", Kind::Time(60_000_000_000)),
    ("h", Kind::Time(3_600_000_000_000)),
    ("", Kind::Bare),
];

impl<'a> Form<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (negative, rest) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.');
        let (number, tail) = rest.split_at(length.unwrap_or(rest.len()));
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let commas = whole.contains(',');
        if !grouped(whole) || number.ends_with('.') || fraction.contains(['.', ',']) {
            return Err("not a number such as 1,234.5");
        }
        let kinds = KINDS.iter().find(|(unit, _)| *unit == tail.trim());
        let (_, kind) = kinds.ok_or("the unit is none of %, ×, ns, µs, ms, s, min, h")?;
        let digits: String = whole.chars().chain(fraction.chars()).collect();
        let digits = digits.replace(',', "");
        let value = digits.parse::<i128>().ok();
        let value = value.filter(|_| digits.len() <= DIGITS);
        let value = value.ok_or("too many digits")?;
        Ok(Self {
            digits: if negative { -value } else { value },
            decimals: u32::try_from(fraction.len()).unwrap_or(0),
            commas,
            kind: *kind,
            tail,
        })
    }

    /// The value in this form, rounded half up to the digits shown; `None` if a metric of this
    /// unit is not written so.
    pub(super) fn of(&self, unit: Unit, value: i64) -> Option<i128> {
        let one = match (unit, self.kind) {
            (Unit::Ppm, Kind::Percent) => 10_000,
            (Unit::Ppm, Kind::Ratio | Kind::Bare) => 1_000_000,
            (Unit::Ns, Kind::Time(ns)) => ns,
            (Unit::Count, Kind::Bare) if self.decimals == 0 => 1,
            _ => return None,
        };
        let scaled = i128::from(value) * 10_i128.pow(self.decimals);
        Some((2 * scaled + one).div_euclid(2 * one))
    }

    /// Other digits in the same form.
    pub(super) fn show(&self, digits: i128) -> String {
        let one = 10_i128.pow(self.decimals);
        let (whole, rest) = (digits.abs() / one, digits.abs() % one);
        let whole = if self.commas {
            with_commas(whole)
        } else {
            whole.to_string()
        };
        let sign = if digits < 0 { "−" } else { "" };
        let fraction = match self.decimals {
            0 => String::new(),
            decimals => format!(".{rest:0width$}", width = decimals as usize),
        };
        format!("{sign}{whole}{fraction}{}", self.tail)
    }
}

/// Digits, with commas in all the right places or in none.
fn grouped(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("").len();
    let lone = !whole.contains(',');
    first > 0 && (lone || first <= 3) && groups.all(|group| group.len() == 3)
}

fn with_commas(number: i128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How a metric of this unit is written.
pub(super) fn usual(unit: Unit) -> &'static str {
    match unit {
        Unit::Ppm => "is a share or a ratio; write it like 18.5 %, 1.02 × or 0.185",
        Unit::Ns => "is a time; write it like 18 s, 250 ms, 40 µs or 300 min",
        Unit::Count => "is a count; write it like 1,234",
    }
}

/// The value as the engine keeps it.
pub(super) fn raw(unit: Unit, value: i64) -> String {
    let sign = if value < 0 { "−" } else { "" };
    let number = with_commas(i128::from(value).abs());
    let name = match unit {
        Unit::Ppm => " ppm",
        Unit::Ns => " ns",
        Unit::Count => "",
    };
    format!("{sign}{number}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the text says what the engine measured.
    #[track_caller]
    fn says(text: &str, unit: Unit, value: i64) -> bool {
        let form = Form::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        form.of(unit, value) == Some(form.digits)
    }

    #[test]
    fn values_are_rounded_half_up_to_the_digits_shown() {
        let cases = [
            ("18.5 %", Unit::Ppm, 184_500, 185_499),
            ("18 %", Unit::Ppm, 175_000, 184_999),
            ("1.02 ×", Unit::Ppm, 1_015_000, 1_024_999),
            ("1.02x", Unit::Ppm, 1_015_000, 1_024_999),
            ("0.185", Unit::Ppm, 184_500, 185_499),
            ("18 s", Unit::Ns, 17_500_000_000, 18_499_999_999),
            ("250 ms", Unit::Ns, 249_500_000, 250_499_999),
            ("40 µs", Unit::Ns, 39_500, 40_499),
            ("300 min", Unit::Ns, 17_970_000_000_000, 18_029_999_999_999),
            ("12,345", Unit::Count, 12_345, 12_345),
            ("−2", Unit::Count, -2, -2),
        ];
        for (text, unit, least, most) in cases {
            assert!(says(text, unit, least) && says(text, unit, most), "{text}");
            assert!(!says(text, unit, least - 1), "{text} and a bit less");
            assert!(!says(text, unit, most + 1), "{text} and a bit more");
        }
    }

    #[test]
    fn a_unit_that_does_not_fit_is_noticed() {
        let fits = |text, unit| Form::parse(text).is_ok_and(|form| form.of(unit, 1).is_some());
        assert!(!fits("18 s", Unit::Ppm) && !fits("18", Unit::Ns));
        assert!(!fits("18 %", Unit::Count) && !fits("1.5", Unit::Count));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let bad = ["", "about 3", "1,23", "1.", ".5", "1.2.3", "5 kg", "1,2345"];
        for text in bad {
            assert!(Form::parse(text).is_err(), "{text}");
        }
        assert!(Form::parse(&"9".repeat(40)).is_err());
    }

    #[test]
    fn another_value_is_shown_in_the_same_form() {
        let show = |text, value| Form::parse(text).map(|form| form.show(value));
        assert_eq!(show("1,000.0 ms", 12_345_678), Ok("1,234,567.8 ms".into()));
        assert_eq!(show("0.50×", -5), Ok("−0.05×".into()));
        assert_eq!(raw(Unit::Ns, -1_234), "−1,234 ns");
    }
}
