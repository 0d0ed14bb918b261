//! The data of a chart as a table, for those who read rather than look.

use std::fmt::Write as _;

use ::labs::engine::plot::{Axis, Plot};

use super::draw::named;
use crate::components::format::{decimal, escape};

/// Most rows per series; longer series are thinned evenly and say so.
const ROWS: usize = 24;

/// Writes a closed `<details>` with the data of `plot`.
pub(super) fn table(plot: &Plot, out: &mut String) {
    let thinned = plot.series.iter().any(|s| s.points.len() > ROWS);
    let note = if thinned {
        ", thinned evenly to 24 points per series"
    } else {
        ""
    };
    let _ = write!(
        out,
        "<details class=\"chart-data\"><summary>Data{note}</summary>\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Data: {}\">\
         <table><thead><tr><th scope=\"col\">Series</th>\
         <th scope=\"col\">{}</th><th scope=\"col\">{}</th></tr></thead><tbody>",
        escape(&plot.title),
        escape(&named(&plot.x)),
        escape(&named(&plot.y)),
    );
    for series in &plot.series {
        let step = series.points.len().div_ceil(ROWS).max(1);
        for point in series.points.iter().step_by(step) {
            let _ = write!(
                out,
                "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>",
                escape(&series.label),
                value(point[0], &plot.x),
                value(point[1], &plot.y),
            );
        }
    }
    out.push_str("</tbody></table></div></details>");
}

#[expect(clippy::cast_precision_loss, reason = "shown with three decimals")]
fn value(stored: i64, axis: &Axis) -> String {
    let name = usize::try_from(stored)
        .ok()
        .and_then(|i| axis.categories.get(i));
    name.map_or_else(
        || decimal(stored as f64 / axis.scale.max(1) as f64, 3),
        |name| escape(name),
    )
}
