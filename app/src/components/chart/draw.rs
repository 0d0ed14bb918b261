//! The drawing: axes, grid, and the series by their marks.

use std::fmt::Write as _;

use ::labs::engine::plot::{Axis, Mark, Plot, Series};

use super::pen::{Pen, RADIUS, Tenths};
use super::scale::{Scale, horizontal, vertical};
use super::{class, variant};
use crate::components::format::{escape, short};

pub(super) const WIDTH: f64 = 640.0;
pub(super) const HEIGHT: f64 = 340.0;
pub(super) const LEFT: f64 = 58.0;
pub(super) const RIGHT: f64 = 14.0;
pub(super) const TOP: f64 = 30.0;
pub(super) const BOTTOM: f64 = 54.0;

/// Writes the SVG of `plot`.
pub(super) fn svg(plot: &Plot, id: &str, out: &mut String) {
    let x = horizontal(plot, LEFT, WIDTH - RIGHT);
    let y = vertical(plot, HEIGHT - BOTTOM, TOP);
    let _ = write!(
        out,
        "<svg class=\"chart-svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{}</title>\
         <desc id=\"{id}-d\">{}</desc>",
        escape(&plot.title),
        escape(&describe(plot)),
    );
    axes(plot, &x, &y, out);
    let _ = write!(
        out,
        "<clipPath id=\"{id}-c\"><path d=\"{}\"/></clipPath><g clip-path=\"url(#{id}-c)\">",
        window(1.0),
    );
    let slots = slots(plot);
    let bars = plot.series.iter().filter(|s| s.mark == Mark::Bar).count();
    let mut bar = 0;
    // What stands before bars is not to stand behind them.
    let (columned, others): (Vec<_>, Vec<_>) =
        (plot.series.iter().enumerate()).partition(|(_, series)| series.mark == Mark::Bar);
    for (i, series) in columned.into_iter().chain(others) {
        let variant = variant(plot, i);
        let _ = write!(out, "<g class=\"{} v{variant}\">", class(series.role));
        match series.mark {
            Mark::Line => {
                path(series, &x, &y, false, out);
                markers(series, variant, &x, &y, out);
            }
            Mark::Step => {
                path(series, &x, &y, true, out);
                markers(series, variant, &x, &y, out);
            }
            Mark::Dot => dots(series, slots, (&x, &y), out),
            Mark::Bar => {
                columns(series, slots, bar, bars, &y, out);
                bar += 1;
            }
        }
        out.push_str("</g>");
    }
    out.push_str("</g></svg>");
}

/// The outline of what is seen of the series: the drawing's width up to `part`, 0 to 1.
pub(super) fn window(part: f64) -> String {
    let right = LEFT + part * (WIDTH - RIGHT - LEFT) + if part < 1.0 { 0.0 } else { 4.0 };
    let (top, bottom) = (TOP - 4.0, HEIGHT - BOTTOM + 2.0);
    let right = Tenths::of(right);
    format!("M{LEFT} {top}H{right}V{bottom}H{LEFT}z")
}

fn describe(plot: &Plot) -> String {
    let names: Vec<&str> = plot.series.iter().map(|s| s.label.as_str()).collect();
    format!(
        "{} Horizontal: {}. Vertical: {}. Shown: {}. The data is in the table below the chart.",
        plot.caption,
        named(&plot.x),
        named(&plot.y),
        names.join(", "),
    )
}

/// `time (s)`.
pub(super) fn named(axis: &Axis) -> String {
    if axis.unit.is_empty() {
        axis.label.clone()
    } else {
        format!("{} ({})", axis.label, axis.unit)
    }
}

/// The same, with the word where the axis shows powers of ten.
fn titled(axis: &Axis, scale: &Scale) -> String {
    let log = if scale.is_log() { ", log scale" } else { "" };
    format!("{}{log}", named(axis))
}

fn axes(plot: &Plot, x: &Scale, y: &Scale, out: &mut String) {
    let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
    for tick in y.ticks(4) {
        let at = Tenths::of(y.at(tick));
        let _ = write!(
            out,
            "<path class=\"grid\" d=\"M{LEFT} {at}H{right}\"/>\
             <text class=\"tick y\" x=\"{}\" y=\"{at}\">{}</text>",
            Tenths::of(LEFT - 8.0),
            short(tick),
        );
    }
    if slots(plot) > 0 {
        categories(plot, out);
    } else {
        for (place, name) in notches(plot, x) {
            let at = Tenths::of(place);
            let _ = write!(
                out,
                "<path class=\"notch\" d=\"M{at} {bottom}v5\"/>\
                 <text class=\"tick x\" x=\"{at}\" y=\"{}\">{}</text>",
                Tenths::of(bottom + 19.0),
                escape(&name),
            );
        }
    }
    let _ = write!(
        out,
        "<path class=\"axis\" d=\"M{LEFT} {bottom}H{right}\"/>\
         <text class=\"label x\" x=\"{right}\" y=\"{}\">{}</text>\
         <text class=\"label y\" x=\"4\" y=\"15\">{}</text>",
        Tenths::of(HEIGHT - 9.0),
        escape(&titled(&plot.x, x)),
        escape(&titled(&plot.y, y)),
    );
}

