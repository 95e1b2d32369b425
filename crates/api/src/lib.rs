//! What Obstat says to machines: exit codes and serialisable twins of the model's answers.
//!
//! Format page: `docs/formats/output.md`. Knows no terminal and no repository.

pub mod audit;
pub mod check;
pub mod exit;
