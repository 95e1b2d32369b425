//! The program as its users run it: commands, hooks, real pushes. One binary for all of it.

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod begin;
#[cfg(test)]
mod bundle;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod demands;
#[cfg(test)]
mod deploy;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod failures;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod forge;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod inputs;
mod ledger;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod overrides;
#[cfg(test)]
mod people;
#[cfg(test)]
mod presence;
#[cfg(test)]
mod proofs;
#[cfg(test)]
mod push;
#[cfg(test)]
mod refs;
#[cfg(test)]
mod screens;
#[cfg(test)]
mod sheet;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod time;
#[cfg(test)]
mod transports;
#[cfg(test)]
mod trials;
#[cfg(test)]
mod versions;

/// The program under test.
#[cfg(test)]
fn program() -> &'static std::path::Path {
    std::path::Path::new(env!("CARGO_BIN_EXE_obstat"))
}

/// A gated organisation with the usual policy.
#[cfg(test)]
fn org() -> obstat_testkit::Org {
    obstat_testkit::Org::gated(program(), obstat_testkit::POLICY)
}

/// Text that a senior is asked for.
#[cfg(test)]
const ASSISTED: &str = "Change\n\nCo-authored-by: Cursor <cursoragent@cursor.com>";
