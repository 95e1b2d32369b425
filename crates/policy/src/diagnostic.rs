//! What is wrong with an input file, where, and what to do; knows no file format and no terminal.

mod suggest;

use obstat_model::text::escape_cut;
use std::ops::Range;

/// Most findings that are kept of one file; further ones add nothing to the first.
pub(crate) const FINDINGS_MAX: usize = 50;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file holds, but probably not as meant.
    Warning,
    /// The file does not hold.
    Error,
}

/// One finding in an input file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Stable code, such as `unknown-level`.
    pub code: &'static str,
    /// What happened, one lower-case sentence without a full stop.
    pub message: String,
    /// Name of the file, as the caller gave it.
    pub file: String,
    /// Where, in bytes of the file; empty where the whole file is meant.
    pub span: Range<usize>,
    /// What stands at the place; empty where there is nothing to say.
    pub label: String,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error that concerns a file as a whole.
    #[must_use]
    pub fn plain(code: &'static str, file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            file: file.into(),
            span: 0..0,
            label: String::new(),
            help: None,
        }
    }

    /// A warning that concerns a file as a whole.
    #[must_use]
    pub fn warning(
        code: &'static str,
        file: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self { severity: Severity::Warning, ..Self::plain(code, file, message) }
    }

    /// The same finding at a place.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span = span;
        self
    }

    /// The same finding with a text for its place.
    #[must_use]
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The same finding with what to do next.
    #[must_use]
    pub fn helped(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Findings of one file while it is read.
#[derive(Debug)]
pub(crate) struct Report {
    file: String,
    found: Vec<Diagnostic>,
}

impl Report {
    pub(crate) fn new(file: &str) -> Self {
        Self { file: file.to_owned(), found: Vec::new() }
    }

    /// An error at a place, to be refined by the caller and handed to [`Report::add`].
    pub(crate) fn error(
        &self,
        code: &'static str,
        span: &Range<usize>,
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::plain(code, &self.file, message).at(span.clone())
    }

    pub(crate) fn add(&mut self, finding: Diagnostic) {
        if self.found.len() < FINDINGS_MAX {
            self.found.push(finding);
        }
    }

    /// An error without label or help.
    pub(crate) fn say(
        &mut self,
        code: &'static str,
        span: &Range<usize>,
        message: impl Into<String>,
    ) {
        let finding = self.error(code, span, message);
        self.add(finding);
    }

    /// An error about a name that nothing has, with the nearest one that something has.
    pub(crate) fn unknown<'a>(
        &mut self,
        code: &'static str,
        span: &Range<usize>,
        (what, name): (&str, &str),
        known: impl IntoIterator<Item = &'a str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        let message = format!("unknown {what} `{}`", shown(name));
        let mut finding = self.error(code, span, message).labelled(listed(what, &known));
        if let Some(near) = suggest::nearest(name, &known) {
            finding = finding.helped(format!("did you mean `{near}`?"));
        }
        self.add(finding);
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|d| d.severity == Severity::Error)
    }

    /// The value if there was no error, else the findings in the order of the file.
    ///
    /// # Errors
    /// The findings. A missing value without a finding is a finding itself: nothing may be
    /// refused without a reason, and nothing half-read may pass.
    pub(crate) fn settle<T>(mut self, value: Option<T>) -> Result<T, Vec<Diagnostic>> {
        match value {
            Some(value) if !self.has_errors() => Ok(value),
            _ => {
                if !self.has_errors() {
                    self.say("incomplete", &(0..0), "the file could not be read completely");
                }
                self.found.sort_by(|a, b| (a.span.start, a.code).cmp(&(b.span.start, b.code)));
                Err(self.found)
            }
        }
    }
}

/// Text from a file as it may be shown in a message.
pub(crate) fn shown(text: &str) -> String {
    escape_cut(text, 60)
}

/// Most names that a label lists.
const LISTED_MAX: usize = 14;

fn listed(what: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return format!("there is no {what}");
    }
    let mut names: Vec<&str> = known.iter().copied().take(LISTED_MAX).collect();
    if known.len() > LISTED_MAX {
        names.push("…");
    }
    format!("known: {}", names.join(", "))
}

#[cfg(test)]
mod tests;
