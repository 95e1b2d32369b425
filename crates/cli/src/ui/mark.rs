//! Marks that say met, open, blocked; in Unicode or ASCII.

use super::paint::Paint;
use obstat_model::decision::{Outcome, Progress};

/// Which marks the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Marks {
    /// `✓ ◐ ○ ✗`
    Unicode,
    /// `ok part open no`
    Ascii,
}

impl Marks {
    fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
        }
    }

    pub(crate) fn met(self, paint: Paint) -> String {
        paint.green(self.pick("✓", "ok"))
    }

    pub(crate) fn partly(self, paint: Paint) -> String {
        paint.yellow(self.pick("◐", "part"))
    }

    pub(crate) fn open(self, paint: Paint) -> String {
        paint.yellow(self.pick("○", "open"))
    }

    pub(crate) fn blocked(self, paint: Paint) -> String {
        paint.red(self.pick("✗", "no"))
    }

    pub(crate) fn aside(self, paint: Paint) -> String {
        paint.dim(self.pick("✗", "no"))
    }

    pub(crate) fn warning(self, paint: Paint) -> String {
        paint.yellow("!")
    }

    pub(crate) fn dash(self) -> &'static str {
        self.pick("·", "-")
    }

    pub(crate) fn arrow(self) -> &'static str {
        self.pick("→", "->")
    }

    pub(crate) fn progress(self, progress: Progress, paint: Paint) -> String {
        match progress {
            Progress::Met => self.met(paint),
            Progress::Partly => self.partly(paint),
            Progress::Open => self.open(paint),
            Progress::Impossible => self.blocked(paint),
        }
    }

    /// `✓ Clear`, `◐ Pending`, `✗ Blocked`.
    pub(crate) fn outcome(self, outcome: Outcome, paint: Paint) -> String {
        match outcome {
            Outcome::Clear => paint.green(&format!("{} Clear", self.pick("✓", "ok"))),
            Outcome::Pending => paint.yellow(&format!("{} Pending", self.pick("◐", "part"))),
            Outcome::Blocked => paint.red(&format!("{} Blocked", self.pick("✗", "no"))),
        }
    }
}
