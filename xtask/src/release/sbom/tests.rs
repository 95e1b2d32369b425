//! Tests of the bill, over a made-up graph.

use super::{Checksums, bill};
use serde_json::{Value, json};

fn package(name: &str, version: &str, license: &str) -> Value {
    json!({ "id": name, "name": name, "version": version, "license": license, "source": null,
        "manifest_path": "/r/Cargo.toml", "dependencies": [] })
}

fn edge(to: &str, kind: Option<&str>) -> Value {
    json!({ "pkg": to, "dep_kinds": [{ "kind": kind }] })
}

fn made() -> Value {
    let deps = [edge("git", None), edge("fake", Some("dev")), edge("cc", Some("build"))];
    let metadata = json!({
        "packages": [
            package("obstat-cli", "0.1.0", "Apache-2.0"), package("git", "2.0.0", "MIT/Apache-2.0"),
            package("libgit2-sys", "0.18.3+1.9.2", "MIT"), package("fake", "1.0.0", "MIT"),
            package("cc", "1.0.0", "MIT"),
        ],
        "workspace_members": ["obstat-cli"],
        "resolve": { "nodes": [
            { "id": "obstat-cli", "deps": deps },
            { "id": "git", "deps": [edge("libgit2-sys", None)] },
            { "id": "libgit2-sys", "deps": [] }, { "id": "fake", "deps": [] },
            { "id": "cc", "deps": [] },
        ] },
    });
    let lock = "[[package]]\nname = \"git\"\nversion = \"2.0.0\"\nchecksum = \"ab\"\n";
    let metadata = serde_json::from_value(metadata).unwrap();
    bill(&metadata, &Checksums::parse(lock).unwrap(), "cd").unwrap()
}

fn names(bill: &Value) -> Vec<&str> {
    let components = bill["components"].as_array().unwrap();
    components.iter().map(|c| c["name"].as_str().unwrap()).collect()
}

#[test]
fn what_ships_is_listed_and_nothing_else() {
    assert_eq!(names(&made()), ["git", "libgit2-sys", "libgit2"]);
}

#[test]
fn the_head_is_of_cyclonedx_and_names_the_binary() {
    let bill = made();
    assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&json!("CycloneDX"), &json!("1.5")));
    let whole = &bill["metadata"]["component"];
    assert_eq!((&whole["type"], &whole["name"]), (&json!("application"), &json!("obstat")));
    assert_eq!(whole["hashes"], json!([{ "alg": "SHA-256", "content": "cd" }]));
}

#[test]
fn components_have_address_licence_and_checksum() {
    let bill = made();
    let git = &bill["components"][0];
    assert_eq!(git["purl"], "pkg:cargo/git@2.0.0");
    assert_eq!(git["licenses"][0]["expression"], "MIT OR Apache-2.0");
    assert_eq!(git["hashes"][0]["content"], "ab");
    assert_eq!(bill["components"][1]["purl"], "pkg:cargo/libgit2-sys@0.18.3%2B1.9.2");
    assert_eq!(bill["components"][2]["purl"], "pkg:github/libgit2/libgit2@v1.9.2");
}

#[test]
fn every_edge_leads_to_a_component() {
    let bill = made();
    let mut refs: Vec<&Value> =
        bill["components"].as_array().unwrap().iter().map(|c| &c["bom-ref"]).collect();
    refs.push(&bill["metadata"]["component"]["bom-ref"]);
    for edges in bill["dependencies"].as_array().unwrap() {
        assert!(refs.contains(&&edges["ref"]), "{edges}");
        for to in edges["dependsOn"].as_array().unwrap() {
            assert!(refs.contains(&to), "{edges}");
        }
    }
    assert_eq!(
        bill["dependencies"][0]["dependsOn"],
        json!(["pkg:cargo/libgit2-sys@0.18.3%2B1.9.2"])
    );
}

#[test]
fn without_the_product_there_is_no_bill() {
    let metadata = json!({ "packages": [], "workspace_members": [], "resolve": null });
    let metadata = serde_json::from_value(metadata).unwrap();
    assert!(bill(&metadata, &Checksums::default(), "cd").is_err());
}
