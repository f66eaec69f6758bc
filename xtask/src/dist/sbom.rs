//! The software bill of materials of a release: the crates of the programs and the artifacts of the closure, in CycloneDX's JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result};
use fs_err as fs;
use pio_closure::lockfile::{Artifact, EMBEDDED, Lock, Section};
use pio_process::command::Command;
use serde_json::{Value, json};

/// The bill. It has neither a time nor a serial number, so that it is the same wherever it is made.
pub(super) fn of(root: &Path) -> Result<Vec<u8>> {
    let lock = Lock::parse(EMBEDDED)?;
    let mut components = crates(root)?;
    let shipped = lock.artifacts.iter().filter(|artifact| artifact.section != Section::Development);
    components.extend(shipped.map(artifact));
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {
            "type": "application", "name": "predictionio", "version": env!("CARGO_PKG_VERSION"),
            "licenses": [{"license": {"id": "Apache-2.0"}}],
        }},
        "components": components,
    });
    Ok(serde_json::to_vec_pretty(&bill)?)
}

/// The crates that are linked into the programs.
fn crates(root: &Path) -> Result<Vec<Value>> {
    let digests = digests(root)?;
    let tree = Command::new("cargo")
        .args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .args(["--package", "pio-cli", "--package", "pio-launcher", "--package", "pio-buildpack"])
        .current_dir(root)
        .output()?;
    let tree = String::from_utf8(tree)?;
    let names: BTreeSet<(&str, &str)> = tree.lines().filter_map(name_and_version).collect();
    Ok(names
        .into_iter()
        .filter_map(|(name, version)| {
            // The project's own crates have no digest.
            let digest = digests.get(&(name.to_owned(), version.to_owned()))?;
            Some(component(name, version, &format!("pkg:cargo/{name}@{version}"), digest))
        })
        .collect())
}

/// `serde v1.0.0 (proc-macro)` is a name and a version.
fn name_and_version(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(' ');
    Some((words.next()?, words.next()?.strip_prefix('v')?))
}

fn digests(root: &Path) -> Result<BTreeMap<(String, String), String>> {
    let text = fs::read_to_string(root.join("Cargo.lock"))?;
    let lock: toml::Table = text.parse()?;
    let packages =
        lock.get("package").and_then(toml::Value::as_array).context("Cargo.lock has no packages")?;
    let text =
        |package: &toml::Value, key: &str| package.get(key).and_then(toml::Value::as_str).map(str::to_owned);
    Ok(packages
        .iter()
        .filter_map(|package| {
            Some(((text(package, "name")?, text(package, "version")?), text(package, "checksum")?))
        })
        .collect())
}

fn artifact(artifact: &Artifact) -> Value {
    let parts: Vec<&str> = artifact.coordinate.split(':').collect();
    let version = parts.last().copied().unwrap_or_default();
    match (artifact.section, parts.as_slice()) {
        (Section::Java, [name, version, ..]) => {
            component(name, version, &format!("pkg:pypi/{name}@{version}"), &artifact.sha256)
        }
        (_, [group, name, ..]) => component(
            &format!("{group}:{name}"),
            version,
            &format!("pkg:maven/{group}/{name}@{version}"),
            &artifact.sha256,
        ),
        _ => component(&artifact.coordinate, version, "", &artifact.sha256),
    }
}

fn component(name: &str, version: &str, purl: &str, sha256: &str) -> Value {
    json!({
        "type": "library", "name": name, "version": version, "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": sha256}],
    })
}

#[cfg(test)]
mod tests {
    use super::name_and_version;

    #[test]
    fn a_line_of_the_tree_is_a_crate() {
        assert_eq!(name_and_version("serde_derive v1.0.2 (proc-macro)"), Some(("serde_derive", "1.0.2")));
        assert_eq!(name_and_version(""), None);
    }
}
