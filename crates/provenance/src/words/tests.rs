//! Values of declarations that were met in practice, and people and programs that must not count.

use super::*;
use crate::builtin;

fn named(value: &str) -> Option<(Option<String>, Option<String>)> {
    let words = Words::new(builtin::TOOLS, builtin::WORDS.clone());
    let found = words.named(value.as_bytes())?;
    Some((found.tool.map(Cow::into_owned), found.model))
}

#[test]
fn agents_and_models_are_known() {
    let cases = [
        ("Claude:claude-opus-4-6 coccinelle sparse", "claude-code", "claude-opus-4-6"),
        ("OpenCode:claude-opus-4.6", "opencode", "claude-opus-4.6"),
        ("Claude Code:claude-opus-4-7", "claude-code", "claude-opus-4-7"),
        ("Cursor/gpt-5", "cursor", "gpt-5"),
        ("kiro:auto", "kiro", "auto"),
        ("amazon-q-developer:claude-sonnet-4", "amazon-q-developer", "claude-sonnet-4"),
        ("Cody:claude-3.5-sonnet", "cody", "claude-3.5-sonnet"),
        ("ChatGPTv5", "", "ChatGPTv5"),
        ("Claude Opus 4.5", "claude-code", "Claude Opus 4.5"),
        ("jane (with GPT-4o)", "", "GPT-4o"),
    ];
    for (value, tool, model) in cases {
        let tool = Some(tool).filter(|t| !t.is_empty()).map(str::to_owned);
        assert_eq!(named(value), Some((tool, Some(model.to_owned()))), "{value}");
    }
}

#[test]
fn names_without_a_model_are_known() {
    for (value, tool) in [
        ("GitHub Copilot", Some("vscode-copilot")),
        ("generic LLM chatbot", None),
        ("Claude", Some("claude-code")),
        ("Cursor Agent", Some("cursor")),
        ("Gemini CLI", Some("gemini-cli")),
        ("Jane Doe and Claude Code", Some("claude-code")),
        ("Amazon Q Developer", Some("amazon-q-developer")),
        ("AI", None),
    ] {
        assert_eq!(named(value), Some((tool.map(str::to_owned), None)), "{value}");
    }
}

#[test]
fn people_and_programs_are_not() {
    for value in [
        "Jane Doe <jane@example.com>",
        "Claude Shannon <claude@example.com>",
        "Claude Monet",
        "Claude <claude@example.com>",
        "Devin Smith",
        "Jules Verne <jules@example.com>",
        "claude@example.com",
        "Goose Gossage <goose@example.com>",
        "protoc-gen-go v1.36.1",
        "OpenAPI Generator 7.2",
        "bison 3.8.2",
        "command-line tool v2",
        "scripts/update.sh",
        "coccinelle",
        "sparse",
        "git-ai",
        "any",
        "",
        "no",
        "Aiden Aider <aiden@example.com>",
        "Maillm",
        "Amp Fiddler <amp@example.com>",
    ] {
        assert_eq!(named(value), None, "{value}");
    }
}

#[test]
fn hostile_values_are_harmless() {
    let words = Words::new(builtin::TOOLS, builtin::WORDS.clone());
    for value in [&b"\xff\xfe"[..], b"<", b":", b"//", b"<>", b" :x", &[b'a'; 100_000]] {
        assert_eq!(words.named(value), None);
    }
    assert!(words.named(b"Claude Code \xff").is_some());
}
