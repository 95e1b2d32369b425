//! The terminal: marks, colours, columns. The only place that prints. Knows no decision.

pub(crate) mod bar;
pub(crate) mod brief;
pub(crate) mod mark;
pub(crate) mod paint;
pub(crate) mod problem;
pub(crate) mod progress;
pub(crate) mod refusal;
pub(crate) mod wrap;

use crate::error::CliError;
use paint::Paint;
use std::io::{IsTerminal as _, Write};

/// Widest line of what a hook says: git puts `remote: ` before it, and terminals have 80 columns.
pub(crate) const WIDTH: usize = 72;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Standard output and error, and how to write on them.
pub(crate) struct Ui {
    out: Box<dyn Write>,
    err: Box<dyn Write>,
    pub(crate) paint: Paint,
    pub(crate) marks: mark::Marks,
    interactive: bool,
    /// Why the answer could not be written, if it could not.
    failed: Option<std::io::Error>,
}

impl std::fmt::Debug for Ui {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ui")
    }
}

impl Ui {
    pub(crate) fn new(colour: Colour, ascii: bool) -> Self {
        let var = |name: &str| std::env::var(name).unwrap_or_default();
        let terminal = std::io::stdout().is_terminal();
        let dumb = var("TERM") == "dumb";
        let colours = match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !dumb && var("NO_COLOR").is_empty(),
        };
        let locale = [var("LC_ALL"), var("LC_CTYPE"), var("LANG")];
        let locale = locale.iter().find(|v| !v.is_empty()).cloned().unwrap_or_default();
        let locale = locale.to_ascii_lowercase();
        let plain = ascii || dumb || !(locale.contains("utf-8") || locale.contains("utf8"));
        Self {
            out: Box::new(std::io::BufWriter::new(std::io::stdout())),
            err: Box::new(std::io::stderr()),
            paint: if colours { Paint::Ansi } else { Paint::Plain },
            marks: if plain { mark::Marks::Ascii } else { mark::Marks::Unicode },
            failed: None,
            interactive: std::io::stdin().is_terminal() && std::io::stderr().is_terminal(),
        }
    }

    /// A line of the answer. A closed pipe is not an error of ours.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        let written = writeln!(self.out, "{}", text.as_ref());
        self.keep(written);
    }

    /// Remembers that the answer did not get out. A closed pipe means that nobody reads on.
    fn keep(&mut self, written: std::io::Result<()>) {
        if let Err(error) = written
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            self.failed.get_or_insert(error);
        }
    }

    /// Text of the answer without a line end.
    pub(crate) fn text(&mut self, text: impl AsRef<str>) {
        let written = write!(self.out, "{}", text.as_ref()).and_then(|()| self.out.flush());
        self.keep(written);
    }

    /// A line of progress or of a hint.
    pub(crate) fn note(&mut self, text: impl AsRef<str>) {
        let _ = self.out.flush();
        let _ = writeln!(self.err, "{}", text.as_ref());
    }

    /// A count that shows itself on a terminal only, and only when work takes long.
    pub(crate) fn progress(&self, noun: &str) -> progress::Progress {
        progress::Progress::new(noun, self.interactive)
    }

    /// Puts a question on the error stream and reads one line of the answer.
    pub(crate) fn ask(&mut self, question: &str) -> String {
        let _ = self.out.flush();
        let _ = write!(self.err, "{question}");
        let _ = self.err.flush();
        if self.interactive {
            drop_early_keys();
        }
        let mut answer = String::new();
        let _ = std::io::stdin().read_line(&mut answer);
        answer.trim().to_owned()
    }

    /// An error: what happened, its causes, what to do next.
    pub(crate) fn error(&mut self, error: &CliError) {
        let _ = self.out.flush();
        if let CliError::Input { found, texts } = error {
            let text = problem::render(found, texts, self.paint, self.marks);
            let _ = write!(self.err, "{text}");
            return;
        }
        let label = self.paint.red("error");
        let text = obstat_model::text::escape_block(&error.to_string());
        let _ = writeln!(self.err, "{label}: {text}");
        if let Some(hint) = error.hint() {
            let _ = writeln!(self.err, "  {}: {hint}", self.paint.blue("hint"));
        }
    }

    /// Writes what is left; an error where not all of the answer could be written.
    pub(crate) fn finish(&mut self) -> std::io::Result<()> {
        let written = self.out.flush();
        self.keep(written);
        let _ = self.err.flush();
        self.failed.take().map_or(Ok(()), Err)
    }
}

/// Lines typed within half a second after a question were meant for something else.
fn drop_early_keys() {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let _ = receiver.recv_timeout(std::time::Duration::from_millis(500));
    drop(sender);
}

/// Text of a command that the demo ran, for those who asked to see it.
pub(crate) fn aside(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
