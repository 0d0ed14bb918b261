//! Charts: a [`Plot`] becomes a figure with an SVG, a legend and a table of its data.
//!
//! The figure is built as a string, on the server for pages and in the browser for islands, so
//! that both draw the same and an island need not walk thousands of points to come alive. Colours
//! and dashes come from CSS by role; every role has a dash or a marker of its own, so that colour
//! is never the only code. There is no inline style, which the content security policy refuses.

mod draw;
mod scale;
mod table;

use ::labs::engine::plot::{Plot, Role, Series};

use super::format::escape;

/// A figure of `plot`. `id` is unique in the page and names the parts of the figure.
#[must_use]
pub fn figure(plot: &Plot, id: &str) -> String {
    let mut out = String::with_capacity(8_192);
    let id = escape(id);
    out.push_str(
        "<figure class=\"chart\"><figcaption class=\"chart-head\"><span class=\"chart-title\">",
    );
    out.push_str(&escape(&plot.title));
    out.push_str("</span><span class=\"chart-caption\">");
    out.push_str(&escape(&plot.caption));
    out.push_str("</span></figcaption>");
    out.push_str(&legend(plot));
    draw::svg(plot, &id, &mut out);
    table::table(plot, &mut out);
    out.push_str("</figure>");
    out
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

fn legend(plot: &Plot) -> String {
    let mut seen: Vec<(&str, Role)> = Vec::new();
    let mut out = String::from("<ul class=\"chart-legend\">");
    for Series { label, role, .. } in &plot.series {
        if seen.contains(&(label, *role)) {
            continue;
        }
        seen.push((label, *role));
        out.push_str("<li class=\"");
        out.push_str(class(*role));
        out.push_str("\"><svg width=\"28\" height=\"10\" aria-hidden=\"true\">");
        out.push_str("<path class=\"line\" d=\"M1 5H27\"/></svg>");
        out.push_str(&escape(label));
        out.push_str("</li>");
    }
    out.push_str("</ul>");
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::labs::engine::plot::{Axis, Mark};

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
