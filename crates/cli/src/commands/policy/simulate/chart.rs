//! Geometry of the charts of a simulation, in units of their view boxes; knows no policy.

use super::tally::monday;
use std::collections::BTreeMap;

/// Columns that a chart holds at most; more weeks share one.
const COLUMNS: i64 = 116;

/// A rectangle of a bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
}

/// A line across with its number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) y: String,
    pub(super) text: String,
}

/// A word below the axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub(super) x: String,
    pub(super) anchor: &'static str,
    pub(super) text: String,
}

/// Where weeks stand, from left to right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    first: i64,
    last: i64,
    left: f64,
    right: f64,
}

impl Axis {
    pub(super) const fn new((first, last): (i64, i64), left: f64, right: f64) -> Self {
        Self { first, last, left, right }
    }

    /// Weeks that share a column.
    pub(super) const fn each(self) -> i64 {
        (self.last - self.first + COLUMNS) / COLUMNS
    }

    fn columns(self) -> i64 {
        (self.last - self.first) / self.each() + 1
    }

    pub(super) const fn column(self, week: i64) -> i64 {
        (week - self.first) / self.each()
    }

    /// Left edge and width of the bar of a column.
    fn place(self, column: i64) -> (f64, f64) {
        let step = (self.right - self.left) / real(self.columns());
        let width = (step * 0.78).clamp(0.6, 28.0);
        (self.left + step * real(column) + (step - width) / 2.0, width)
    }

    /// The days of the first, the middle and the last column.
    pub(super) fn days(self) -> Vec<Word> {
        let day = |column: i64| monday(self.first + column * self.each()).day();
        let (last, step) = (self.columns() - 1, (self.right - self.left) / real(self.columns()));
        let at = |column: i64, x: f64, anchor| Word { x: short(x), anchor, text: day(column) };
        let mut words = vec![at(0, self.left, "start")];
        if last >= 8 {
            let middle = last / 2;
            words.push(at(middle, self.left + step * (real(middle) + 0.5), "middle"));
        }
        if last >= 4 {
            words.push(at(last, self.right, "end"));
        }
        words
    }
}

/// Heights over an axis: `top` is where `most` reaches, `bottom` is nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) most: u64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Scale {
    pub(super) fn y(self, n: u64) -> f64 {
        let part = real_u(n.min(self.most)) / real_u(self.most.max(1));
        self.bottom - (self.bottom - self.top) * part
    }

    /// None, half and the most.
    pub(super) fn lines(self) -> Vec<Line> {
        let line = |n: u64| Line { y: short(self.y(n)), text: n.to_string() };
        [0, self.most / 2, self.most].map(line).to_vec()
    }
}

/// The next number that reads well above a count: even, one or two digits that are not nought.
pub(super) fn ceiling(n: u64) -> u64 {
    let mut unit = 1u64;
    while n > unit.saturating_mul(20) {
        unit = unit.saturating_mul(10);
    }
    n.div_ceil(unit.saturating_mul(2)).max(1).saturating_mul(unit.saturating_mul(2))
}

/// Bars that stand on each other: per column the counts of the classes, from the bottom.
pub(super) fn stacked(
    axis: Axis,
    scale: Scale,
    classes: &[&'static str],
    counts: &BTreeMap<i64, Vec<u64>>,
) -> Vec<Bar> {
    let mut bars = Vec::new();
    for (column, these) in counts {
        let mut below = 0;
        for (class, n) in classes.iter().zip(these).filter(|(_, n)| **n > 0) {
            bars.push(bar(axis, scale, (class, *column), (below, below + n)));
            below += n;
        }
    }
    bars
}

fn bar(axis: Axis, scale: Scale, (class, column): (&'static str, i64), span: (u64, u64)) -> Bar {
    let (x, width) = axis.place(column);
    let (low, high) = (scale.y(span.0), scale.y(span.1));
    Bar { class, x: short(x), y: short(high), width: short(width), height: short(low - high) }
}

/// A coordinate with one decimal.
pub(super) fn short(n: f64) -> String {
    format!("{n:.1}")
}

fn real(n: i64) -> f64 {
    f64::from(i32::try_from(n).unwrap_or(i32::MAX))
}

fn real_u(n: u64) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_is_even_round_and_not_below() {
        for n in 0..5_000 {
            let top = ceiling(n);
            assert!(top >= n && top.is_multiple_of(2) && top <= (n * 2).max(2), "{n}: {top}");
        }
        assert_eq!([1, 9, 21, 130, 999].map(ceiling), [2, 10, 40, 140, 1_000]);
    }

    #[test]
    fn any_number_of_weeks_fits() {
        for weeks in [1, 2, 52, 116, 117, 400, 2_000] {
            let axis = Axis::new((100, 100 + weeks - 1), 44.0, 740.0);
            assert!(axis.columns() <= COLUMNS, "{weeks}");
            let (x, width) = axis.place(axis.column(100 + weeks - 1));
            assert!(x >= 44.0 && x + width <= 740.0, "{weeks}: {x} {width}");
        }
    }

    #[test]
    fn bars_of_a_column_stand_on_each_other() {
        let axis = Axis::new((0, 1), 0.0, 100.0);
        let scale = Scale { most: 10, top: 0.0, bottom: 100.0 };
        let bars = stacked(axis, scale, &["a", "b"], &BTreeMap::from([(0, vec![4, 6])]));
        let spans: Vec<(&str, &str)> =
            bars.iter().map(|bar| (bar.y.as_str(), bar.height.as_str())).collect();
        assert_eq!(spans, [("60.0", "40.0"), ("0.0", "60.0")]);
    }
}
