//! The data of a chart as a table, for those who read rather than look.

use std::fmt::Write as _;

use ::labs::engine::plot::{Axis, Plot};

use super::draw::named;
use crate::components::format::{decimal, escape};

/// Most rows per series; longer series are thinned evenly and say so.
const ROWS: usize = 16;

/// Writes a closed `<details>` with the data of `plot`.
pub(super) fn table(plot: &Plot, out: &mut String) {
    let thinned = plot.series.iter().any(|s| s.points.len() > ROWS);
    let note = if thinned {
        ", thinned evenly to 16 points per series"
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
        let points: Vec<_> = series.points.iter().step_by(step).collect();
        // What stays the same for a while is one row.
        for level in points.chunk_by(|a, b| a[1] == b[1]) {
            let ends = [level.first(), level.last()].map(|end| end.map_or(0, |point| point[0]));
            let [from, to] = ends.map(|x| value(x, &plot.x));
            let x = match from == to {
                true => from,
                false => format!("{from} to {to}"),
            };
            let y = value(level.first().map_or(0, |point| point[1]), &plot.y);
            let label = escape(&series.label);
            let _ = write!(
                out,
                "<tr><th scope=\"row\">{label}</th><td>{x}</td><td>{y}</td></tr>",
            );
        }
    }
    out.push_str("</tbody></table></div></details>");
}

#[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
fn value(stored: i64, axis: &Axis) -> String {
    let name = usize::try_from(stored)
        .ok()
        .and_then(|i| axis.categories.get(i));
    name.map_or_else(
        || four_digits(stored as f64 / axis.scale.max(1) as f64),
        |name| escape(name),
    )
}

/// At least four digits of a number, without decimals that say nothing.
fn four_digits(value: f64) -> String {
    let places = match value.abs() {
        size if size >= 1_000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        _ => 3,
    };
    decimal(value, places)
}

#[cfg(test)]
mod tests {
    use super::four_digits;

    #[test]
    fn four_digits_are_enough() {
        let texts = [10.501, 103.873, -0.433, 12_345.6, 7.0].map(four_digits);
        assert_eq!(texts, ["10.5", "103.9", "-0.433", "12346", "7"]);
    }
}
