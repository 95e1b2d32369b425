//! What the tests of several modules share; tests nothing itself.

pub(crate) mod samples;
