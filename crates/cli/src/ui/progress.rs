//! How far long work has come, on a terminal only; knows not of what.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// Work that is done sooner shows nothing.
const SHOWN_AFTER: Duration = Duration::from_millis(300);

/// A line that counts while work goes on, and that is gone when it ends.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// It may be shown, and is not yet.
    waits: bool,
}

impl Progress {
    /// Counts `noun`; where nobody looks, nothing is shown.
    pub(super) fn new(noun: &str, is_watched: bool) -> Self {
        let bar = ProgressBar::hidden();
        // No part of the template can fail; without it the line would only look different.
        let line = format!("  {{human_pos}} {noun} read, {{elapsed}}");
        if let Ok(style) = ProgressStyle::with_template(&line) {
            bar.set_style(style);
        }
        Self { bar, waits: is_watched }
    }

    /// So much is done.
    pub(crate) fn at(&mut self, count: u64) {
        if self.waits && self.bar.elapsed() >= SHOWN_AFTER {
            self.waits = false;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(count);
    }

    /// All is done: the answer takes the line's place.
    pub(crate) fn end(self) {
        self.bar.finish_and_clear();
    }
}
