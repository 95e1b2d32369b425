//! Tests of what is refused, over made-up graphs.

use super::{Config, check};
use crate::workspace::metadata::Metadata;

const CONFIG: &str = r#"
[licenses]
allow = ["MIT", "Apache-2.0", "Unicode-3.0"]
exceptions = [{ crate = "cache", allow = ["MPL-2.0"] }]
[bans]
deny = [{ crate = "rsa", wrappers = ["login"], reason = "timing" }]
[sources]
allow-registry = ["https://github.com/rust-lang/crates.io-index"]
allow-git = ["https://example.com/x"]
"#;

const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

fn package(name: &str, license: &str, source: &str) -> serde_json::Value {
    let source = (!source.is_empty()).then_some(source);
    let license = (!license.is_empty()).then_some(license);
    serde_json::json!({ "id": name, "name": name, "version": "1.0.0", "license": license,
        "source": source, "manifest_path": "/r/Cargo.toml", "dependencies": [] })
}

/// What is refused of packages, where `parent` depends on the first of them.
fn refused(packages: &[serde_json::Value], parent: &str) -> Vec<String> {
    let ours = [package("obstat-model", "", ""), package("login", "MIT", INDEX)];
    let all: Vec<_> = packages.iter().chain(&ours).collect();
    let edge = serde_json::json!({ "pkg": packages[0]["id"], "dep_kinds": [{ "kind": null }] });
    let metadata = serde_json::json!({ "packages": all, "workspace_members": ["obstat-model"],
        "resolve": { "nodes": [{ "id": parent, "deps": [edge] }] } });
    let metadata: Metadata = serde_json::from_value(metadata).unwrap();
    let config: Config = toml::from_str(CONFIG).unwrap();
    check(&config, &metadata).into_iter().map(|r| format!("{}: {}", r.package, r.why)).collect()
}

#[test]
fn allowed_licences_pass_in_each_spelling() {
    for licence in ["MIT", "GPL-3.0-only OR MIT", "MIT/Apache-2.0", "(MIT OR ISC) AND Unicode-3.0"]
    {
        let found = refused(&[package("a", licence, INDEX)], "obstat-model");
        assert_eq!(found, Vec::<String>::new(), "{licence}");
    }
    let excepted = package("cache", "MPL-2.0", INDEX);
    assert_eq!(refused(&[excepted], "obstat-model"), Vec::<String>::new());
}

#[test]
fn other_licences_are_refused() {
    for licence in ["GPL-3.0-only", "MIT AND GPL-3.0-only", "MPL-2.0", "see file", ""] {
        let found = refused(&[package("a", licence, INDEX)], "obstat-model");
        assert_eq!(found.len(), 1, "{licence}: {found:?}");
        assert!(found[0].starts_with("a 1.0.0: "), "{found:?}");
    }
}

#[test]
fn a_banned_crate_passes_only_below_its_wrapper() {
    let rsa = package("rsa", "MIT", INDEX);
    assert_eq!(refused(std::slice::from_ref(&rsa), "login"), Vec::<String>::new());
    let direct = refused(&[rsa], "obstat-model");
    assert_eq!(direct, ["rsa 1.0.0: banned (timing); brought in by obstat-model"]);
}

#[test]
fn other_sources_are_refused() {
    let git = package("a", "MIT", "git+https://example.com/x?rev=1#1");
    assert_eq!(refused(&[git], "obstat-model"), Vec::<String>::new());
    for source in
        ["git+https://example.com/xy", "registry+https://example.com", "path+file:///x", ""]
    {
        let found = refused(&[package("a", "MIT", source)], "obstat-model");
        assert_eq!(found.len(), 1, "{source}: {found:?}");
    }
}

#[test]
fn the_repository_s_own_file_is_understood() {
    let text = include_str!("../../../deny.toml");
    let config: Config = toml::from_str(text).unwrap();
    assert!(config.bans.deny.iter().any(|ban| ban.name == "rsa"));
}

#[test]
fn a_misspelt_licence_in_the_file_is_an_error() {
    let wrong = CONFIG.replace("\"MIT\"", "\"MITT\"");
    assert!(toml::from_str::<Config>(&wrong).unwrap_err().to_string().contains("MITT"));
}
