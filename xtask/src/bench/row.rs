//! One measured figure beside its baseline and limit; knows not how it was measured.

use std::time::Duration;

/// What a figure must keep to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Limit {
    /// Time of the subject divided by time of the baseline.
    Ratio(f64),
    /// Time of the subject.
    Time(Duration),
    /// Bytes of memory at the peak.
    Memory(u64),
}

/// How long something took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    /// The fastest run.
    pub(super) min: Duration,
    /// The median run, which is the one that is judged.
    pub(super) median: Duration,
    /// How many runs there were.
    pub(super) runs: usize,
}

impl Figure {
    /// The figure of some runs; the median of an even number is the upper of the middle two.
    pub(super) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |index: usize| times.get(index).copied().unwrap_or_default();
        Self { min: at(0), median: at(times.len() / 2), runs: times.len() }
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2?} (min {:.2?} of {})", self.median, self.min, self.runs)
    }
}

/// One line of the answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    /// What was measured.
    pub(super) what: String,
    /// The subject's time.
    pub(super) time: Figure,
    /// Greatest memory of the subject in bytes, where it was looked at.
    pub(super) peak: Option<u64>,
    /// Name and time of what it is compared with.
    pub(super) baseline: (String, Figure),
    /// What it must keep to, where there is a limit.
    pub(super) limit: Option<Limit>,
}

impl Row {
    /// Whether the limit holds. What was not measured does not hold.
    pub(super) fn holds(&self) -> bool {
        match self.limit {
            None => true,
            Some(Limit::Ratio(most)) => self.ratio().is_some_and(|ratio| ratio <= most),
            Some(Limit::Time(most)) => self.time.runs > 0 && self.time.median <= most,
            Some(Limit::Memory(most)) => self.peak.is_some_and(|peak| peak <= most),
        }
    }

    /// Median by median.
    fn ratio(&self) -> Option<f64> {
        let (subject, baseline) = (self.time.median, self.baseline.1.median);
        (!baseline.is_zero()).then(|| subject.as_secs_f64() / baseline.as_secs_f64())
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:<26} {}", self.what, self.time)?;
        if let Some(peak) = self.peak {
            write!(f, "  {} MB", megabytes(peak))?;
        }
        write!(f, "  {} {}", self.baseline.0, self.baseline.1)?;
        if let Some(ratio) = self.ratio() {
            write!(f, "  {ratio:.2}x")?;
        }
        match self.limit {
            None => return f.write_str("  no limit"),
            Some(Limit::Ratio(most)) => write!(f, "  limit {most:.2}x")?,
            Some(Limit::Time(most)) => write!(f, "  limit {most:.2?}")?,
            Some(Limit::Memory(most)) => write!(f, "  limit {} MB", megabytes(most))?,
        }
        f.write_str(if self.holds() { "  ok" } else { "  over" })
    }
}

/// Of 10^6 bytes, rounded up: what is over a limit never reads as the limit.
fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(ms: &[u64]) -> Figure {
        Figure::of(ms.iter().copied().map(Duration::from_millis).collect())
    }

    fn row(limit: Limit) -> Row {
        let baseline = ("git log".to_owned(), figure(&[200]));
        let time = figure(&[170, 140, 150]);
        Row { what: "audit".to_owned(), time, peak: Some(90_000_000), baseline, limit: Some(limit) }
    }

    #[test]
    fn a_figure_is_of_sorted_times() {
        let found = figure(&[9, 1, 2]);
        assert_eq!((found.min, found.median, found.runs), (ms(1), ms(2), 3));
        assert_eq!(figure(&[]).median, Duration::ZERO);
    }

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn limits_hold_up_to_their_value() {
        for (limit, holds) in [
            (Limit::Ratio(0.75), true),
            (Limit::Ratio(0.74), false),
            (Limit::Time(ms(150)), true),
            (Limit::Time(ms(149)), false),
            (Limit::Memory(90_000_000), true),
            (Limit::Memory(89_999_999), false),
        ] {
            assert_eq!(row(limit).holds(), holds, "{limit:?}");
        }
    }

    #[test]
    fn what_was_not_measured_does_not_hold() {
        let none = figure(&[]);
        let bare =
            |limit| Row { time: none, peak: None, baseline: (String::new(), none), ..row(limit) };
        for limit in [Limit::Ratio(9.0), Limit::Memory(u64::MAX), Limit::Time(ms(9))] {
            assert!(!bare(limit).holds(), "{limit:?}");
        }
    }

    #[test]
    fn a_row_says_all_of_it() {
        let text = row(Limit::Ratio(1.0)).to_string();
        let expected = "150.00ms (min 140.00ms of 3)  90 MB  \
                        git log 200.00ms (min 200.00ms of 1)  0.75x  limit 1.00x  ok";
        assert!(text.starts_with("audit ") && text.ends_with(expected), "{text}");
        let over = Row { peak: Some(90_000_001), ..row(Limit::Memory(90_000_000)) }.to_string();
        assert!(over.contains("  91 MB  ") && over.ends_with("  limit 90 MB  over"), "{over}");
        let free = Row { limit: None, ..row(Limit::Ratio(0.0)) };
        assert!(free.holds() && free.to_string().ends_with("0.75x  no limit"));
    }
}
