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

/// All of them.
pub(super) const ATTACKS: [Attack; 60] = [
    planned(1, "actions-self-approve", "forge"),
    planned(2, "agent-requester-approves", "forge"),
    planned(3, "agent-as-me", "forge"),
    planned(4, "two-apps", "gate"),
    planned(5, "sockpuppet", "gate"),
    planned(6, "author-email-spoof", "gate"),
    planned(7, "ghost-email", "gate"),
    planned(8, "rebase-launder", "gate"),
    planned(9, "second-parent", "gate"),
    planned(10, "co-author / suggestion", "gate"),
    planned(11, "promote-self", "gate"),
    planned(12, "level-at-time", "gate"),
    planned(13, "lookalike-login", "forge"),
    planned(14, "team-stuffing", "forge"),
    planned(15, "approve-then-push", "gate"),
    planned(16, "force-push-race", "server"),
    planned(17, "timestamp-game", "gate"),
    planned(18, "a-b-a", "gate"),
    planned(19, "retarget", "gate"),
    planned(20, "merge-base-shift", "gate"),
    planned(21, "evil-merge", "gate"),
    planned(22, "update-merge-conflict-edit", "gate"),
    planned(23, "squash / rewrite at merge", "gate"),
    planned(24, "queue-composition", "forge"),
    planned(25, "status-sharing", "forge"),
    planned(26, "status-forge", "forge"),
    planned(27, "auto-merge-race", "forge"),
    planned(28, "eventual-consistency", "forge"),
    planned(29, "truncation", "forge"),
    planned(30, "delegated-toctou", "forge"),
    planned(31, "comment-edit", "forge"),
    planned(32, "substring", "gate"),
    planned(33, "resurrect", "gate"),
    planned(34, "replay", "gate"),
    planned(35, "trojan-source", "gate"),
    planned(36, "homoglyph", "gate"),
    planned(37, "zero-width / tag characters", "gate"),
    planned(38, "gitattributes-hide", "gate"),
    planned(39, "lockfile / generated / minified", "gate"),
    planned(40, "submodule / symlink", "gate"),
    planned(41, "mode-flip", "gate"),
    planned(42, "lfs-pointer-swap", "gate"),
    planned(43, "rename-out", "gate"),
    planned(44, "path-collision", "gate"),
    planned(45, "huge-diff-collapse", "gate"),
    planned(46, "salami", "gate"),
    planned(47, "launder-via-stack", "gate"),
    planned(48, "policy-in-change", "gate"),
    planned(49, "missing / oversize policy", "gate"),
    planned(50, "remote-policy takeover", "gate"),
    planned(51, "push-around-the-gate", "server"),
    planned(52, "webhook-forge", "forge"),
    planned(53, "gate-down", "server"),
    planned(54, "provenance-strip", "gate"),
    planned(55, "provenance-frame", "gate"),
    planned(56, "prompt-inject", "brief"),
    planned(57, "rubber-stamp", "server"),
    planned(58, "deploy-around", "gate"),
    planned(59, "revert / cherry-pick", "gate"),
    planned(60, "log-tamper", "ledger"),
];
