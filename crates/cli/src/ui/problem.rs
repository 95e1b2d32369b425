//! Errors in input files, pointing at the place; rendering by miette.

use super::mark::Marks;
use super::paint::Paint;
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report,
};
use obstat_policy::diagnostic::Diagnostic;

/// Renders errors with the lines they point at, then their number.
pub(crate) fn render(
    found: &[Diagnostic],
    texts: &[(String, String)],
    paint: Paint,
    marks: Marks,
) -> String {
    let handler = GraphicalReportHandler::new_themed(theme(paint, marks)).with_width(80);
    let mut out = String::new();
    for problem in found {
        let text = texts.iter().find(|(name, _)| *name == problem.file).map_or("", |(_, t)| t);
        let source = NamedSource::new(&problem.file, text.to_owned());
        let report = Report::from(one(problem, text.len())).with_source_code(source);
        if handler.render_report(&mut out, report.as_ref()).is_err() {
            out.push_str(&problem.message);
            out.push('\n');
        }
    }
    out.push_str(&obstat_model::text::count(found.len() as u64, "error"));
    out.push_str(".\n");
    out
}

fn one(problem: &Diagnostic, length: usize) -> MietteDiagnostic {
    let message = obstat_model::text::escape_line(&problem.message);
    let whole = problem.span.is_empty() && problem.label.is_empty();
    // Where nothing is pointed at, the file is named in words.
    let message = if whole { format!("{}: {message}", problem.file) } else { message };
    let mut report = MietteDiagnostic::new(message);
    let end = problem.span.end.min(length);
    let start = problem.span.start.min(end);
    if length > 0 && !whole {
        let label = Some(obstat_model::text::escape_line(&problem.label)).filter(|l| !l.is_empty());
        report = report.with_label(LabeledSpan::new(label, start, end - start));
    }
    match &problem.help {
        Some(help) => report.with_help(obstat_model::text::escape_line(help)),
        None => report,
    }
}

fn theme(paint: Paint, marks: Marks) -> GraphicalTheme {
    match (paint, marks) {
        (Paint::Ansi, Marks::Unicode) => GraphicalTheme::unicode(),
        (Paint::Plain, Marks::Unicode) => GraphicalTheme::unicode_nocolor(),
        (_, Marks::Ascii) => GraphicalTheme::none(),
    }
}
