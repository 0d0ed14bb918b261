//! From stored integers to places in the drawing, and round numbers for the ticks.

use ::labs::engine::plot::{Axis, Mark, Plot, Role};

/// An axis laid over a stretch of the drawing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
    divisor: f64,
    log: bool,
}

impl Scale {
    /// The place of a stored integer.
    #[expect(clippy::cast_precision_loss, reason = "drawn to a tenth of a pixel")]
    pub fn place(&self, value: i64) -> f64 {
        self.at(value as f64 / self.divisor)
    }

    /// The place of a value in the axis' unit.
    pub fn at(&self, value: f64) -> f64 {
        let part = if self.log {
            (value.max(self.low / 10.0) / self.low).log10() / (self.high / self.low).log10()
        } else {
            (value - self.low) / (self.high - self.low)
        };
        self.from + part.clamp(-0.02, 1.05) * (self.to - self.from)
    }

    /// The stored integer at a place; places outside count as the nearest end.
    #[expect(clippy::cast_possible_truncation, reason = "a place in a chart of i64")]
    pub fn stored(&self, place: f64) -> i64 {
        let part = ((place - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        let value = if self.log {
            self.low * (self.high / self.low).powf(part)
        } else {
            self.low + part * (self.high - self.low)
        };
        (value * self.divisor).round() as i64
    }

    /// Whether equal distances are equal factors.
    pub const fn is_log(&self) -> bool {
        self.log
    }

    /// Round values across the axis, about `count` of them.
    pub fn ticks(&self, count: u32) -> Vec<f64> {
        if self.log {
            return self.powers(count);
        }
        let step = nice((self.high - self.low) / f64::from(count.max(1)));
        let mut value = (self.low / step).ceil() * step;
        let mut ticks = Vec::new();
        while value <= self.high + step * 0.001 && ticks.len() < 32 {
            ticks.push(if value.abs() < step * 1e-6 {
                0.0
            } else {
                value
            });
            value += step;
        }
        ticks
    }

    fn powers(&self, count: u32) -> Vec<f64> {
        let decades = (self.high / self.low).log10();
        let factor = 10_f64.powf((decades / f64::from(count.max(1))).ceil().max(1.0));
        let mut value = 10_f64.powf(self.low.log10().ceil());
        let mut ticks = Vec::new();
        while value <= self.high * 1.001 && ticks.len() < 32 {
            ticks.push(value);
            value *= factor;
        }
        ticks
    }
}

/// The horizontal scale of `plot` between `from` and `to`.
pub(super) fn horizontal(plot: &Plot, from: f64, to: f64) -> Scale {
    let (low, high) = span(plot, &plot.x, 0);
    Scale {
        low,
        high,
        from,
        to,
        divisor: divisor(&plot.x),
        log: wide(plot, 0),
    }
}

/// The vertical scale of `plot`: zero at the bottom, room above the highest value; powers of ten
/// where values differ too much for that.
pub(super) fn vertical(plot: &Plot, from: f64, to: f64) -> Scale {
    let (low, high) = span(plot, &plot.y, 1);
    let log = wide(plot, 1);
    let (low, high) = if log {
        (
            10_f64.powf(low.log10().floor()),
            10_f64.powf(high.log10().ceil()),
        )
    } else {
        let low = low.min(0.0);
        let step = nice((high - low) / 4.0);
        (low, (high / step).ceil() * step)
    };
    Scale {
        low,
        high,
        from,
        to,
        divisor: divisor(&plot.y),
        log,
    }
}

/// Greatest over least value from which an axis shows powers of ten.
const WIDE: i64 = 1_000;

/// Whether an axis needs powers of ten: nothing at or below zero, and a wide range. Time runs
/// evenly, and bars stand on zero.
fn wide(plot: &Plot, coordinate: usize) -> bool {
    let bars = plot.series.iter().any(|s| s.mark == Mark::Bar);
    if bars || (coordinate == 0 && super::is_time(&plot.x)) {
        return false;
    }
    let values = plot.series.iter().flat_map(|s| s.points.iter());
    let ends = values.fold(None, |ends: Option<(i64, i64)>, point| {
        let v = point[coordinate];
        Some(ends.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
    });
    ends.is_some_and(|(low, high)| low > 0 && high / low >= WIDE)
}

#[expect(clippy::cast_precision_loss, reason = "drawn to a tenth of a pixel")]
fn divisor(axis: &Axis) -> f64 {
    axis.scale.max(1) as f64
}

/// Least and greatest value on an axis; never an empty stretch. What was offered may leave the
/// top of the chart where it would press everything else flat.
#[expect(clippy::cast_precision_loss, reason = "drawn to a tenth of a pixel")]
fn span(plot: &Plot, axis: &Axis, coordinate: usize) -> (f64, f64) {
    let of = |wanted: fn(Role) -> bool| {
        let series = plot.series.iter().filter(|s| wanted(s.role));
        let values = series.flat_map(|s| s.points.iter().map(|p| p[coordinate]));
        values.fold(None, |range: Option<(i64, i64)>, v| {
            Some(range.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
        })
    };
    let (low, mut high) = of(|_| true).unwrap_or((0, 1));
    if coordinate == 1
        && let Some((_, rest)) = of(|role| role != Role::Offered)
        && rest > 0
    {
        high = high.min(rest.saturating_mul(2));
    }
    let (low, high) = (low as f64 / divisor(axis), high as f64 / divisor(axis));
    if high - low > f64::EPSILON {
        (low, high)
    } else {
        (low, low + 1.0)
    }
}

/// The smallest of 1, 2, 5 × 10ⁿ that is at least `raw`.
fn nice(raw: f64) -> f64 {
    let mut power = 1.0;
    while power > raw && power > 1e-12 {
        power /= 10.0;
    }
    while power * 10.0 <= raw && power < 1e15 {
        power *= 10.0;
    }
    let steps = [1.0, 2.0, 5.0, 10.0];
    steps
        .iter()
        .map(|s| s * power)
        .find(|s| *s >= raw)
        .unwrap_or(power)
}

#[cfg(test)]
mod tests {
    use super::nice;

    #[test]
    fn steps_are_round() {
        for (raw, step) in [
            (0.3, 0.5),
            (1.0, 1.0),
            (7.0, 10.0),
            (130.0, 200.0),
            (0.011, 0.02),
        ] {
            assert!((nice(raw) - step).abs() < 1e-9, "{raw}");
        }
    }
}
