//! The answer to "was an AI involved?"; knows not how evidence is gathered.

use crate::evidence::{Evidence, Strength};
use crate::id::{PersonId, ToolId};

/// The three answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AssistanceVerdict {
    /// The author signed that no AI helped, and nothing is known against it.
    DeclaredUnassisted,
    /// Nothing says either way. Counts as assisted unless a policy says otherwise.
    Undisclosed,
    /// Evidence of grade E1 or more.
    Assisted,
}

impl AssistanceVerdict {
    /// The name in output for machines and in statements.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DeclaredUnassisted => "declared_unassisted",
            Self::Undisclosed => "undisclosed",
            Self::Assisted => "assisted",
        }
    }

    /// The verdict of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::DeclaredUnassisted, Self::Undisclosed, Self::Assisted]
            .into_iter()
            .find(|v| v.as_str() == text)
    }
}

/// The answer for one change or commit, with everything it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assistance {
    /// The answer.
    pub verdict: AssistanceVerdict,
    /// A signed "no AI" stands against evidence.
    pub contradicted: bool,
    /// Who signed that no AI helped.
    pub declared_by: Option<PersonId>,
    /// The evidence, strongest first.
    pub evidence: Vec<Evidence>,
}

impl Assistance {
    /// The answer that evidence and an author's signed declaration add up to.
    ///
    /// Evidence of grade E1 or more means assisted, whatever was declared; then a declaration
    /// makes it *contradicted*. Evidence of grade E0 asks and never decides.
    #[must_use]
    pub fn conclude(mut evidence: Vec<Evidence>, declared_by: Option<PersonId>) -> Self {
        evidence.sort_by(|a, b| b.strength.cmp(&a.strength).then_with(|| a.cmp(b)));
        evidence.dedup();
        let assisted = evidence.iter().any(|e| e.strength >= Strength::E1);
        let verdict = match (assisted, &declared_by) {
            (true, _) => AssistanceVerdict::Assisted,
            (false, Some(_)) => AssistanceVerdict::DeclaredUnassisted,
            (false, None) => AssistanceVerdict::Undisclosed,
        };
        Self { verdict, contradicted: assisted && declared_by.is_some(), declared_by, evidence }
    }

    /// Whether an AI may have helped: assisted, undisclosed or contradicted.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.contradicted || self.verdict != AssistanceVerdict::DeclaredUnassisted
    }

    /// The tools named by evidence of grade E1 or more, each once, strongest first.
    #[must_use]
    pub fn tools(&self) -> Vec<&ToolId> {
        let mut tools = Vec::new();
        for evidence in self.evidence.iter().filter(|e| e.strength >= Strength::E1) {
            if let Some(tool) = evidence.tool.as_ref().filter(|t| !tools.contains(t)) {
                tools.push(tool);
            }
        }
        tools
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::EvidenceKind;

    fn sign(strength: Strength) -> Evidence {
        let tool = "cursor".parse().ok();
        let kind = EvidenceKind::Trailer;
        Evidence { strength, kind, tool, model: None, commit: None, text: String::new() }
    }

    #[test]
    fn absence_is_undisclosed_and_e0_only_asks() {
        for evidence in [vec![], vec![sign(Strength::E0)]] {
            let found = Assistance::conclude(evidence, None);
            assert_eq!(found.verdict, AssistanceVerdict::Undisclosed);
            assert!(found.is_possible() && found.tools().is_empty());
        }
    }

    #[test]
    fn evidence_overrules_a_declaration_and_marks_it() {
        let who: PersonId = "jonas".parse().unwrap();
        let found = Assistance::conclude(vec![sign(Strength::E2)], Some(who.clone()));
        assert_eq!(found.verdict, AssistanceVerdict::Assisted);
        assert!(found.contradicted && found.is_possible());
        let quiet = Assistance::conclude(vec![], Some(who));
        assert!(!quiet.is_possible() && !quiet.contradicted);
    }
}
