//! Numbers as people read them, the same on server and in browser.

/// `value / scale` with at most `places` decimals, without trailing zeros.
#[must_use]
pub fn decimal(value: f64, places: usize) -> String {
    let text = format!("{value:.places$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    if text == "-0" {
        "0".into()
    } else {
        text.into()
    }
}

/// Large numbers shortened: `1.5k`, `20M`.
#[must_use]
pub fn short(value: f64) -> String {
    let size = value.abs();
    if size >= 1e6 {
        format!("{}M", decimal(value / 1e6, 2))
    } else if size >= 1e4 {
        format!("{}k", decimal(value / 1e3, 1))
    } else if size >= 10.0 {
        decimal(value, 1)
    } else {
        decimal(value, 3)
    }
}

/// Parts per million as a percentage: `12.3 %`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
pub fn percent(ppm: i64) -> String {
    format!(
        "{} %",
        decimal(
            ppm as f64 / 10_000.0,
            if ppm.abs() < 10_000 { 2 } else { 1 }
        )
    )
}

/// A score in ppm as points of 100: `87.5`.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
pub fn points(ppm: i64) -> String {
    format!("{:.1}", ppm as f64 / 10_000.0)
}

/// A metric's value in the unit its specification names.
#[must_use]
pub fn metric(value: i64, unit: &str) -> String {
    match unit {
        "ppm" => percent(value),
        "ns" => duration(value),
        _ => value.to_string(),
    }
}

/// Of the values that read the same the one with the fewest digits, for pages that carry it along.
#[must_use]
pub fn brief(value: i64, unit: &str) -> i64 {
    let read = metric(value, unit);
    let places = (1..=17).rev().map(|digits| 10_i64.pow(digits));
    let rounded = places.filter_map(|place| {
        let half = place / 2 * value.signum();
        Some(value.checked_add(half)? / place * place)
    });
    let mut same = rounded.filter(|rounded| metric(*rounded, unit) == read);
    same.next().unwrap_or(value)
}

/// Nanoseconds: milliseconds below a second, then seconds.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub fn duration(ns: i64) -> String {
    let ms = ns as f64 / 1e6;
    let places = |value: f64| if value.abs() < 10.0 { 2 } else { 1 };
    if ms.abs() < 1_000.0 {
        format!("{} ms", decimal(ms, places(ms)))
    } else {
        format!("{} s", decimal(ms / 1e3, places(ms / 1e3)))
    }
}

/// Text made safe inside HTML and its quoted attributes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_plain() {
        assert_eq!(decimal(1.50, 2), "1.5");
        assert_eq!(decimal(-0.001, 1), "0");
        assert_eq!(short(20_000.0), "20k");
        assert_eq!(percent(123_456), "12.3 %");
        assert_eq!(points(1_000_000), "100.0");
        assert_eq!(duration(61_560_000), "61.6 ms");
        assert_eq!(duration(4_580_603_010), "4.58 s");
        assert_eq!(duration(60_000_000_000), "60 s");
    }

    #[test]
    fn brief_values_read_the_same() {
        assert_eq!(brief(11_070_163, "ppm"), 11_070_000);
        assert_eq!(brief(4_580_603_010, "ns"), 4_580_000_000);
        assert_eq!(brief(-123_456, "ppm"), -123_000);
        assert_eq!(brief(i64::MAX, "count"), i64::MAX);
        for value in (-2_000_000..2_000_000).step_by(317) {
            for unit in ["ppm", "ns", "count"] {
                let brief = brief(value, unit);
                assert_eq!(metric(brief, unit), metric(value, unit), "{value} {unit}");
            }
        }
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(
            escape("<a href=\"x\">&'"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"
        );
    }
}
