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

/// Nanoseconds: milliseconds below ten seconds, then seconds.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub fn duration(ns: i64) -> String {
    let ms = ns as f64 / 1e6;
    if ms.abs() < 10_000.0 {
        format!("{} ms", decimal(ms, if ms.abs() < 100.0 { 2 } else { 0 }))
    } else {
        format!("{} s", decimal(ms / 1e3, 1))
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
    }

    #[test]
    fn markup_is_escaped() {
        assert_eq!(
            escape("<a href=\"x\">&'"),
            "&lt;a href=&quot;x&quot;&gt;&amp;&#39;"
        );
    }
}
