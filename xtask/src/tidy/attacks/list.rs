//! The sixty attacks by number, with a short name and what each waits for; knows no test.

/// Whether tests show that an attack is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Two tests show it.
    Built,
    /// The part of the product that will refuse it.
    Planned(&'static str),
}

/// One way to make a gate say yes wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Attack {
    /// Its number, 1 to 60.
    pub(super) number: u8,
    /// Its short name.
    pub(super) title: &'static str,
    /// Whether it is built.
    pub(super) state: State,
}

const fn planned(number: u8, title: &'static str, area: &'static str) -> Attack {
    Attack { number, title, state: State::Planned(area) }
}

const fn built(number: u8, title: &'static str) -> Attack {
    Attack { number, title, state: State::Built }
}

/// All of them.
pub(super) const ATTACKS: [Attack; 60] = [
    built(1, "actions-self-approve"),
    built(2, "agent-requester-approves"),
    planned(3, "agent-as-me", "forge"),
    built(4, "two-apps"),
    built(5, "sockpuppet"),
    built(6, "author-email-spoof"),
    built(7, "ghost-email"),
    built(8, "rebase-launder"),
    built(9, "second-parent"),
    built(10, "co-author / suggestion"),
    built(11, "promote-self"),
    built(12, "level-at-time"),
    planned(13, "lookalike-login", "forge"),
    planned(14, "team-stuffing", "forge"),
    built(15, "approve-then-push"),
    planned(16, "force-push-race", "server"),
    built(17, "timestamp-game"),
    built(18, "a-b-a"),
    built(19, "retarget"),
    built(20, "merge-base-shift"),
    built(21, "evil-merge"),
    built(22, "update-merge-conflict-edit"),
    built(23, "squash / rewrite at merge"),
    built(24, "queue-composition"),
    planned(25, "status-sharing", "forge"),
    planned(26, "status-forge", "forge"),
    planned(27, "auto-merge-race", "forge"),
    planned(28, "eventual-consistency", "forge"),
    planned(29, "truncation", "forge"),
    planned(30, "delegated-toctou", "forge"),
    planned(31, "comment-edit", "forge"),
    planned(32, "substring", "gate"),
    planned(33, "resurrect", "gate"),
    built(34, "replay"),
    built(35, "trojan-source"),
    built(36, "homoglyph"),
    built(37, "zero-width / tag characters"),
    built(38, "gitattributes-hide"),
    built(39, "lockfile / generated / minified"),
    built(40, "submodule / symlink"),
    built(41, "mode-flip"),
    built(42, "lfs-pointer-swap"),
    built(43, "rename-out"),
    built(44, "path-collision"),
    built(45, "huge-diff-collapse"),
    built(46, "salami"),
    built(47, "launder-via-stack"),
    built(48, "policy-in-change"),
    built(49, "missing / oversize policy"),
    built(50, "remote-policy takeover"),
    planned(51, "push-around-the-gate", "server"),
    planned(52, "webhook-forge", "forge"),
    planned(53, "gate-down", "server"),
    built(54, "provenance-strip"),
    built(55, "provenance-frame"),
    built(56, "prompt-inject"),
    planned(57, "rubber-stamp", "server"),
    built(58, "deploy-around"),
    built(59, "revert / cherry-pick"),
    planned(60, "log-tamper", "ledger"),
];
