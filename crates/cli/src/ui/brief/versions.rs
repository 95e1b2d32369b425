//! What one version of a policy lets pass and another does not, in sentences.

use crate::ui::{Ui, wrap};
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::text::{count, escape_cut};
use obstat_policy::compare::{Difference, Story};

/// Columns of a story.
const WIDTH: usize = 78;

/// What is told of a difference, also before it is signed for.
pub(crate) fn difference(ui: &mut Ui, found: &Difference, most: usize) {
    let (met, warning) = (ui.marks.met(ui.paint), ui.marks.warning(ui.paint));
    let nothing = found.weaker.is_empty() && found.stricter.is_empty() && found.terms.is_empty();
    if nothing && !found.is_partial {
        ui.line(format!("{met} no change of content needs fewer, more or other people"));
        return;
    }
    if found.is_partial {
        ui.line(format!(
            "{warning} more cases differ than are tried, so only a part is told: read the rules yourself"
        ));
    }
    for (sentence, weaker) in &found.terms {
        ui.line(format!("{} {sentence}", if *weaker { &warning } else { &met }));
    }
    for (stories, head, mark, weaker) in [
        (&found.weaker, "passes now, and did not before", &warning, true),
        (&found.stricter, "passed before, and does not now", &met, false),
    ] {
        if stories.is_empty() {
            continue;
        }
        ui.line(format!("{mark} {}", ui.paint.bold(head)));
        for one in stories.iter().take(most) {
            for line in wrap::after("    ", 4, &sentence(one), WIDTH) {
                ui.line(line);
            }
            let asks = if weaker { "asked before" } else { "asks now" };
            for missing in one.missing.iter().take(3) {
                let text = format!("{asks}: {}", escape_cut(missing, 160));
                for line in wrap::after("      ", 6, &text, WIDTH) {
                    ui.line(ui.paint.dim(&line));
                }
            }
        }
        if stories.len() > most {
            ui.line(format!("    and {} more", stories.len() - most));
        }
    }
}

/// One change in a sentence: who, what, how, signed by whom.
fn sentence(story: &Story) -> String {
    let author = story.author.as_ref().map_or_else(
        || "somebody without a level".to_owned(),
        |level| format!("somebody of level {level}"),
    );
    let mut what = format!("`{}`", escape_cut(&story.path, 60));
    if story.files > 1 {
        what = format!("{} like {what}", count(story.files as u64, "file"));
    }
    if story.lines > 1 {
        what = format!("{what}, {}", count(story.lines, "line"));
    }
    if story.earlier_lines > 0 {
        what = format!("{what}, after {} of the same author", count(story.earlier_lines, "line"));
    }
    for flag in &story.hidden {
        what = format!("{what}, hiding {}", flag.phrase());
    }
    let help = match (&story.help, &story.tool) {
        (AssistanceVerdict::Assisted, Some(tool)) => format!("with the help of {tool}"),
        (AssistanceVerdict::Assisted, None) => "with an AI's help".to_owned(),
        (AssistanceVerdict::Undisclosed, _) => "and does not say whether an AI helped".to_owned(),
        (AssistanceVerdict::DeclaredUnassisted, _) => "and signs that no AI helped".to_owned(),
    };
    let mut by: Vec<String> = story
        .signed
        .iter()
        .map(|(who, presence)| format!("{who} signs, presence {}", presence.as_str()))
        .collect();
    if by.is_empty() {
        by.push("nobody signs".to_owned());
    }
    if story.stated {
        by.push("the author stands for it".to_owned());
    }
    if story.checked {
        by.push("all checks passed".to_owned());
    }
    format!("{}: {author} changes {what} {help}; {}", story.target.short(), by.join(", "))
}
