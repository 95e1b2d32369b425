//! A software bill of materials, CycloneDX 1.5 as JSON, of what is compiled into the binary.
//!
//! Format: <https://cyclonedx.org/docs/1.5/json/>. It holds no time and no random serial number, so
//! the same lock file gives the same bytes. Macros that run in the compiler are listed too: they write
//! code that ships. What only tests or build scripts use is not.

use super::lock::Checksums;
use super::{BINARY, PACKAGE, ReleaseError, checksums};
use crate::workspace::Workspace;
use crate::workspace::metadata::{Metadata, Package};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// A C library that a package compiles from source of its own.
struct Vendored {
    package: &'static str,
    name: &'static str,
    licence: &'static str,
    /// Its address without the version.
    purl: &'static str,
}

/// The version of each is the build metadata of its package's version: `0.18.3+1.9.2` holds 1.9.2.
const VENDORED: [Vendored; 1] = [Vendored {
    package: "libgit2-sys",
    name: "libgit2",
    licence: "GPL-2.0-only WITH GCC-exception-2.0",
    purl: "pkg:github/libgit2/libgit2@v",
}];

/// The bill of the binary as built for a target.
pub(super) fn make(
    workspace: &Workspace,
    target: &str,
    binary: &Path,
) -> Result<String, ReleaseError> {
    let metadata = workspace.packages_for(target)?;
    let path = workspace.root().join("Cargo.lock");
    let lock = std::fs::read_to_string(&path).map_err(ReleaseError::file(&path))?;
    let bytes = std::fs::read(binary).map_err(ReleaseError::file(binary))?;
    let bill = bill(&metadata, &Checksums::parse(&lock)?, &checksums::sha256(&bytes))?;
    Ok(format!("{}\n", serde_json::to_string_pretty(&bill)?))
}

fn bill(metadata: &Metadata, lock: &Checksums, binary_sha256: &str) -> Result<Value, ReleaseError> {
    let root = metadata.packages.iter().find(|p| p.name == PACKAGE && metadata.is_ours(p));
    let root = root.ok_or(ReleaseError::NoPackage)?;
    let linked = linked(metadata, &root.id);
    let mut inside: Vec<&Package> =
        metadata.packages.iter().filter(|p| linked.contains(p.id.as_str())).collect();
    inside.sort_by_key(|p| (&p.name, &p.version));
    let whole = component((root, BINARY), "application", Some(binary_sha256));
    let mut components = Vec::new();
    for package in inside.iter().filter(|p| p.id != root.id) {
        let sha256 = lock.of(&package.name, &package.version);
        components.push(component((package, &package.name), "library", sha256));
        components.extend(vendored(package).map(|(_, library)| library));
    }
    let dependencies: Vec<Value> = inside.iter().map(|p| edges(metadata, p, &linked)).collect();
    Ok(json!({
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": { "component": whole },
        "components": components, "dependencies": dependencies,
    }))
}

/// Ids of all packages below one, itself included, over edges that are not of tests or build scripts.
fn linked<'a>(metadata: &'a Metadata, root: &'a str) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::from([root]);
    let mut todo = vec![root];
    while let Some(id) = todo.pop() {
        for next in below(metadata, id) {
            if found.insert(next) {
                todo.push(next);
            }
        }
    }
    found
}

fn below<'a>(metadata: &'a Metadata, id: &str) -> impl Iterator<Item = &'a str> {
    let nodes = metadata.resolve.iter().flat_map(|r| &r.nodes);
    let node = nodes.filter(move |n| n.id == id).collect::<Vec<_>>();
    node.into_iter().flat_map(|n| &n.deps).filter(|e| e.is_linked()).map(|e| e.pkg.as_str())
}

fn component((package, name): (&Package, &str), kind: &str, sha256: Option<&str>) -> Value {
    let purl = purl(package);
    let mut fields = serde_json::Map::from_iter([
        ("type".to_owned(), json!(kind)),
        ("bom-ref".to_owned(), json!(purl)),
        ("name".to_owned(), json!(name)),
        ("version".to_owned(), json!(package.version)),
        ("purl".to_owned(), json!(purl)),
    ]);
    if let Some(text) = &package.license {
        // Old manifests write `MIT/Apache-2.0`.
        let expression = text.replace('/', " OR ");
        fields.insert("licenses".to_owned(), json!([{ "expression": expression }]));
    }
    if let Some(sha256) = sha256 {
        fields.insert("hashes".to_owned(), json!([{ "alg": "SHA-256", "content": sha256 }]));
    }
    Value::Object(fields)
}

/// Address and component of the C library inside a package.
fn vendored(package: &Package) -> Option<(String, Value)> {
    let library = VENDORED.iter().find(|v| v.package == package.name)?;
    let (_, version) = package.version.split_once('+')?;
    let purl = format!("{}{version}", library.purl);
    let component = json!({
        "type": "library", "bom-ref": purl, "name": library.name, "version": version, "purl": purl,
        "licenses": [{ "expression": library.licence }],
    });
    Some((purl, component))
}

fn edges(metadata: &Metadata, package: &Package, linked: &BTreeSet<&str>) -> Value {
    let ids: BTreeSet<&str> =
        below(metadata, &package.id).filter(|id| linked.contains(id)).collect();
    let of = |id: &&str| metadata.packages.iter().find(|p| p.id == *id);
    let mut refs: Vec<String> = ids.iter().filter_map(of).map(purl).collect();
    refs.extend(vendored(package).map(|(purl, _)| purl));
    refs.sort();
    json!({ "ref": purl(package), "dependsOn": refs })
}

/// The package's address; `+` is escaped as purl demands.
fn purl(package: &Package) -> String {
    format!("pkg:cargo/{}@{}", package.name, package.version.replace('+', "%2B"))
}

#[cfg(test)]
mod tests;
