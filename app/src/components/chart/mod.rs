//! Charts: a [`Plot`] becomes a figure with an SVG, a legend and a table of its data.
//!
//! The figure is built as a string, on the server for pages and in the browser for islands, so
//! that both draw the same and an island need not walk thousands of points to come alive. Colours
//! and dashes come from CSS by role; every role has a dash or a marker of its own, so that colour
//! is never the only code. There is no inline style, which the content security policy refuses.

mod cursor;
mod draw;
mod pen;
mod scale;
mod table;

use ::labs::engine::plot::{Axis, Mark, Plot, Role, Series};

use super::format::escape;

pub use cursor::{Frame, Reading, parting};

/// A figure of `plot`. `id` is unique in the page and names the parts of the figure.
#[must_use]
pub fn figure(plot: &Plot, id: &str) -> String {
    let mut out = String::with_capacity(8_192);
    let id = escape(id);
    out.push_str("<figure class=\"chart\"><figcaption class=\"chart-head\">");
    out.push_str(&head(plot));
    out.push_str("</figcaption>");
    out.push_str(&legend(plot));
    draw::svg(plot, &id, &mut out);
    table::table(plot, &mut out);
    out.push_str("</figure>");
    out
}

/// Title and caption, the inside of a `<figcaption class="chart-head">`.
#[must_use]
pub fn head(plot: &Plot) -> String {
    format!(
        "<span class=\"chart-title\">{}</span><span class=\"chart-caption\">{}</span>",
        escape(&plot.title),
        escape(&plot.caption)
    )
}

/// The drawing alone.
#[must_use]
pub fn drawing(plot: &Plot, id: &str) -> String {
    let mut out = String::with_capacity(8_192);
    draw::svg(plot, &escape(id), &mut out);
    out
}

/// The outline that shows the series of a [`drawing`] from the left up to `part` of the width, 0
/// to 1. It belongs into the path in the element of [`reveal_id`].
#[must_use]
pub fn reveal(part: f64) -> String {
    draw::window(part.clamp(0.0, 1.0))
}

/// Id of the element whose path says what is seen of the drawing called `id`.
#[must_use]
pub fn reveal_id(id: &str) -> String {
    format!("{id}-c")
}

/// First and last instant of a chart of time, ns.
#[must_use]
pub fn ends_ns(plot: &Plot) -> Option<(i64, i64)> {
    let xs = || {
        plot.series
            .iter()
            .flat_map(|s| s.points.iter().map(|p| p[0]))
    };
    let (first, last) = (xs().min()?, xs().max()?);
    let frame = Frame::new(Plot {
        series: Vec::new(),
        ..plot.clone()
    });
    (frame.is_time() && first < last).then(|| (frame.to_ns(first), frame.to_ns(last)))
}

/// The data as a closed `<details>`.
#[must_use]
pub fn data(plot: &Plot) -> String {
    let mut out = String::new();
    table::table(plot, &mut out);
    out
}

/// Whether an axis is virtual time, which all charts of a run share.
#[must_use]
pub fn is_time(axis: &Axis) -> bool {
    unit_ns(&axis.unit).is_some() && axis.label.contains("time")
}

/// Nanoseconds in a unit of time.
pub(crate) fn unit_ns(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1.0,
        "us" | "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "min" => 60e9,
        "h" => 3_600e9,
        "d" | "days" => 86_400e9,
        _ => return None,
    })
}

/// How many series of the same role come before this one: lines of one policy differ in markers.
pub(super) fn variant(plot: &Plot, index: usize) -> usize {
    let Some(series) = plot.series.get(index) else {
        return 0;
    };
    let before = plot.series.iter().take(index);
    before.filter(|s| s.role == series.role).count()
}

/// The class that gives a role its colour, dash and marker.
pub(super) const fn class(role: Role) -> &'static str {
    match role {
        Role::Offered => "s-offered",
        Role::Limit => "s-limit",
        Role::Bound => "s-bound",
        Role::Policy | Role::You => "s-you",
        Role::Reference => "s-reference",
        Role::Naive => "s-naive",
        Role::Other => "s-other",
    }
}

/// What each series is, with its dash, its marker or its bar.
#[must_use]
pub fn legend(plot: &Plot) -> String {
    let mut seen: Vec<(&str, Role)> = Vec::new();
    let mut out = String::from("<ul class=\"chart-legend\">");
    for (
        i,
        Series {
            label, role, mark, ..
        },
    ) in plot.series.iter().enumerate()
    {
        if seen.contains(&(label, *role)) {
            continue;
        }
        seen.push((label, *role));
        let variant = variant(plot, i);
        let sample = match mark {
            Mark::Bar => "<rect class=\"bar\" x=\"8\" width=\"12\" height=\"10\"/>".to_owned(),
            Mark::Dot => "<circle class=\"dot\" cx=\"14\" cy=\"5\" r=\"4\"/>".to_owned(),
            Mark::Line | Mark::Step if variant == 0 => {
                "<path class=\"line\" d=\"M1 5H27\"/>".to_owned()
            }
            Mark::Line | Mark::Step => format!(
                "<path class=\"line\" d=\"M1 5H27\"/><path class=\"marker\" d=\"M14 5{}\"/>",
                draw::shape(variant)
            ),
        };
        out.push_str(&format!(
            "<li class=\"{} v{variant}\"><svg width=\"28\" height=\"10\" \
             aria-hidden=\"true\">{sample}</svg>{}</li>",
            class(*role),
            escape(label)
        ));
    }
    out.push_str("</ul>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> Plot {
        let series = |label: &str, role, mark| Series {
            label: label.into(),
            role,
            mark,
            points: vec![[0, 0], [500, 10], [1_000, 20]],
        };
        Plot {
            id: "p".into(),
            title: "Cost <b>".into(),
            caption: "Stay below.".into(),
            x: Axis::new("time", "s", 1_000),
            y: Axis::new("cost", "tokens", 1),
            series: vec![
                series("Offered", Role::Offered, Mark::Step),
                series("You", Role::You, Mark::Line),
                series("Tenants", Role::Other, Mark::Dot),
                series("Bars", Role::Naive, Mark::Bar),
            ],
        }
    }

    #[test]
    fn a_figure_is_labelled_escaped_and_the_same_each_time() {
        let html = figure(&plot(), "fig");
        assert_eq!(html, figure(&plot(), "fig"));
        assert!(html.contains("role=\"img\"") && html.contains("aria-labelledby=\"fig-t fig-d\""));
        assert!(html.contains("Cost &lt;b&gt;") && !html.contains("<b>"));
        assert!(!html.contains("style=") && !html.contains("NaN"));
        for class in ["s-offered", "s-you", "s-other", "s-naive"] {
            assert!(html.contains(class), "{class}");
        }
    }

    #[test]
    fn empty_and_flat_data_still_draw() {
        let mut flat = plot();
        for series in &mut flat.series {
            series.points = vec![[5, 7]];
        }
        assert!(!figure(&flat, "a").contains("NaN"));
        flat.series.clear();
        assert!(!figure(&flat, "a").contains("NaN"));
    }
}
