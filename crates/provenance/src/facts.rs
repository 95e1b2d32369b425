//! What the crate is told of a commit and of a request; borrows everything, proves nothing.

use obstat_model::object::Oid;

/// A name and an address as a commit holds them: raw bytes, perhaps no UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawIdentity<'a> {
    /// Display name.
    pub name: &'a [u8],
    /// E-mail address without angle brackets.
    pub email: &'a [u8],
}

/// One commit, as the repository holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitFacts<'a> {
    /// Its id, repeated in the evidence.
    pub oid: Option<Oid>,
    /// Who wrote it, as it claims.
    pub author: RawIdentity<'a>,
    /// Who committed it, as it claims.
    pub committer: RawIdentity<'a>,
    /// Claimed time of writing, seconds after 1970.
    pub author_at: i64,
    /// Claimed time of committing, seconds after 1970.
    pub committed_at: i64,
    /// The whole message.
    pub message: &'a [u8],
}

/// A forge account that the forge itself named, not the text of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForgeAccount<'a> {
    /// Where: `github.com`. Account numbers of the data hold there only.
    pub host: &'a str,
    /// The login, which may change hands.
    pub login: &'a str,
    /// The immutable number, if the forge gave one.
    pub id: Option<u64>,
}

/// A pull or merge request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestFacts<'a> {
    /// Its description.
    pub body: &'a str,
    /// Its head branch, with or without `refs/heads/`.
    pub head_branch: Option<&'a str>,
    /// Who opened it, verified by the forge.
    pub account: Option<ForgeAccount<'a>>,
    /// Labels of the linked issues.
    pub issue_labels: &'a [String],
}
