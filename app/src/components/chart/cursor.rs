//! Reading a chart: where the cursor may stand, and what each series shows there.

use ::labs::engine::plot::{Axis, Mark, Plot, Role, Series};

use super::draw::{BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, slot, slots};
use super::scale::{Scale, horizontal, vertical};
use super::{is_time, unit_ns};
use crate::components::format::decimal;

/// A chart's geometry and data, to be read at a place.
pub struct Frame {
    plot: Plot,
    x: Scale,
    y: Scale,
    stops: Vec<i64>,
}

/// What a chart shows at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The place, with its unit.
    pub place: String,
    /// Label and value of each series that has one there.
    pub values: Vec<(String, String)>,
}

impl Reading {
    /// In one line, for people who hear it.
    #[must_use]
    pub fn text(&self) -> String {
        let values = self.values.iter().map(|(label, v)| format!("{label} {v}"));
        let all: Vec<String> = std::iter::once(self.place.clone()).chain(values).collect();
        all.join(", ")
    }
}

impl Frame {
    /// The geometry of `plot`.
    #[must_use]
    pub fn new(plot: Plot) -> Self {
        let mut stops: Vec<i64> = plot
            .series
            .iter()
            .flat_map(|s| s.points.iter().map(|p| p[0]))
            .collect();
        stops.sort_unstable();
        stops.dedup();
        Self {
            x: horizontal(&plot, LEFT, WIDTH - RIGHT),
            y: vertical(&plot, HEIGHT - BOTTOM, TOP),
            stops,
            plot,
        }
    }

    /// The drawing's `viewBox`.
    #[must_use]
    pub fn view_box() -> String {
        format!("0 0 {WIDTH} {HEIGHT}")
    }

    /// Whether the horizontal axis is virtual time.
    #[must_use]
    pub fn is_time(&self) -> bool {
        is_time(&self.plot.x)
    }

    /// Where the cursor may stand, as stored integers in order.
    #[must_use]
    pub fn stops(&self) -> &[i64] {
        &self.stops
    }

