//! The one pipeline behind every door: gather → verify → enrich → decide → record, over ports.
//!
//! Knows no git library, forge, terminal or clock; a shell hands it the ports and one `Now`.

pub mod assist;
pub mod content;
pub mod cover;
pub mod deploy;
pub mod governing;
pub mod hidden;
pub mod inputs;
pub mod landing;
pub mod lines;
pub mod memo;
mod others;
pub mod passing;
pub mod paths;
pub mod people;
pub mod pipeline;
pub mod ports;
pub mod proposal;
pub mod receive;
pub mod rolling;
pub mod statements;
pub mod supposed;
pub mod traces;
pub mod versions;
pub mod world;
