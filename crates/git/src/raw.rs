//! Git objects parsed from their stored bytes, strictly; knows no repository.

pub mod commit;
pub mod tree;