    /// A stored integer of a time axis in nanoseconds.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "2^53 ns are a hundred days"
    )]
    pub fn to_ns(&self, stored: i64) -> i64 {
        let unit = unit_ns(&self.plot.x.unit).unwrap_or(1.0);
        (stored as f64 / self.plot.x.scale.max(1) as f64 * unit).round() as i64
    }

    /// Nanoseconds as a stored integer of a time axis.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "2^53 ns are a hundred days"
    )]
    pub fn from_ns(&self, ns: i64) -> i64 {
        let unit = unit_ns(&self.plot.x.unit).unwrap_or(1.0);
        (ns as f64 / unit * self.plot.x.scale.max(1) as f64).round() as i64
    }

    /// The stop nearest to a part of the drawing's width, 0 to 1, and of its height.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a place on a screen")]
    pub fn nearest(&self, across: f64, down: f64) -> Option<i64> {
        let (px, py) = (across * WIDTH, down * HEIGHT);
        if slots(&self.plot) > 0 {
            let (_, width) = slot(0, slots(&self.plot));
            let distance = |stop: &i64| ((*stop as f64 + 0.5) * width + LEFT - px).abs();
            return self
                .stops
                .iter()
                .copied()
                .min_by(|a, b| distance(a).total_cmp(&distance(b)));
        }
        if self.is_cloud() {
            let points = self.plot.series.iter().flat_map(|s| &s.points);
            let distance = |p: &[i64; 2]| {
                let (dx, dy) = (self.x.place(p[0]) - px, self.y.place(p[1]) - py);
                dx * dx + dy * dy
            };
            let found = points.min_by(|a, b| distance(a).total_cmp(&distance(b)));
            return found.map(|p| p[0]);
        }
        let stored = self.x.stored(px);
        self.stops
            .iter()
            .copied()
            .min_by_key(|stop| stop.abs_diff(stored))
    }

    fn is_cloud(&self) -> bool {
        self.plot.series.iter().all(|s| s.mark == Mark::Dot)
    }

    /// The stop `steps` further, kept inside.
    #[must_use]
    pub fn step(&self, from: i64, steps: isize) -> Option<i64> {
        let at = self.stops.partition_point(|stop| *stop < from);
        let exact = self.stops.get(at) == Some(&from);
        // Between two stops the next one back is one step away, too.
        let at = isize::try_from(at).ok()? + if exact || steps < 0 { 0 } else { -1 };
        let last = isize::try_from(self.stops.len()).ok()? - 1;
        let to = usize::try_from((at + steps).clamp(0, last.max(0))).ok()?;
        self.stops.get(to).copied()
    }

    /// The path of the cursor's line at a stored place.
    #[must_use]
    pub fn line(&self, at: i64) -> String {
        format!("M{:.1} {TOP}V{}", self.across(at), HEIGHT - BOTTOM)
    }

    fn across(&self, at: i64) -> f64 {
        match slots(&self.plot) {
            0 => self.x.place(at),
            slots => {
                let (left, width) = slot(at, slots);
                left + width / 2.0
            }
        }
    }

    /// Places of the series' values at a stored place, for dots on the cursor's line.
    #[must_use]
    pub fn dots(&self, at: i64) -> Vec<(f64, f64)> {
        let values = self.plot.series.iter().filter(|s| s.mark != Mark::Bar);
        let dots = values.filter_map(|s| value(s, at).map(|v| (self.across(at), self.y.place(v))));
        dots.collect()
    }

    /// What the chart shows at a stored place.
    #[must_use]
    pub fn read(&self, at: i64) -> Reading {
        let one = |s: &Series| Some((s.label.clone(), shown(value(s, at)?, &self.plot.y)));
        let name = usize::try_from(at)
            .ok()
            .and_then(|i| self.plot.x.categories.get(i));
        let place = match name {
            Some(name) => name.clone(),
            None => format!("{} {}", self.plot.x.label, shown(at, &self.plot.x)),
        };
        Reading {
            place,
            values: self.plot.series.iter().filter_map(one).collect(),
        }
    }
}

/// Part of a chart's height by which two lines may differ and still count as one.
const SAME: i64 = 100;

/// When the policies' series of two runs of one chart of time part first, ns.
#[must_use]
pub fn parting(mine: &Plot, other: &Plot) -> Option<i64> {
    if !is_time(&mine.x) {
        return None;
    }
    let own = |plot: &'_ Plot| -> Vec<Series> {
        // Built-in policies run without a memory of their own: pages say nothing about decisions.
        let own = plot
            .series
            .iter()
            .filter(|s| s.role == Role::Policy && s.label != "pages");
        own.cloned().collect()
    };
    let pairs: Vec<_> = own(mine).into_iter().zip(own(other)).collect();
    let values = pairs
        .iter()
        .flat_map(|(a, b)| a.points.iter().chain(&b.points))
        .map(|p| p[1]);
    let (low, high) = values.fold((0, 0), |(low, high), v| (low.min(v), high.max(v)));
    let slack = (high - low) / SAME;
    let frame = Frame::new(mine.clone());
    let parted = |at: &&i64| {
        pairs
            .iter()
            .any(|(a, b)| match (value(a, **at), value(b, **at)) {
                (Some(a), Some(b)) => a.abs_diff(b) > slack.unsigned_abs(),
                _ => false,
            })
    };
    frame.stops().iter().find(parted).map(|at| frame.to_ns(*at))
}

/// A series' value at a stored place: between points a line is straight and a step holds.
fn value(series: &Series, at: i64) -> Option<i64> {
    let points = &series.points;
    match series.mark {
        Mark::Dot | Mark::Bar => points.iter().find(|p| p[0] == at).map(|p| p[1]),
        Mark::Step => points.iter().rev().find(|p| p[0] <= at).map(|p| p[1]),
        Mark::Line => {
            let next = points.iter().position(|p| p[0] >= at)?;
            let [x1, y1] = *points.get(next)?;
            if x1 == at {
                return Some(y1);
            }
            let [x0, y0] = *points.get(next.checked_sub(1)?)?;
            let part = i128::from(y1 - y0) * i128::from(at - x0) / i128::from((x1 - x0).max(1));
            Some(y0 + i64::try_from(part).ok()?)
        }
    }
}

