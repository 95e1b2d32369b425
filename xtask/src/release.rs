//! placeholder
use crate::workspace::{Workspace, WorkspaceError};
#[derive(Debug, clap::Args)] pub(crate) struct Args {}
pub(crate) fn run(_: &Workspace, _: &Args) -> Result<bool, WorkspaceError> { Ok(true) }