/// Where the horizontal axis has a notch, and what stands below: a place's name if it has one.
fn notches(plot: &Plot, x: &Scale) -> Vec<(f64, String)> {
    let names = &plot.x.categories;
    if names.is_empty() {
        let ticks = x.ticks(6).into_iter();
        return ticks.map(|tick| (x.at(tick), short(tick))).collect();
    }
    let each = names.len().div_ceil(12).max(1);
    let named = (0_i64..).zip(names).step_by(each);
    named.map(|(i, name)| (x.place(i), name.clone())).collect()
}

/// Number of places that bars stand at; 0 for a chart without bars.
pub(super) fn slots(plot: &Plot) -> usize {
    if !plot.series.iter().any(|s| s.mark == Mark::Bar) {
        return 0;
    }
    plot.x.categories.len().max(
        plot.series
            .iter()
            .map(|s| s.points.len())
            .max()
            .unwrap_or(1),
    )
}

#[expect(clippy::cast_precision_loss, reason = "a few dozen places")]
pub(super) fn slot(index: i64, slots: usize) -> (f64, f64) {
    let width = (WIDTH - RIGHT - LEFT) / slots.max(1) as f64;
    (LEFT + width * index.max(0) as f64, width)
}

fn categories(plot: &Plot, out: &mut String) {
    let slots = slots(plot);
    // Many places: every name would touch the next. The table has them all.
    let each = slots.div_ceil(24).max(1);
    let places = (0..slots).step_by(each);
    let named = places.map(|i| (i, plot.x.categories.get(i).cloned()));
    for (i, name) in named {
        let name = name.unwrap_or_else(|| i.to_string());
        let (left, width) = slot(i64::try_from(i).unwrap_or(0), slots);
        let down = if slots > 6 && (i / each) % 2 == 1 {
            32.0
        } else {
            19.0
        };
        let _ = write!(
            out,
            "<text class=\"tick x\" x=\"{}\" y=\"{}\">{}</text>",
            Tenths::of(left + width / 2.0),
            Tenths::of(HEIGHT - BOTTOM + down),
            escape(&name),
        );
    }
}

fn path(series: &Series, x: &Scale, y: &Scale, step: bool, out: &mut String) {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for point in &series.points {
        let (px, py) = (x.place(point[0]), y.place(point[1]));
        if let Some((_, before)) = corners.last().copied().filter(|_| step) {
            corners.push((px, before));
        }
        corners.push((px, py));
    }
    if corners.is_empty() {
        return;
    }
    out.push_str("<path class=\"line\" d=\"");
    Pen::draw(&corners, out);
    out.push_str("\"/>");
}

/// Markers along a line tell several lines of one policy apart; the first has none.
const MARKERS: usize = 8;

fn markers(series: &Series, variant: usize, x: &Scale, y: &Scale, out: &mut String) {
    if variant == 0 {
        return;
    }
    let every = series.points.len().div_ceil(MARKERS).max(1);
    // Lines that lie on each other still show their own markers.
    let points = series
        .points
        .iter()
        .skip(variant * every / 6)
        .step_by(every);
    for point in points {
        let (px, py) = (Tenths::of(x.place(point[0])), Tenths::of(y.place(point[1])));
        let _ = write!(
            out,
            "<path class=\"marker\" d=\"M{px} {py}{}\"/>",
            shape(variant)
        );
    }
}

/// The outline of a marker around the current point.
pub(super) const fn shape(variant: usize) -> &'static str {
    match variant % 6 {
        1 => "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
        2 => "m-4-4h8v8h-8z",
        3 => "m0-5l5 9h-10z",
        4 => "m0-5l5 5l-5 5l-5-5z",
        5 => "m-4-4l8 8m0-8l-8 8",
        _ => "m0 5l5-9h-10z",
    }
}

/// A ring around each point; among bars, over the middle of its place.
fn dots(series: &Series, slots: usize, (x, y): (&Scale, &Scale), out: &mut String) {
    let mut places = series.points.iter().map(|point| {
        let (left, width) = slot(point[0], slots);
        let middle = match slots {
            0 => x.place(point[0]),
            _ => left + width / 2.0,
        };
        (middle, y.place(point[1]))
    });
    let Some((px, py)) = places.next() else {
        return;
    };
    out.push_str("<path class=\"dot\" d=\"");
    let mut pen = Pen::at(px - RADIUS, py, out);
    pen.ring();
    for (px, py) in places {
        pen.lift(px - RADIUS, py);
        pen.ring();
    }
    out.push_str("\"/>");
}

#[expect(clippy::cast_precision_loss, reason = "a few bars")]
fn columns(series: &Series, slots: usize, bar: usize, bars: usize, y: &Scale, out: &mut String) {
    out.push_str("<path class=\"bar\" d=\"");
    for point in &series.points {
        let (left, width) = slot(point[0], slots);
        let each = width * 0.76 / bars.max(1) as f64;
        let at = left + width * 0.12 + each * bar as f64;
        let right = at + (each - 1.5).max(1.0);
        let (top, base) = (y.place(point[1]), y.at(0.0));
        let upper = top.min(base);
        // A bar of zero is a thin line and not an absent bar.
        let lower = upper + (base - top).abs().max(1.0);
        let mut pen = Pen::at(at, lower, out);
        for (px, py) in [(at, upper), (right, upper), (right, lower)] {
            pen.line(px, py);
        }
        out.push('z');
    }
    out.push_str("\"/>");
}