/// A stored integer with its unit.
#[expect(clippy::cast_precision_loss, reason = "shown with three decimals")]
fn shown(stored: i64, axis: &Axis) -> String {
    let number = decimal(stored as f64 / axis.scale.max(1) as f64, 3);
    if axis.unit.is_empty() {
        number
    } else {
        format!("{number} {}", axis.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    fn plot(mark: Mark, points: Vec<[i64; 2]>) -> Plot {
        Plot {
            id: "p".into(),
            title: "Queue".into(),
            caption: String::new(),
            x: Axis::new("time", "s", 1_000),
            y: Axis::new("waiting", "calls", 1),
            series: vec![Series {
                label: "you".into(),
                role: Role::You,
                mark,
                points,
            }],
        }
    }

    #[test]
    fn lines_are_straight_between_points_and_steps_hold() {
        let points = vec![[0, 0], [1_000, 10], [2_000, 30]];
        let line = Frame::new(plot(Mark::Line, points.clone()));
        assert_eq!(line.read(1_500).text(), "time 1.5 s, you 20 calls");
        let step = Frame::new(plot(Mark::Step, points));
        assert_eq!(step.read(1_500).text(), "time 1.5 s, you 10 calls");
        assert_eq!(step.to_ns(1_500), 1_500_000_000);
        assert_eq!(step.from_ns(1_500_000_000), 1_500);
    }

    #[test]
    fn the_cursor_steps_from_stop_to_stop_and_stays_inside() {
        let frame = Frame::new(plot(Mark::Line, vec![[0, 0], [1_000, 10], [2_000, 30]]));
        assert_eq!(frame.step(0, 1), Some(1_000));
        assert_eq!(frame.step(1_500, 1), Some(2_000));
        assert_eq!(frame.step(1_500, -1), Some(1_000));
        assert_eq!(frame.step(2_000, 10), Some(2_000));
        assert_eq!(frame.step(0, -1), Some(0));
        assert_eq!(frame.nearest(0.99, 0.5), Some(2_000));
        assert_eq!(frame.nearest(0.0, 0.5), Some(0));
    }

    #[test]
    fn wide_ranges_are_drawn_in_powers_of_ten() {
        let frame = Frame::new(plot(
            Mark::Line,
            vec![[0, 1], [1_000, 100], [2_000, 10_000]],
        ));
        let dots = [0, 1_000, 2_000].map(|at| frame.dots(at)[0].1);
        assert!(
            (dots[0] - dots[1] - (dots[1] - dots[2])).abs() < 0.2,
            "{dots:?}"
        );
        let html = super::super::figure(&plot(Mark::Line, vec![[0, 1], [9, 9_999]]), "a");
        assert!(html.contains("log scale") && !html.contains("NaN"));
    }

    #[test]
    fn two_runs_part_where_they_differ_by_more_than_a_line() {
        let run = |points: Vec<[i64; 2]>| {
            let mut plot = plot(Mark::Step, points);
            plot.series[0].role = Role::Policy;
            plot
        };
        let mine = run(vec![[0, 0], [1_000, 1_000], [2_000, 2_000]]);
        let other = run(vec![[0, 0], [1_000, 1_005], [2_000, 1_500]]);
        assert_eq!(parting(&mine, &other), Some(2_000_000_000));
        assert_eq!(parting(&mine, &mine.clone()), None);
    }

    #[test]
    fn bars_are_read_by_category() {
        let mut bars = plot(Mark::Bar, vec![[0, 5], [1, 7]]);
        bars.x = Axis::new("scenario", "", 1);
        bars.x.categories = vec!["steady".into(), "edge".into()];
        let frame = Frame::new(bars);
        assert_eq!(frame.read(1).text(), "edge, you 7 calls");
        assert_eq!(frame.nearest(0.9, 0.5), Some(1));
    }
}
