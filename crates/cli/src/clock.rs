//! The one place that asks the clock; everything else is told.

use obstat_model::time::{Now, Timestamp};
use std::time::{SystemTime, UNIX_EPOCH};

/// The present moment, to the second. A clock before 1970 reads as 1970.
pub(crate) fn now() -> Now {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Now(Timestamp::from_unix(i64::try_from(since.as_secs()).unwrap_or(i64::MAX)))
}
