//! Points in time and spans; never asks the clock, which only shells may do.

use jiff::civil;
use jiff::tz::TimeZone;
use thiserror::Error;

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The one reading of the clock that a shell takes for a decision; recorded with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now(pub Timestamp);

/// A length of time in seconds; never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seconds(pub u64);

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TimeError {
    /// Neither RFC 3339 nor a plain date.
    #[error("`{0}` is no time: write 2026-11-24 or 2026-11-24T10:52:00Z")]
    NotTime(String),
    /// Not a number with a unit.
    #[error("`{0}` is no length of time: write 30m, 24h or 7d")]
    NotSpan(String),
}

impl Timestamp {
    /// The given number of seconds after 1970.
    #[must_use]
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds after 1970.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// Reads `2026-11-24` (midnight UTC) or an RFC 3339 time with offset.
    ///
    /// # Errors
    /// [`TimeError::NotTime`] for anything else.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
            return Ok(Self(stamp.as_second()));
        }
        let date = text.parse::<civil::Date>();
        let midnight = |d: civil::Date| TimeZone::UTC.to_timestamp(d.at(0, 0, 0, 0)).ok();
        let found = date.ok().and_then(midnight).map(|t| Self(t.as_second()));
        found.ok_or_else(|| TimeError::NotTime(text.to_owned()))
    }

    /// This time plus a span; saturates.
    #[must_use]
    pub fn after(self, span: Seconds) -> Self {
        Self(self.0.saturating_add_unsigned(span.0))
    }

    /// This time minus a span; saturates.
    #[must_use]
    pub fn before(self, span: Seconds) -> Self {
        Self(self.0.saturating_sub_unsigned(span.0))
    }

    /// RFC 3339 in UTC, to the second: `2026-11-24T10:52:00Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.civil().map_or_else(
            || format!("@{}", self.0),
            |c| c.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        )
    }

    /// The UTC date as people read it: `24 Nov 2026`.
    #[must_use]
    pub fn day(self) -> String {
        self.civil().map_or_else(|| format!("@{}", self.0), |c| c.strftime("%-d %b %Y").to_string())
    }

    fn civil(self) -> Option<civil::DateTime> {
        let stamp = jiff::Timestamp::from_second(self.0).ok()?;
        Some(TimeZone::UTC.to_datetime(stamp))
    }
}

impl Seconds {
    /// Reads `45s`, `30m`, `24h`, `7d` or `2w`.
    ///
    /// # Errors
    /// [`TimeError::NotSpan`] for anything else.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let bad = || TimeError::NotSpan(text.to_owned());
        let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor = match text.strip_prefix(digits) {
            Some("s") => 1,
            Some("m") => 60,
            Some("h") => 3_600,
            Some("d") => 86_400,
            Some("w") => 604_800,
            _ => return Err(bad()),
        };
        let count: u64 = digits.parse().map_err(|_| bad())?;
        count.checked_mul(factor).map(Self).ok_or_else(bad)
    }
}

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (size, unit) in [(86_400, "d"), (3_600, "h"), (60, "min")] {
            if self.0 >= size && self.0.is_multiple_of(size) {
                return write!(f, "{} {unit}", self.0 / size);
            }
        }
        write!(f, "{} s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written() {
        let noon = Timestamp::parse("2026-11-24T12:00:00+01:00").unwrap();
        assert_eq!(noon.rfc3339(), "2026-11-24T11:00:00Z");
        assert_eq!(Timestamp::parse("2026-11-24").unwrap().day(), "24 Nov 2026");
        assert!(Timestamp::parse("24.11.2026").is_err());
    }

    #[test]
    fn spans_need_a_unit() {
        assert_eq!(Seconds::parse("24h"), Ok(Seconds(86_400)));
        assert_eq!(Seconds(86_400).to_string(), "1 d");
        for bad in ["24", "h", "-1h", "1y", "99999999999999999999d"] {
            assert!(Seconds::parse(bad).is_err(), "{bad}");
        }
    }
}
