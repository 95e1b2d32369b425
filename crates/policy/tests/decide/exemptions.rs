//! Exemptions: within every limit, or not at all.

use super::is;
use super::scene::{Scene, evidence, part};
use obstat_model::actor::Role;
use obstat_model::decision::Outcome::{Blocked, Clear, Pending};
use obstat_model::hidden::HiddenFlag;

fn exempt(assistance: &str) -> Scene {
    let rules = format!(
        "rules:\n  - {{ name: all, require: [{{ approvals: 1, level: senior }}] }}\nexempt:\n  - {{ name: docs, \
         paths: ['docs/**', '*.md'], lines_at_most: 20, files_at_most: 2, assistance: {assistance}, reason: text only }}\n"
    );
    Scene::new(&rules).files(&["docs/a.md"])
}

#[test]
fn what_lies_within_the_limits_passes_with_the_reason() {
    let found = exempt("any").decide();
    is(&found, Clear);
    let (name, reason) = found.diagnostics.exemption.unwrap();
    assert_eq!((name.as_str(), reason.as_str()), ("docs", "text only"));
    is(&exempt("any").files(&["docs/a.md", "README.md"]).decide(), Clear);
}

#[test]
fn every_limit_is_one() {
    is(&exempt("any").files(&["docs/a.md", "src/a.rs"]).decide(), Pending);
    is(&exempt("any").with(|s| s.files[0].1 = 21).decide(), Pending);
    is(&exempt("any").files(&["a.md", "b.md", "c.md"]).decide(), Pending);
    for flag in HiddenFlag::ALL {
        is(&exempt("any").with(|s| s.files[0].2.push(flag)).decide(), Pending);
    }
    is(&exempt("any").with(|s| s.inputs = true).decide(), Pending);
}

#[test]
fn assistance_is_a_limit_too() {
    let assisted = |s: &mut Scene| s.evidence.push(evidence("cursor"));
    let declared = |s: &mut Scene| s.declared = true;
    is(&exempt("any").with(assisted).decide(), Clear);
    is(&exempt("undisclosed").decide(), Clear);
    is(&exempt("undisclosed").with(assisted).decide(), Pending);
    is(&exempt("declared_unassisted").decide(), Pending);
    is(&exempt("declared_unassisted").with(declared).decide(), Clear);
    is(&exempt("declared_unassisted").with(declared).with(assisted).decide(), Pending);
}

#[test]
fn unknown_people_are_not_exempt() {
    is(&exempt("any").with(|s| s.parts.push(part(Role::Author, ""))).decide(), Blocked);
}
